// What can be written at a place: labels, properties, nodes, values, macros, includes.

import { regCells } from '../addresses/cells.ts';
import type { Board } from '../rules/board.ts';
import type { SourceFile } from '../text/source-file.ts';
import { stringsOf, walkNodes, type DtNode } from '../tree/device-tree.ts';
import { boardNodeOf } from './board-node.ts';
import { filesOf, macrosIn } from './macros.ts';
import { documentationOf } from './property-documentation.ts';
import { regionSnippets } from './region-snippets.ts';
import {
  itemAt,
  nodeAround,
  outlineOf,
  textOf,
  tokenAt,
  walkItems,
  type SourceItem,
  type SourceNode,
  type SourceOutline,
} from './source-outline.ts';

export interface Completion {
  readonly label: string;
  readonly kind:
    'label' | 'property' | 'node' | 'value' | 'macro' | 'keyword' | 'snippet' | 'file' | 'folder';
  readonly detail?: string;
  /** Text to insert in place of `start`–`end`; the label when absent. */
  readonly insert?: string;
  /** Whether `insert` has `$1` places. */
  readonly isSnippet?: true;
  /** What it means. */
  readonly documentation?: string;
  /** Those with a rank come first, the lowest at the top; all others follow by name. */
  readonly rank?: number;
  /** By what an editor orders it; its label when absent. */
  readonly sort?: string;
  /** What is replaced, in the text on screen. */
  readonly start: number;
  readonly end: number;
}

/** An include path to be completed by whoever can list folders. */
export interface IncludeCompletion {
  /** What stands between the quotes before the cursor. */
  readonly typed: string;
  readonly isQuoted: boolean;
  readonly start: number;
  readonly end: number;
}

/** The include path at `offset`, if the cursor is in one. */
export function includeAt(text: string, offset: number): IncludeCompletion | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, offset);
  const match = /^\s*(?:#\s*include|\/include\/)\s*(["<])([^">]*)$/.exec(line);
  if (!match) return undefined;
  const typed = match[2] ?? '';
  const rest = /^[^">\n]*/.exec(text.slice(offset))?.[0] ?? '';
  const start = offset - (typed.length - typed.lastIndexOf('/') - 1);
  return { typed, isQuoted: match[1] === '"', start, end: offset + rest.length };
}

const MOST_ITEMS = 400;

/**
 * The completions at `offset` of the text on screen, which `board` may be a few keystrokes behind; `board` may be
 * missing. Empty inside comments.
 */
export function complete(
  board: Board | undefined,
  file: SourceFile,
  offset: number,
): readonly Completion[] {
  const outline = outlineOf(file);
  const token = tokenAt(outline, offset);
  if (token && offset > token.start && (token.kind === 'comment' || token.kind === 'directive'))
    return [];
  const word = wordBefore(file.text, offset);
  const place = { start: offset - word.length, end: offset };
  const before = file.text.slice(0, place.start).trimEnd();
  const context: Context = { board, outline, offset, place, word };

  if (token?.kind === 'string' && offset > token.start) return inString(context, token);
  if (/&$/.test(file.text.slice(0, place.start)))
    return labels(context, { start: place.start, end: offset });
  if (/\/delete-node\/$/.test(before)) return deletable(context, 'nodes');
  if (/\/delete-property\/$/.test(before)) return deletable(context, 'properties');
  const keyword = /\/[a-z0-9-]*$/.exec(file.text.slice(0, offset))?.[0];
  if (keyword !== undefined && isStatementStart(file.text, offset - keyword.length))
    return keywords(context, { start: offset - keyword.length, end: offset });
  if (token?.inside || isInBrackets(outline, offset)) return inCells(context);
  const item = itemAt(outline, offset);
  if (item?.kind === 'property' && hasEquals(outline, item, offset))
    return valueStart(context, item);
  if (isStatementStart(file.text, place.start)) return statements(context);
  return [];
}

interface Context {
  readonly board: Board | undefined;
  readonly outline: SourceOutline;
  readonly offset: number;
  readonly place: { readonly start: number; readonly end: number };
  readonly word: string;
}

function wordBefore(text: string, offset: number): string {
  return /[\w,.+*#?@-]*$/.exec(text.slice(Math.max(0, offset - 80), offset))?.[0] ?? '';
}

function isStatementStart(text: string, offset: number): boolean {
  const before = text.slice(0, offset).trimEnd();
  return (
    before === '' ||
    /[;{}]$|\*\/$|^\s*\w+:$/.test(before.slice(-60)) ||
    isAfterLabel(before) ||
    isAfterLineOfItsOwn(before)
  );
}

/** A label may stand before a name. */
function isAfterLabel(before: string): boolean {
  if (!before.endsWith(':')) return false;
  let start = before.length - 1;
  while (/\w/.test(before.charAt(start - 1))) start--;
  const above = before.slice(0, start).trimEnd();
  return (
    start < before.length - 1 &&
    (/[;{}]$/.test(above) || before.slice(above.length, start).includes('\n'))
  );
}

function isAfterLineOfItsOwn(before: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return /^\s*(?:#\s*\w|\/\/)/.test(line);
}

function isInBrackets(outline: SourceOutline, offset: number): boolean {
  let depth = 0;
  for (const token of outline.tokens) {
    if (token.start >= offset) break;
    if (token.kind !== 'punctuation') continue;
    const text = textOf(outline, token);
    if ((text === '<' || text === '[') && !token.inside) depth = 1;
    else if ((text === '>' || text === ']') && !token.inside) depth = 0;
    else if (text === ';' || text === '{' || text === '}') depth = 0;
  }
  return depth > 0;
}

function hasEquals(
  outline: SourceOutline,
  item: SourceItem & { kind: 'property' },
  offset: number,
): boolean {
  return outline.text.slice(item.name.end, offset).includes('=');
}

function boardNode(context: Context, around: SourceNode | undefined): DtNode | undefined {
  return context.board && boardNodeOf(context.board, context.outline, around);
}

function labels(context: Context, place: { start: number; end: number }): Completion[] {
  const found = new Map<string, string>();
  for (const [label, node] of context.board?.tree.labels ?? []) found.set(label, node.path);
  for (const item of walkItems(context.outline.items))
    for (const label of item.kind === 'statement' ? [] : item.labels) {
      const name = textOf(context.outline, label).slice(0, -1);
      if (!found.has(name)) found.set(name, '');
    }
  return [...found]
    .filter(([label]) => matches(label, context.word))
    .map(([label, path]): Completion => ({
      label,
      kind: 'label',
      ...(path !== '' && { detail: path }),
      ...place,
    }));
}

// Letters of the typed word must occur in order, as editors filter; keeps answers small on boards with 2000 labels.
function matches(candidate: string, typed: string): boolean {
  let at = 0;
  const lower = candidate.toLowerCase();
  for (const letter of typed.toLowerCase()) {
    at = lower.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

const KEYWORDS: readonly (readonly [string, string, boolean])[] = [
  ['/dts-v1/;', 'begins a devicetree source', true],
  ['/plugin/;', 'marks an overlay', true],
  ['/memreserve/ ', 'reserves memory outside the tree', true],
  ['/include/ ', 'inserts a file', true],
  ['/delete-node/ ', 'removes a node', true],
  ['/delete-property/ ', 'removes a property', false],
  ['/bits/ ', 'sets the width of array elements', false],
];

function keywords(context: Context, place: { start: number; end: number }): Completion[] {
  const inNode = nodeAround(context.outline, context.offset) !== undefined;
  return KEYWORDS.filter(([text, , atTop]) => (inNode ? text.startsWith('/delete') : atTop)).map(
    ([label, detail]) => ({
      label: label.trim(),
      insert: label,
      kind: 'keyword',
      detail,
      ...place,
    }),
  );
}

function deletable(context: Context, what: 'nodes' | 'properties'): Completion[] {
  const node = boardNode(context, nodeAround(context.outline, context.offset));
  if (what === 'properties')
    return [...(node?.properties.keys() ?? [])].map((label) => ({
      label,
      kind: 'property',
      ...context.place,
    }));
  if (node)
    return node.children.map((child) => ({ label: child.name, kind: 'node', ...context.place }));
  return labels(context, context.place).map((each) => ({ ...each, insert: `&${each.label}` }));
}

const STATUS = ['okay', 'disabled', 'reserved', 'fail'];
const REGION_COMPATIBLES = ['shared-dma-pool', 'ramoops', 'removed-dma-pool', 'nvmem-rmem'];
const XEN_COMPATIBLES = [
  'xen,domain',
  'multiboot,kernel',
  'multiboot,module',
  'multiboot,ramdisk',
  'multiboot,device-tree',
  'xen,domain-shared-memory-v1',
];
const BOOTARGS = [
  'console=',
  'dom0_mem=',
  'dom0_max_vcpus=',
  'bootscrub=',
  'sched=',
  'loglvl=all',
  'guest_loglvl=all',
  'noreboot',
  'sync_console',
  'earlycon=',
  'root=',
  'mem=',
  'cma=',
  'memblock=debug',
];

function inString(
  context: Context,
  token: { readonly start: number; readonly end: number },
): Completion[] {
  const { outline, offset } = context;
  const item = itemAt(outline, offset);
  if (item?.kind !== 'property') return [];
  const name = textOf(outline, item.name);
  const closed = outline.text.charAt(token.end - 1) === '"' && token.end - token.start > 1;
  const place = { start: token.start + 1, end: closed ? token.end - 1 : offset };
  const values = (list: Iterable<string>): Completion[] =>
    [...new Set(list)].map((label) => ({ label, kind: 'value', ...place }));
  if (name === 'status') return values(STATUS);
  if (name === 'device_type') return values(['memory', 'cpu']);
  if (name === 'compatible') {
    const node = boardNode(context, item.parent);
    const inReserved =
      node?.parent?.name === 'reserved-memory' ||
      parentName(context, item.parent) === 'reserved-memory';
    const inChosen = node?.path.startsWith('/chosen') ?? false;
    return values([
      ...(inReserved ? REGION_COMPATIBLES : []),
      ...(inChosen ? XEN_COMPATIBLES : []),
      ...compatiblesOf(context.board),
    ]);
  }
  if (name.endsWith('bootargs')) {
    const start = outline.text.lastIndexOf(' ', offset - 1) + 1;
    const from = Math.max(start, token.start + 1);
    return BOOTARGS.map((label) => ({ label, kind: 'value', start: from, end: offset }));
  }
  if (name === 'stdout-path') {
    const aliases = context.board?.tree.root.children.find((node) => node.name === 'aliases');
    return values(aliases?.properties.keys() ?? []);
  }
  const used = new Set<string>();
  if (context.board)
    for (const node of walkNodes(context.board.tree.root)) {
      const property = node.properties.get(name);
      if (property?.definition?.parts.every((part) => part.kind === 'string'))
        for (const text of stringsOf(property)) used.add(text);
    }
  return values([...used].slice(0, MOST_ITEMS));
}

function parentName(context: Context, node: SourceNode | undefined): string | undefined {
  return node?.parent && textOf(context.outline, node.parent.name);
}

function compatiblesOf(board: Board | undefined): Set<string> {
  const found = new Set<string>();
  if (board)
    for (const node of walkNodes(board.tree.root)) {
      const property = node.properties.get('compatible');
      if (property) for (const text of stringsOf(property)) found.add(text);
    }
  return found;
}

function inCells(context: Context): Completion[] {
  const { board, place, word } = context;
  if (!board || word === '')
    return labels(context, place)
      .map((each) => ({ ...each, label: `&${each.label}`, insert: `&${each.label}` }))
      .slice(0, MOST_ITEMS);
  const found = new Map<string, string>();
  for (const file of filesOf(board))
    for (const macro of macrosIn(file))
      if (matches(macro.name, word)) found.set(macro.name, macro.body);
  return [...found]
    .slice(0, MOST_ITEMS)
    .map(([label, detail]) => ({ label, kind: 'macro', detail, ...place }));
}

function valueStart(context: Context, item: SourceItem & { kind: 'property' }): Completion[] {
  const { outline, place } = context;
  const name = textOf(outline, item.name);
  const quoted = (list: readonly string[]): Completion[] =>
    list.map((label) => ({ label: `"${label}"`, kind: 'value', ...place }));
  if (name === 'status') return quoted(STATUS);
  if (name === 'device_type') return quoted(['memory', 'cpu']);
  if (name === 'compatible') return quoted([...compatiblesOf(context.board)].slice(0, MOST_ITEMS));
  return labels(context, place)
    .slice(0, MOST_ITEMS)
    .map((each) => ({ ...each, label: `&${each.label}` }));
}

const COMMON_PROPERTIES = [
  'compatible',
  'reg',
  'status',
  '#address-cells',
  '#size-cells',
  'ranges',
  'phandle',
];
/** The likeliest first. */
const REGION_PROPERTIES = [
  'reg',
  'no-map',
  'size',
  'alignment',
  'alloc-ranges',
  'reusable',
  'compatible',
  'linux,cma-default',
  'linux,dma-default',
  'status',
  'record-size',
  'console-size',
  'ftrace-size',
  'pmsg-size',
];
const DOMAIN_PROPERTIES = [
  'compatible',
  'cpus',
  'memory',
  'vpl011',
  'direct-map',
  'xen,static-mem',
  'xen,enhanced',
  '#address-cells',
  '#size-cells',
];
const CHOSEN_PROPERTIES = [
  'bootargs',
  'stdout-path',
  'xen,xen-bootargs',
  'xen,dom0-bootargs',
  'xen,static-heap',
  'linux,initrd-start',
  'linux,initrd-end',
];
const BARE = new Set([
  'no-map',
  'reusable',
  'linux,cma-default',
  'linux,dma-default',
  'direct-map',
  'ranges',
]);
const STRINGS = new Set([
  'compatible',
  'status',
  'bootargs',
  'stdout-path',
  'device_type',
  'xen,xen-bootargs',
  'xen,dom0-bootargs',
]);

function statements(context: Context): Completion[] {
  const { board, outline, offset, place } = context;
  const around = nodeAround(outline, offset);
  if (!around) {
    return [
      { label: '/ { … }', insert: '/ {\n\t$0\n};', isSnippet: true, kind: 'snippet', ...place },
      ...labels(context, place).map((each): Completion => ({
        ...each,
        label: `&${each.label}`,
        insert: `&${each.label} {\n\t$0\n};`,
        isSnippet: true,
      })),
    ];
  }
  const node = boardNode(context, around);
  const name = textOf(outline, around.name);
  const parent = parentName(context, around);
  const completions: Completion[] = [];
  const isReservedMemory = name === 'reserved-memory' || node?.name === 'reserved-memory';
  if (isReservedMemory)
    for (const snippet of regionSnippets(childCounts(node)))
      completions.push({ ...snippet, kind: 'snippet', isSnippet: true, ...place });
  const isRegion = parent === 'reserved-memory' || node?.parent?.name === 'reserved-memory';
  const isChosen = name === 'chosen' || node?.name === 'chosen';
  const isDomain = node?.parent?.name === 'chosen' || parent === 'chosen';
  const names = new Set<string>([
    ...(isRegion ? REGION_PROPERTIES : []),
    ...(isChosen ? CHOSEN_PROPERTIES : []),
    ...(isDomain ? DOMAIN_PROPERTIES : []),
    ...COMMON_PROPERTIES,
    ...(node ? similar(board, node) : []),
  ]);
  const written = new Set(
    around.items.flatMap((item) => (item.kind === 'property' ? [textOf(outline, item.name)] : [])),
  );
  for (const label of names) {
    if (written.has(label) && label !== context.word) continue;
    const value = BARE.has(label) ? ';' : STRINGS.has(label) ? ' = "$1";' : ' = <$1>;';
    const documentation = documentationOf(label, isRegion);
    const rank = isRegion ? REGION_PROPERTIES.indexOf(label) : -1;
    completions.push({
      label,
      kind: 'property',
      ...(documentation !== undefined && { documentation }),
      ...(rank >= 0 && { rank }),
      insert: `${label}${value}`,
      isSnippet: true,
      ...place,
    });
  }
  for (const child of node?.children ?? [])
    completions.push({
      label: child.name,
      kind: 'node',
      insert: `${child.name} {\n\t$0\n};`,
      isSnippet: true,
      ...place,
    });
  return completions;
}

function childCounts(node: DtNode | undefined): { address: number; size: number } {
  const child = node?.children[0];
  return child ? regCells(child) : { address: 2, size: 2 };
}

/** Properties of nodes with the same compatible, and of the siblings when there is none. */
function similar(board: Board | undefined, node: DtNode): Set<string> {
  const found = new Set<string>(node.properties.keys());
  const compatible = node.properties.get('compatible');
  const first = compatible && stringsOf(compatible)[0];
  if (!board) return found;
  for (const other of first === undefined
    ? (node.parent?.children ?? [])
    : walkNodes(board.tree.root)) {
    const theirs = other.properties.get('compatible');
    if (first !== undefined && (!theirs || stringsOf(theirs)[0] !== first)) continue;
    for (const name of other.properties.keys()) found.add(name);
  }
  return found;
}
