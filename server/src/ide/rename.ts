// Renames labels, nodes and properties everywhere they are written, or says why not.

import type { Board } from '../rules/board.ts';
import type { TextEdit } from '../text/edit.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import { spanOf, walkNodes, type DtNode } from '../tree/device-tree.ts';
import { filesOf } from './macros.ts';
import { labelOccurrences } from './occurrences.ts';
import {
  itemAt,
  outlineOf,
  textOf,
  walkItems,
  type SourceOutline,
  type SourceStatement,
} from './source-outline.ts';
import type { Token } from './source-tokens.ts';
import { symbolAt, type SymbolAt } from './symbol-at.ts';

/** A result, or one sentence why there is none. */
export type Renaming<T> = { readonly ok: true; readonly value: T } | Refusal;

export interface Refusal {
  readonly ok: false;
  readonly because: string;
}

export interface RenameHost {
  readonly board: Board;
  /** Every file that may use what `file` declares: those of all boards that include it. */
  sharing(file: FileId): readonly SourceFile[];
  /** Why a file must not be changed; undefined when it may. */
  lockedBecause(file: FileId): string | undefined;
}

function refuse(because: string): Refusal {
  return { ok: false, because };
}

/** The text that a rename at `offset` would replace, and its current name. */
export function prepareRename(
  host: RenameHost,
  file: FileId,
  offset: number,
): Renaming<{ readonly at: Span; readonly name: string }> {
  const symbol = symbolAt(host.board, file, offset);
  if (!symbol) return refuse('There is nothing here that can be renamed.');
  switch (symbol.kind) {
    case 'macro':
      return refuse(
        `${symbol.name} is a macro; other files may define it too, so it is not renamed.`,
      );
    case 'include':
      return refuse('A file is renamed in the file tree, not here.');
    case 'label':
      return { ok: true, value: { at: symbol.at, name: symbol.label } };
    case 'property':
      return { ok: true, value: { at: symbol.at, name: symbol.name } };
    case 'node':
      if (symbol.node.parent === undefined) return refuse('The root node has no name.');
      if (!isWritten(host.board, symbol)) return refuse('Put the cursor on the name of the node.');
      return { ok: true, value: { at: symbol.at, name: symbol.node.name } };
  }
}

/** The edits that give what stands at `offset` the name `name`. */
export function rename(
  host: RenameHost,
  file: FileId,
  offset: number,
  name: string,
): Renaming<readonly TextEdit[]> {
  const prepared = prepareRename(host, file, offset);
  if (!prepared.ok) return prepared;
  const symbol = symbolAt(host.board, file, offset);
  const edits =
    symbol?.kind === 'label'
      ? renameLabel(host, symbol.label, name)
      : symbol?.kind === 'node'
        ? renameNode(host, symbol.node, name)
        : symbol?.kind === 'property'
          ? renameProperty(host, symbol.node, symbol.name, name)
          : refuse('There is nothing here that can be renamed.');
  if (!edits.ok) return edits;
  for (const edit of edits.value) {
    const locked = host.lockedBecause(edit.at.file);
    if (locked !== undefined) return refuse(locked);
  }
  return edits;
}

function isWritten(board: Board, symbol: SymbolAt & { kind: 'node' }): boolean {
  const source = board.files.get(symbol.at.file);
  return (
    typeof source !== 'string' &&
    source.text.slice(symbol.at.start, symbol.at.end) === symbol.node.name
  );
}

function renameLabel(host: RenameHost, label: string, name: string): Renaming<readonly TextEdit[]> {
  if (!/^[A-Za-z_]\w*$/.test(name))
    return refuse(`"${name}" is no label: letters, digits and _ only, no digit first.`);
  const declared = labelOccurrences(filesOf(host.board), label).find((each) => each.isDeclaration);
  const files = declared ? host.sharing(declared.at.file) : filesOf(host.board);
  if (labelOccurrences(files, name).length > 0)
    return refuse(`The label ${name} is in use already.`);
  const places = labelOccurrences(files, label);
  const macro = places.find((each) => each.inMacro);
  if (macro)
    return refuse(
      `${label} is used by a macro in ${macro.at.file}; rename it there by hand first.`,
    );
  return { ok: true, value: places.map(({ at }) => ({ at, text: name })) };
}

function renameNode(host: RenameHost, node: DtNode, name: string): Renaming<readonly TextEdit[]> {
  const { board } = host;
  if (!/^[A-Za-z0-9][\w,.+-]*(?:@[\w,.+-]+)?$/.test(name))
    return refuse(`"${name}" is no node name: name@unit-address, of letters, digits and ,._+-.`);
  if (node.parent?.children.some((child) => child !== node && child.name === name))
    return refuse(`${node.parent.path} has a child ${name} already.`);
  const edits: TextEdit[] = [];
  for (const opening of node.openings) {
    const at = spanOf(opening.name);
    const source = board.files.get(at.file);
    if (typeof source === 'string') return refuse(`${at.file} cannot be read.`);
    const text = source.text.slice(at.start, at.end);
    if (text === node.name) edits.push({ at, text: name });
    else if (text.startsWith('&{')) {
      const path = replacePath(text, node, name);
      if (path !== undefined) edits.push({ at, text: path });
    } else if (!text.startsWith('&'))
      return refuse(`${node.name} is made by the macro ${text}; rename it there.`);
  }
  for (const other of walkNodes(board.tree.root)) {
    if (other !== node && isBelow(other, node))
      for (const opening of other.openings) addPathEdit(opening.name);
    for (const property of other.properties.values()) {
      for (const definition of [property.definition, ...property.overridden])
        for (const part of definition?.parts ?? [])
          if (part.kind === 'path' || part.kind === 'phandle' || part.kind === 'string')
            addPathEdit(part.written);
    }
  }
  return { ok: true, value: withoutRepeats(edits) };

  function addPathEdit(written: Parameters<typeof spanOf>[0]): void {
    const at = spanOf(written);
    const source = board.files.get(at.file);
    if (typeof source === 'string') return;
    const text = source.text.slice(at.start, at.end);
    const path = text.includes(node.path) ? replacePath(text, node, name) : undefined;
    if (path !== undefined) edits.push({ at, text: path });
  }
}

function isBelow(node: DtNode, above: DtNode): boolean {
  return node.path.startsWith(`${above.path}/`);
}

// `&{/a/old/b}` or `"/a/old:options"` with the name of the node in it replaced; undefined when it is another path.
function replacePath(text: string, node: DtNode, name: string): string | undefined {
  const at = text.indexOf(node.path);
  if (at < 0 || !/^(?:[/:}"]|$)/.test(text.slice(at + node.path.length))) return undefined;
  if (at > 0 && !/[{"]/.test(text.charAt(at - 1))) return undefined;
  const parent = node.path.slice(0, node.path.length - node.name.length);
  return `${text.slice(0, at)}${parent}${name}${text.slice(at + node.path.length)}`;
}

function renameProperty(
  host: RenameHost,
  node: DtNode,
  before: string,
  name: string,
): Renaming<readonly TextEdit[]> {
  const { board } = host;
  if (!/^[\w,.+*#?-]{1,31}$/.test(name))
    return refuse(`"${name}" is no property name: up to 31 letters, digits and ,._+*#?-.`);
  if (node.properties.has(name)) return refuse(`${node.path} has a property ${name} already.`);
  const property = node.properties.get(before);
  if (!property) return refuse(`${node.path} has no property ${before}.`);
  const edits: TextEdit[] = [];
  for (const definition of [property.definition, ...property.overridden]) {
    if (!definition) continue;
    const at = spanOf(definition.name);
    const source = board.files.get(at.file);
    if (typeof source === 'string') return refuse(`${at.file} cannot be read.`);
    const text = source.text.slice(at.start, at.end);
    if (text !== before) return refuse(`${before} is made by the macro ${text}; rename it there.`);
    edits.push({ at, text: name });
  }
  for (const opening of node.openings)
    edits.push(...mentions(board, spanOf(opening.name), before, name));
  return { ok: true, value: withoutRepeats(edits) };
}

/** `/delete-property/ old;` and what it deleted, `old = …;`, inside the braces of one opening. */
function mentions(board: Board, opening: Span, before: string, name: string): TextEdit[] {
  const source = board.files.get(opening.file);
  if (typeof source === 'string') return [];
  const outline = outlineOf(source);
  const item = itemAt(outline, opening.start);
  if (item?.kind !== 'node') return [];
  const edits: TextEdit[] = [];
  for (const each of walkItems(item.items)) {
    if (each.kind === 'node' || each.parent !== item) continue;
    const named = each.kind === 'property' ? each.name : deletedBy(outline, each);
    if (named && textOf(outline, named) === before)
      edits.push({ at: { file: opening.file, start: named.start, end: named.end }, text: name });
  }
  return edits;
}

function deletedBy(outline: SourceOutline, { tokens }: SourceStatement): Token | undefined {
  const [keyword, target] = tokens;
  return keyword && textOf(outline, keyword) === '/delete-property/' ? target : undefined;
}

function withoutRepeats(edits: readonly TextEdit[]): TextEdit[] {
  const seen = new Map<string, TextEdit>();
  for (const edit of edits) seen.set(`${edit.at.file}\0${edit.at.start}\0${edit.at.end}`, edit);
  return [...seen.values()];
}
