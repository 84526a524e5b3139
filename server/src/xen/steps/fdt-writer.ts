// A blob written one item after the other into a buffer of fixed size, as libfdt's sequential write does: the tree
// that comes out, and how many bytes it takes.

import type { DtNode, DtProperty, Opening } from '../../tree/device-tree.ts';
import { lengthOf } from '../../tree/merged-property.ts';

/** Header with its padding, and the empty reservation block. */
const HEAD = 64;

interface OpenNode extends DtNode {
  readonly children: DtNode[];
  readonly properties: Map<string, DtProperty>;
}

export interface FdtWriter {
  /** Bytes the blob may take. */
  readonly capacity: number;
  structure: number;
  strings: number;
  /** Names in the strings block. */
  readonly names: string[];
  /** Names seen, which take no more room: those in the block and ends of them. */
  readonly known: Set<string>;
  root: OpenNode | undefined;
  readonly open: OpenNode[];
  /** Whether something did not fit: nothing is written from then on. */
  full: boolean;
}

export function newFdtWriter(capacity: number): FdtWriter {
  return {
    capacity,
    structure: 0,
    strings: 0,
    names: [],
    known: new Set(),
    root: undefined,
    open: [],
    full: false,
  };
}

function take(writer: FdtWriter, bytes: number): boolean {
  if (HEAD + writer.structure + writer.strings + bytes > writer.capacity) writer.full = true;
  if (writer.full) return false;
  writer.structure += bytes;
  return true;
}

function align(bytes: number): number {
  return (bytes + 3) & ~3;
}

export function beginNode(
  writer: FdtWriter,
  name: string,
  openings: readonly Opening[] = [],
): void {
  if (!take(writer, 4 + align(name.length + 1))) return;
  const parent = writer.open.at(-1);
  const prefix = parent === undefined || parent.path === '/' ? '' : parent.path;
  const node: OpenNode = {
    path: parent ? `${prefix}/${name}` : '/',
    name,
    parent,
    children: [],
    properties: new Map(),
    labels: [],
    openings,
  };
  parent?.children.push(node);
  writer.root ??= node;
  writer.open.push(node);
}

export function endNode(writer: FdtWriter): void {
  if (take(writer, 4)) writer.open.pop();
}

/** Writes a property of the host as it is. */
export function copyProperty(writer: FdtWriter, property: DtProperty): void {
  const { name } = property;
  if (!writer.known.has(name)) {
    if (!writer.names.some((other) => other.endsWith(name))) {
      if (HEAD + writer.structure + writer.strings + name.length + 1 > writer.capacity)
        writer.full = true;
      if (writer.full) return;
      writer.strings += name.length + 1;
      writer.names.push(name);
    }
    writer.known.add(name);
  }
  if (take(writer, 12 + align(lengthOf(property))))
    writer.open.at(-1)?.properties.set(name, property);
}

export function writeBytes(writer: FdtWriter, name: string, bytes: Uint8Array): void {
  copyProperty(writer, { name, labels: [], bytes, overridden: [] });
}

/** NUL-terminated strings, one after the other. */
export function writeStrings(writer: FdtWriter, name: string, ...texts: string[]): void {
  const text = `${texts.join('\0')}\0`;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  writeBytes(writer, name, bytes);
}

/** Big-endian 32-bit cells. */
export function writeCells(writer: FdtWriter, name: string, ...cells: number[]): void {
  const bytes = new Uint8Array(cells.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, cell] of cells.entries()) view.setUint32(index * 4, cell >>> 0);
  writeBytes(writer, name, bytes);
}

/** Ends the blob; its size in bytes. */
export function finish(writer: FdtWriter): number {
  take(writer, 4);
  return HEAD + writer.structure + writer.strings;
}
