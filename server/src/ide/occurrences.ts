// Every place of a set of files where a label, a node, a property or a macro is written.

import type { Board } from '../rules/board.ts';
import type { SourceFile } from '../text/source-file.ts';
import { compareSpans, type Span } from '../text/span.ts';
import { spanOf, walkNodes, type DtNode } from '../tree/device-tree.ts';
import { filesOf, macrosIn } from './macros.ts';
import { outlineOf, textOf } from './source-outline.ts';
import type { SymbolAt } from './symbol-at.ts';

export interface Occurrence {
  readonly at: Span;
  /** Whether it introduces the thing, rather than uses it. */
  readonly isDeclaration: boolean;
  /** Whether it stands in the body of a macro. */
  readonly inMacro?: true;
}

/** The occurrences of a label in `files`, in order: `label:`, `&label`, and `&label` in macro bodies. */
export function labelOccurrences(files: readonly SourceFile[], label: string): Occurrence[] {
  return files.flatMap((file): Occurrence[] => {
    if (!file.text.includes(label)) return [];
    const outline = outlineOf(file);
    const found: Occurrence[] = [];
    for (const token of outline.tokens) {
      if (token.kind === 'label' && token.end - token.start === label.length + 1) {
        if (textOf(outline, token) === `${label}:`)
          found.push({
            at: { file: file.id, start: token.start, end: token.end - 1 },
            isDeclaration: true,
          });
      } else if (token.kind === 'reference' && token.end - token.start === label.length + 1) {
        if (textOf(outline, token) === `&${label}`)
          found.push({
            at: { file: file.id, start: token.start + 1, end: token.end },
            isDeclaration: false,
          });
      } else if (token.kind === 'directive') {
        const text = textOf(outline, token);
        for (const match of text.matchAll(new RegExp(`(?:&${label}\\b|\\b${label}:)`, 'g'))) {
          const isUse = match[0].startsWith('&');
          const start = token.start + match.index + (isUse ? 1 : 0);
          found.push({
            at: { file: file.id, start, end: start + label.length },
            isDeclaration: !isUse,
            inMacro: true,
          });
        }
      }
    }
    return found;
  });
}

/** The occurrences of what `symbol` names in `board`, sorted by file and place. */
export function occurrencesOf(board: Board, symbol: SymbolAt): Occurrence[] {
  switch (symbol.kind) {
    case 'label':
      return labelOccurrences(filesOf(board), symbol.label);
    case 'node':
      return nodeOccurrences(board, symbol.node);
    case 'property':
      return propertyOccurrences(symbol.node, symbol.name);
    case 'macro':
      return macroOccurrences(filesOf(board), symbol.name);
    case 'include':
      return (board.source?.includes ?? [])
        .filter((include) => include.target === symbol.target)
        .map((include) => ({ at: include.at, isDeclaration: false }));
  }
}

function nodeOccurrences(board: Board, node: DtNode): Occurrence[] {
  const found = new Map<string, Occurrence>();
  const add = (at: Span, isDeclaration: boolean): void => {
    found.set(`${at.file}\0${at.start}`, { at, isDeclaration });
  };
  for (const opening of node.openings) add(spanOf(opening.name), opening === node.openings[0]);
  for (const label of node.labels)
    for (const each of labelOccurrences(filesOf(board), label))
      if (!each.isDeclaration && !each.inMacro)
        add({ ...each.at, start: each.at.start - 1 }, false);
  for (const span of pathReferences(board, node)) add(span, false);
  return [...found.values()].sort((a, b) => compareSpans(a.at, b.at));
}

/** The value parts that name `node` by its path: `&{/path}` and strings. */
function pathReferences(board: Board, node: DtNode): Span[] {
  const spans: Span[] = [];
  for (const other of walkNodes(board.tree.root)) {
    for (const property of other.properties.values()) {
      for (const part of property.definition?.parts ?? []) {
        if (part.kind === 'cell' || part.kind === 'bytes' || part.kind === 'incbin') continue;
        if (part.target === node.path) spans.push(spanOf(part.written));
        if (part.kind !== 'string') continue;
        const text = String.fromCharCode(
          ...property.bytes.subarray(part.offset, part.offset + part.length),
        );
        if (text.replace(/[:\0].*$/s, '') === node.path) spans.push(spanOf(part.written));
      }
    }
  }
  return spans;
}

function propertyOccurrences(node: DtNode, name: string): Occurrence[] {
  const property = node.properties.get(name);
  if (!property) return [];
  const all = [...property.overridden, ...(property.definition ? [property.definition] : [])];
  return all
    .map((definition, index) => ({ at: spanOf(definition.name), isDeclaration: index === 0 }))
    .sort((a, b) => compareSpans(a.at, b.at));
}

function macroOccurrences(files: readonly SourceFile[], name: string): Occurrence[] {
  const word = new RegExp(`\\b${name}\\b`, 'g');
  return files.flatMap((file): Occurrence[] => {
    if (!file.text.includes(name)) return [];
    const definitions = new Set(
      macrosIn(file)
        .filter((each) => each.name === name)
        .map((each) => each.at.start),
    );
    const outline = outlineOf(file);
    return outline.tokens.flatMap((token): Occurrence[] => {
      if (token.kind === 'name' && textOf(outline, token) === name)
        return [
          { at: { file: file.id, start: token.start, end: token.end }, isDeclaration: false },
        ];
      if (token.kind !== 'directive') return [];
      return [...textOf(outline, token).matchAll(word)].map((match): Occurrence => {
        const start = token.start + match.index;
        return {
          at: { file: file.id, start, end: start + name.length },
          isDeclaration: definitions.has(start),
        };
      });
    });
  });
}
