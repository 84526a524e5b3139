// Edits that give a node another unit address where an override cannot: the board deletes it and states it anew.

import { applyEdits, type TextEdit } from '../text/edit.ts';
import type { Span } from '../text/span.ts';
import {
  macroOf,
  spanOf,
  type Definition,
  type DtNode,
  type Opening,
} from '../tree/device-tree.ts';
import type { Board } from './board.ts';
import { renameNode } from './rename-node.ts';

/**
 * In place of `opening`, which overrides properties of `node`: `/delete-node/`, and the node with all its properties under
 * the name `name`; `edits` are made to the text of the properties. Undefined when the text would not say
 * the same: children, paths that lead through the node, macros that make statements, later openings, overlays.
 */
export function restateNode(
  board: Board,
  node: DtNode,
  opening: Opening,
  name: string,
  edits: readonly TextEdit[],
): TextEdit[] | undefined {
  const whole = spanOf(opening.whole);
  const source = board.files.get(whole.file);
  if (typeof source === 'string' || board.sources.length !== 1) return undefined;
  const last = node.openings.at(-1);
  const isLast = last && keyOfPlace(spanOf(last.name)) === keyOfPlace(spanOf(opening.name));
  if (node.children.length > 0 || board.tree.isPlugin || !isLast) return undefined;
  const names = new Set(node.openings.map(({ name }) => keyOfPlace(spanOf(name))));
  const [renamed] = renameNode(board, node, name).ways;
  if (!renamed?.every((edit) => names.has(keyOfPlace(edit.at)))) return undefined;

  const statements: string[] = [];
  for (const { definition } of node.properties.values()) {
    if (!definition) continue;
    const text = statementOf(board, definition, edits);
    if (text === undefined) return undefined;
    statements.push(text);
  }
  const labels = node.labels.map((label) => `${label}: `).join('');
  const written = source.text.slice(spanOf(opening.name).start, spanOf(opening.name).end);
  const body = (indent: string): string[] => [
    `${indent}${labels}${name} {`,
    ...statements.map((text) => {
      // Values that go on are aligned with the first.
      const aligned = ' '.repeat(text.indexOf('=') + 2);
      return `${indent}\t${text.replace(/\n\s*/g, `\n${indent}\t${aligned}`)}`;
    }),
    `${indent}};`,
  ];
  if (!written.startsWith('&')) {
    const lineStart = source.text.lastIndexOf('\n', whole.start) + 1;
    const indent = /^[ \t]*/.exec(source.text.slice(lineStart))?.[0] ?? '';
    const text = [`/delete-node/ ${node.name};`, '', ...body(indent)].join('\n');
    return [{ at: whole, text }];
  }
  const parents: string[] = [];
  for (let parent = node.parent; parent?.parent; parent = parent.parent)
    parents.unshift(parent.name);
  const opened = ['/', ...parents].map((parent, depth) => `${'\t'.repeat(depth)}${parent} {`);
  const closed = opened.map((_, depth) => `${'\t'.repeat(depth)}};`).reverse();
  const text = [
    `/delete-node/ ${written};`,
    '',
    ...opened,
    ...body('\t'.repeat(opened.length)),
    ...closed,
  ].join('\n');
  return [{ at: whole, text }];
}

/** The text of a definition after those of `edits` that fall into it; undefined when it is not text of one file as it stands. */
function statementOf(
  board: Board,
  definition: Definition,
  edits: readonly TextEdit[],
): string | undefined {
  const span = spanOf(definition.whole);
  const source = board.files.get(span.file);
  if (typeof source === 'string' || macroOf(definition.whole)) return undefined;
  if (definition.parts.some(({ kind }) => kind === 'incbin')) return undefined;
  const inside = edits
    .filter(({ at }) => at.file === span.file && span.start <= at.start && at.end <= span.end)
    .map(({ at, text }) => ({
      at: { file: at.file, start: at.start - span.start, end: at.end - span.start },
      text,
    }));
  const text = source.text.slice(span.start, span.end);
  // A directive in the middle would be left without its other half.
  return /^[ \t]*#[ \t]*(?:if|el|endif|define|undef|include)/m.test(text)
    ? undefined
    : applyEdits(text, inside);
}

function keyOfPlace({ file, start }: Span): string {
  return `${file}\0${String(start)}`;
}
