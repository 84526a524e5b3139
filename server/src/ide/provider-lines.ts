// What a hover says of properties that name other nodes, or count the cells with which others name this one.

import { cellOf } from '../addresses/cells.ts';
import { formatSize } from '../addresses/format.ts';
import { wordUnreadText } from '../memory/unread-text.ts';
import type { Board } from '../rules/board.ts';
import { markdownText } from '../text/markdown.ts';
import {
  cellAtByte,
  cellsOf,
  macroOf,
  walkNodes,
  type DtNode,
  type DtProperty,
} from '../tree/device-tree.ts';
import { interruptParentOf } from '../tree/interrupt-parent.ts';
import { code, nodeLink, type HoverContext } from './hover-context.ts';
import {
  listCountedBy,
  readSpecifiers,
  type Specifier,
  type UnreadRest,
} from './read-specifiers.ts';
import { rangeText } from './range-text.ts';
import { namesOfCells, wordSpecifier } from './word-specifier.ts';

/** Entries and users that are shown of a long list. */
const MOST_SHOWN = 8;

/**
 * What a property says of other nodes: the entries of a list of providers (`clocks`, `interrupts`, `gpios` …), with `offset` the one
 * that has this byte; whom `phandle`s name and who uses them; what `#…-cells` count. Undefined for other properties.
 */
export function providerLines(
  context: HoverContext,
  node: DtNode,
  property: DtProperty,
  offset: number | undefined,
): string[] | undefined {
  const { board } = context;
  const { name } = property;
  if (board.map.unread) {
    const isAbout =
      isCount(name) || PHANDLES.has(name) || readSpecifiers(board.tree, node, property);
    if (!isAbout) return undefined;
    const because = markdownText(wordUnreadText(board.map.unread));
    return [`${valueText(property)}: what it means is unknown: ${because}.`];
  }
  if (name === 'interrupt-parent') return [parentLine(context, property)];
  if (PHANDLES.has(name)) return phandleLines(context, node, property);
  if (isCount(name)) return countLines(context, node, property);
  const list = readSpecifiers(board.tree, node, property);
  if (!list) return undefined;
  const asked = list.entries.filter(
    ({ start, end }) => offset === undefined || (start <= offset && offset < end),
  );
  // A cell behind the last entry that can be read.
  const shown = asked.length > 0 ? asked : list.entries;
  const lines = shown
    .slice(0, MOST_SHOWN)
    .map((entry) => `- ${entryText(context, property, entry, list.parent === undefined)}`);
  if (shown.length > MOST_SHOWN) lines.push(`- … and ${shown.length - MOST_SHOWN} more`);
  return [
    ...(lines.length > 0 ? [lines.join('\n')] : []),
    ...(list.rest && (offset === undefined || asked.length === 0)
      ? [restText(context, list.rest)]
      : []),
    ...(list.parent
      ? [`${name === 'gpios' ? 'Lines of' : 'Interrupt parent:'} ${nodeLink(context, list.parent)}`]
      : []),
  ];
}

/** What the entry of a list at byte `offset` asks its provider for, after the entry's name; undefined outside lists. */
export function entryAt(
  { board }: HoverContext,
  node: DtNode,
  property: DtProperty,
  offset: number,
): string | undefined {
  if (board.map.unread) return undefined;
  const entry = readSpecifiers(board.tree, node, property)?.entries.find(
    ({ start, end }) => start <= offset && offset < end,
  );
  if (!entry) return undefined;
  const asked = markdownText(wordSpecifier(entry, macrosOf(property, entry)));
  const name = entry.name === undefined ? '' : code(entry.name);
  const said = [name, asked].filter((each) => each !== '').join(', ');
  return `Entry ${entry.index} of ${code(property.name)}${said === '' ? '' : `: ${said}`}`;
}

/** `uartclk`: /clock-controller@9100000 (`clk`), clock 3 */
function entryText(
  context: HoverContext,
  property: DtProperty,
  entry: Specifier,
  namesProvider: boolean,
): string {
  const asked = markdownText(wordSpecifier(entry, macrosOf(property, entry)));
  const provider = entry.provider
    ? `${nodeLink(context, entry.provider)}${regionText(context.board, entry)}`
    : 'none';
  const parts = [...(namesProvider ? [provider] : []), ...(asked === '' ? [] : [asked])];
  return `${entry.name === undefined ? '' : `${code(entry.name)}: `}${parts.join(', ')}`;
}

/** Where the region lies that `memory-region` names. */
function regionText({ map }: Board, { kind, provider }: Specifier): string {
  if (kind !== 'node') return '';
  const region = map.reserved.find((each) => each.node === provider);
  return region && region.end > region.start
    ? `, ${rangeText(region)}, ${formatSize(region.end - region.start)}`
    : '';
}

/** The macros that wrote the arguments of an entry. */
function macrosOf({ definition }: DtProperty, { argumentsAt, cells }: Specifier) {
  return cells.map((_, index) => {
    const part = definition?.parts.find((each) => each.offset === argumentsAt + index * 4);
    return part?.length === 4 ? macroOf(part.written)?.name : undefined;
  });
}

function restText(context: HoverContext, rest: UnreadRest): string {
  switch (rest.code) {
    case 'no-provider':
      return rest.at === 0
        ? 'It names no node of this board.'
        : `Cell ${rest.at / 4} names no node.`;
    case 'no-count':
      return `${nodeLink(context, rest.provider)} has no ${code(rest.cellsName)}, so its entries cannot be read.`;
    case 'too-short':
      return `The last entry is too short: ${nodeLink(context, rest.provider)} asks for ${cells(rest.needed)}.`;
  }
}

function cells(count: number): string {
  return `${count} cell${count === 1 ? '' : 's'}`;
}

const PHANDLES: ReadonlySet<string> = new Set(['phandle', 'linux,phandle', 'interrupt-parent']);

function parentLine(context: HoverContext, property: DtProperty): string {
  const provider = context.board.tree.phandles.get(cellAtByte(property.bytes, 0));
  return provider
    ? `Interrupts of this node and of those below go to ${nodeLink(context, provider)}`
    : 'It names no node of this board.';
}

function valueText(property: DtProperty): string {
  const shown = cellsOf(property)
    .slice(0, 16)
    .map((cell) => `0x${cell.toString(16)}`);
  if (property.bytes.length > 64) shown.push('…');
  return `\`<${shown.join(' ')}>\``;
}

function phandleLines(context: HoverContext, node: DtNode, property: DtProperty): string[] {
  const number = cellAtByte(property.bytes, 0);
  const users = usersOf(context.board, node, number);
  const named = `0x${number.toString(16)} is the number by which other nodes name this one`;
  if (users.length === 0) return [`${named}. None does.`];
  const shown = users
    .slice(0, MOST_SHOWN)
    .map(({ node: user, property: by }) => `- ${nodeLink(context, user)}: ${code(by.name)}`);
  if (users.length > MOST_SHOWN) shown.push(`- … and ${users.length - MOST_SHOWN} more`);
  return [`${named}:`, shown.join('\n')];
}

/** The properties that name `node` by its phandle. */
function usersOf({ tree }: Board, node: DtNode, number: number) {
  const users: { node: DtNode; property: DtProperty }[] = [];
  for (const user of walkNodes(tree.root))
    for (const property of user.properties.values()) {
      if (property.name === 'phandle' || property.name === 'linux,phandle') continue;
      const names =
        property.name === 'interrupt-parent'
          ? property.bytes.length === 4 && cellAtByte(property.bytes, 0) === number
          : readSpecifiers(tree, user, property)?.entries.some(
              ({ provider, start, argumentsAt }) => provider === node && start < argumentsAt,
            );
      const refers =
        names ??
        property.definition?.parts.some(
          ({ kind, offset }) => kind === 'phandle' && cellAtByte(property.bytes, offset) === number,
        );
      if (refers === true) users.push({ node: user, property });
    }
  return users;
}

function isCount(name: string): boolean {
  return /^#[\w,-]+-cells$/.test(name);
}

/** What the cells are counted for. */
function countLines({ board }: HoverContext, node: DtNode, property: DtProperty): string[] {
  const { name } = property;
  const count = cellOf(node, name);
  if (count === undefined) return [`${valueText(property)}: it has to be a single cell.`];
  if (name === '#address-cells' || name === '#size-cells') {
    const what = name === '#address-cells' ? 'address' : 'size';
    const plural = name === '#address-cells' ? 'addresses' : 'sizes';
    if (count === 0) return [`The children of this node have no ${plural} in ${code('reg')}.`];
    const bits = count <= 4 ? ` (${count * 32} bits)` : '';
    return [`Each ${what} in ${code('reg')} of its children takes ${cells(count)}${bits}.`];
  }
  const list = listCountedBy(name);
  const meaning = namesOfCells(node, name, count);
  const called = meaning === undefined ? '' : `: ${meaning}`;
  if (name === '#interrupt-cells') {
    const users = interruptUsers(board, node);
    return [
      `An interrupt of this node takes ${cells(count)}${called}.`,
      ...(users === 0
        ? []
        : [`The ${code('interrupts')} of ${users} node${users === 1 ? '' : 's'} go here.`]),
    ];
  }
  if (list === undefined) return [`A reference to this node is followed by ${cells(count)}.`];
  return [
    count === 0
      ? `An entry of ${code(list)} that names this node is its phandle alone.`
      : `An entry of ${code(list)} that names this node has ${cells(count)} after the phandle${called}.`,
  ];
}

/** How many nodes have `interrupts` that go to `node`. */
function interruptUsers({ tree }: Board, node: DtNode): number {
  let count = 0;
  for (const user of walkNodes(tree.root))
    if (user.properties.has('interrupts') && interruptParentOf(user, tree) === node) count += 1;
  return count;
}
