// What bindings allow at a place: strings of `compatible`, properties, their values.

import type { Bindings } from '../bindings/bindings.ts';
import type { TreeBindings } from '../bindings/tree-bindings.ts';
import type { Board } from '../rules/board.ts';
import type { SourceFile } from '../text/source-file.ts';
import { stringsIn, type DtNode } from '../tree/device-tree.ts';
import { boardNodeOf } from './board-node.ts';
import type { Completion } from './completion.ts';
import {
  describeProperties,
  describeProperty,
  type PropertyDescription,
} from './describe-binding.ts';
import { itemAt, nodeAround, outlineOf, textOf, tokenAt } from './source-outline.ts';

/** Completions, and whether a longer word would find others. */
export interface BindingCompletions {
  readonly items: readonly Completion[];
  readonly isIncomplete: boolean;
}

const none: BindingCompletions = { items: [], isIncomplete: false };
const mostItems = 200;

/** What the bindings of `board` offer at `offset` of the text on screen; nothing without bindings. */
export function completeFromBindings(
  board: Board | undefined,
  file: SourceFile,
  offset: number,
): BindingCompletions {
  const tree = board?.bindings;
  if (!board || !tree) return none;
  const outline = outlineOf(file);
  const token = tokenAt(outline, offset);
  if (token && offset > token.start && (token.kind === 'comment' || token.kind === 'directive'))
    return none;
  const item = itemAt(outline, offset);
  const name = item?.kind === 'property' ? textOf(outline, item.name) : '';
  const node = boardNodeOf(
    board,
    outline,
    item?.kind === 'property' ? item.parent : nodeAround(outline, offset),
  );
  if (token?.kind === 'string' && offset > token.start && item?.kind === 'property') {
    const closed = token.end - token.start > 1 && file.text.charAt(token.end - 1) === '"';
    const place = { start: token.start + 1, end: closed ? token.end - 1 : offset };
    const typed = file.text.slice(place.start, offset);
    if (name === 'compatible') return compatibles(tree.bindings, board, typed, place);
    return values(tree, node, name, (value) =>
      typeof value === 'string' ? { label: value, kind: 'value', ...place } : undefined,
    );
  }
  const word = /[\w,.+*#?@-]*$/.exec(file.text.slice(Math.max(0, offset - 80), offset))?.[0] ?? '';
  const place = { start: offset - word.length, end: offset };
  const before = file.text.slice(0, place.start).trimEnd();
  if (item?.kind === 'property' && file.text.slice(item.name.end, offset).includes('=')) {
    const isInCells = /<[^>]*$/.test(file.text.slice(item.name.end, offset));
    return values(tree, node, name, (value) => {
      if (typeof value === 'string')
        return isInCells ? undefined : { label: `"${value}"`, kind: 'value', ...place };
      return { label: isInCells ? String(value) : `<${value}>`, kind: 'value', ...place };
    });
  }
  if (!/[;{}]$/.test(before) || !node) return none;
  return properties(tree, node, place);
}

/** Both, each label once: what bindings say of it counts. */
export function mergeCompletions(
  own: readonly Completion[],
  told: readonly Completion[],
): readonly Completion[] {
  if (told.length === 0) return own;
  const labels = new Set(told.map(({ label }) => label));
  return [...told, ...own.filter(({ label }) => label !== '' && !labels.has(label))];
}

/** All strings that begin with what was typed, those of the board's own vendors first, then those that contain it. */
function compatibles(
  bindings: Bindings,
  board: Board,
  typed: string,
  place: { start: number; end: number },
): BindingCompletions {
  const vendors = new Set(
    stringsIn(board.tree.root, 'compatible').map((text) => text.split(',')[0]),
  );
  const ranked: (readonly [number, string, string])[] = [];
  for (const [text, ids] of bindings.compatibles) {
    if (text.startsWith('^')) continue;
    const at = text.indexOf(typed);
    if (at < 0) continue;
    const isOwn = vendors.has(text.slice(0, text.indexOf(',')));
    ranked.push([(at === 0 ? 0 : 2) + (isOwn ? 0 : 1), text, ids[0] ?? '']);
  }
  ranked.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
  const items = ranked.slice(0, mostItems).map(([rank, label, id]): Completion => {
    const title = bindings.files.get(id)?.scanned.title ?? '';
    return {
      label,
      kind: 'value',
      ...(title === '' ? {} : { detail: title }),
      sort: `${rank}${label}`,
      ...place,
    };
  });
  return { items, isIncomplete: ranked.length > mostItems };
}

function values(
  tree: TreeBindings,
  node: DtNode | undefined,
  name: string,
  item: (value: string | number | bigint) => Completion | undefined,
): BindingCompletions {
  const told = node && describeProperty(tree, tree.schemasOf(node), name);
  return {
    items: (told?.allowed ?? []).flatMap((value) => item(value) ?? []),
    isIncomplete: false,
  };
}

function properties(
  tree: TreeBindings,
  node: DtNode,
  place: { start: number; end: number },
): BindingCompletions {
  const missing = describeProperties(tree, node).filter(({ name }) => !node.properties.has(name));
  const required = missing.filter(({ isRequired }) => isRequired);
  const items = missing.map((told): Completion => {
    const detail = [told.type, told.isRequired ? 'required' : undefined].filter(
      (each) => each !== undefined,
    );
    return {
      label: told.name,
      kind: 'property',
      ...(detail.length > 0 ? { detail: detail.join(', ') } : {}),
      insert: snippetOf(told, 1),
      isSnippet: true,
      sort: `${told.isRequired ? 0 : 1}${told.name}`,
      ...place,
    };
  });
  if (required.length < 2) return { items, isIncomplete: false };
  const all: Completion = {
    label: 'all required properties',
    kind: 'snippet',
    detail: required.map(({ name }) => name).join(', '),
    insert: required.map((told, index) => snippetOf(told, index + 1)).join('\n'),
    isSnippet: true,
    sort: '0',
    ...place,
  };
  return { items: [all, ...items], isIncomplete: false };
}

/** A statement with a place for what is to be filled in. */
function snippetOf({ name, type, allowed }: PropertyDescription, index: number): string {
  const only = allowed.length === 1 ? String(allowed[0]) : '';
  const value = `\${${index}:${only.replace(/[$}\\]/g, '\\$&')}}`;
  if (type === 'no value') return `${name};`;
  return type?.startsWith('string') ? `${name} = "${value}";` : `${name} = <${value}>;`;
}
