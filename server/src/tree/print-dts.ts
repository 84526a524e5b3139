// Prints a tree as source, the way `dtc -O dts` does, with where each node and property came from if asked.

import { printable } from '../text/printable.ts';
import type { DeviceTree, DtNode, DtProperty, ValuePart, Written } from './device-tree.ts';

export interface PrintOptions {
  /** What to say about a place, such as `board.dts:12`; it is printed as a comment. */
  readonly placeOf?: (at: Written) => string | undefined;
  /** How much of a node is printed: all of it, its name and what below it is printed, or nothing; all when absent. */
  readonly shown?: (node: DtNode) => 'all' | 'name' | 'none';
}

/** A line of a printed tree, and where what it says was written. */
export interface DtsLine {
  readonly text: string;
  readonly at?: Written;
}

/**
 * The source text of `tree`. Compiled again, it gives the same blob as `tree`; values keep the form they were written
 * in where it is known, else it is guessed from the bytes as dtc does.
 */
export function printDts(tree: DeviceTree, options: PrintOptions = {}): string {
  return dtsLines(tree, options)
    .map(({ text }) => `${text}\n`)
    .join('');
}

/** The same, line by line. */
export function dtsLines(tree: DeviceTree, options: PrintOptions = {}): readonly DtsLine[] {
  const lines: DtsLine[] = [{ text: '/dts-v1/;' }, { text: '' }];
  for (const { address, size, labels, written } of tree.memoryReservations) {
    const text = `${labelsText(labels)}/memreserve/\t${wide(address)} ${wide(size)};`;
    lines.push({ text, at: written.whole });
  }
  printNode(tree, tree.root, 0, options, lines);
  return lines;
}

function labelsText(labels: readonly string[]): string {
  return labels.map((label) => `${printable(label)}: `).join('');
}

function wide(value: bigint): string {
  return `0x${value.toString(16).padStart(16, '0')}`;
}

function printNode(
  tree: DeviceTree,
  node: DtNode,
  depth: number,
  options: PrintOptions,
  lines: DtsLine[],
): void {
  const shown = options.shown?.(node) ?? 'all';
  const indent = '\t'.repeat(depth);
  const labels = labelsText(node.labels);
  const places = node.openings.map(({ name }) => options.placeOf?.(name));
  const name = node.name === '' ? '/' : printable(node.name);
  const [opening] = node.openings;
  lines.push({
    text: `${indent}${labels}${name} {${comment(places)}`,
    ...(opening && { at: opening.name }),
  });
  for (const property of shown === 'all' ? node.properties.values() : []) {
    const { definition } = property;
    const place = definition && options.placeOf?.(definition.name);
    lines.push({
      text: `${indent}\t${printProperty(tree, property)}${comment([place])}`,
      ...(definition && { at: definition.name }),
    });
  }
  for (const child of node.children) {
    if (options.shown?.(child) === 'none') continue;
    lines.push({ text: '' });
    printNode(tree, child, depth + 1, options, lines);
  }
  lines.push({ text: `${indent}};` });
}

function comment(places: readonly (string | undefined)[]): string {
  const known = [...new Set(places.filter((place) => place !== undefined))];
  return known.length === 0 ? '' : ` /* ${printable(known.join(', ')).replaceAll('*/', '* /')} */`;
}

function printProperty(tree: DeviceTree, property: DtProperty): string {
  const labels = labelsText(property.labels);
  const name = printable(property.name);
  if (property.bytes.length === 0) return `${labels}${name};`;
  return `${labels}${name} = ${printValue(tree, property)};`;
}

/** The value of a property, in the form it was written in where that is known; empty for one without. */
export function printValue(tree: DeviceTree, property: DtProperty): string {
  const { bytes } = property;
  return bytes.length === 0 ? '' : (printParts(tree, property) ?? printGuess(bytes));
}

/** The value in the form it was written in; undefined when that is not known for all of its bytes. */
function printParts(tree: DeviceTree, property: DtProperty): string | undefined {
  const { bytes } = property;
  const parts = property.definition?.parts ?? [];
  const items: string[] = [];
  let at = 0;
  for (let first = 0; first < parts.length;) {
    let end = first + 1;
    while (end < parts.length && parts[end]?.group === parts[first]?.group) end++;
    const group = parts.slice(first, end);
    for (const part of group) {
      if (part.offset !== at) return undefined;
      at += part.length;
    }
    items.push(printGroup(tree, bytes, group));
    first = end;
  }
  return at === bytes.length && items.length > 0 ? items.join(', ') : undefined;
}

function printGroup(tree: DeviceTree, bytes: Uint8Array, group: readonly ValuePart[]): string {
  const [first] = group;
  if (first === undefined) return '<>';
  const own = bytes.subarray(first.offset, first.offset + first.length);
  switch (first.kind) {
    case 'string':
    case 'path':
      return printString(own.subarray(0, -1));
    case 'bytes':
      return printBytes(own);
    case 'incbin':
      return own.length === 0 ? '[]' : printGuess(own);
    case 'cell':
    case 'phandle': {
      const width = first.length * 8;
      const cells = group.map((part) =>
        part.kind === 'phandle' && part.target !== undefined && tree.labels.has(part.target)
          ? `&${part.target}`
          : printCell(bytes.subarray(part.offset, part.offset + part.length)),
      );
      return `${width === 32 ? '' : `/bits/ ${width} `}<${cells.join(' ')}>`;
    }
  }
}

function printCell(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += byte.toString(16).padStart(2, '0');
  return `0x${digits.replace(/^0+(?=..)/, '')}`;
}

function printBytes(bytes: Uint8Array): string {
  return `[${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}]`;
}

const escapes = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

function printString(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text +=
      escapes.get(byte) ??
      (byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, '0')}`);
  }
  return `"${text}"`;
}

/** The form dtc guesses for a value it knows only the bytes of (treesource.c, guess_value_type). */
function printGuess(bytes: Uint8Array): string {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x20 && byte < 0x7f) || byte === 0 || (byte >= 0x07 && byte <= 0x0d);
  const nuls = bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (bytes.at(-1) === 0 && bytes.every(isPrintable) && nuls <= bytes.length - nuls) {
    const strings: string[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(0, start);
      strings.push(printString(bytes.subarray(start, end)));
      start = end + 1;
    }
    return strings.join(', ');
  }
  if (bytes.length % 4 !== 0) return printBytes(bytes);
  const cells: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) cells.push(printCell(bytes.subarray(at, at + 4)));
  return `<${cells.join(' ')}>`;
}
