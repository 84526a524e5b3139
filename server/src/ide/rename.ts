// Renames labels, nodes and properties everywhere they are written, or says why not.

import type { Board } from '../rules/board.ts';
import type { Edits, Proposal } from '../rules/proposal.ts';
import { isNameTaken, renameNode } from '../rules/rename-node.ts';
import type { TextEdit } from '../text/edit.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import { spanOf, type DtNode } from '../tree/device-tree.ts';
import type { TreeChange } from '../tree/tree-change.ts';
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

/** The proposal to give what stands at `offset` the name `name`; it is made only when a trial finds nothing against it. */
export function rename(
  host: RenameHost,
  file: FileId,
  offset: number,
  name: string,
): Renaming<Proposal> {
  const prepared = prepareRename(host, file, offset);
  if (!prepared.ok) return prepared;
  const symbol = symbolAt(host.board, file, offset);
  switch (symbol?.kind) {
    case 'label':
      return renameLabel(host, symbol.label, name);
    case 'node':
      return renameNodeAt(host, symbol.node, name);
    case 'property':
      return renameProperty(host, symbol.node, symbol.name, name);
    default:
      return refuse('There is nothing here that can be renamed.');
  }
}

function isWritten(board: Board, symbol: SymbolAt & { kind: 'node' }): boolean {
  const source = board.files.get(symbol.at.file);
  return (
    typeof source !== 'string' &&
    source.text.slice(symbol.at.start, symbol.at.end) === symbol.node.name
  );
}

function renameLabel(host: RenameHost, label: string, name: string): Renaming<Proposal> {
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
  return proposal(
    `Rename ${label} to ${name}`,
    { kind: 'rename-label', label, to: name },
    places.map(({ at }) => ({ at, text: name })),
  );
}

function renameNodeAt({ board }: RenameHost, node: DtNode, name: string): Renaming<Proposal> {
  if (!/^[A-Za-z0-9][\w,.+-]*(?:@[\w,.+-]+)?$/.test(name))
    return refuse(`"${name}" is no node name: name@unit-address, of letters, digits and ,._+-.`);
  if (isNameTaken(node, name)) return refuse(`${parentOf(node)} has a child ${name} already.`);
  const renamed = renameNode(board, node, name);
  const title = `Rename ${node.name} to ${name}`;
  return { ok: true, value: { title, ...renamed, change: [renamed.change] } };
}

function parentOf(node: DtNode): string {
  return node.parent?.path ?? '/';
}

function proposal(title: string, change: TreeChange, edits: Edits): Renaming<Proposal> {
  return { ok: true, value: { title, change: [change], ways: [edits] } };
}

function renameProperty(
  host: RenameHost,
  node: DtNode,
  before: string,
  name: string,
): Renaming<Proposal> {
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
  return proposal(
    `Rename ${before} to ${name}`,
    { kind: 'rename-property', node: node.path, property: before, to: name },
    withoutRepeats(edits),
  );
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
