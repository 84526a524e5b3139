// How long a tree's blob is, without writing it: an editor asks after every key.

import { encodeText } from '../text/encode.ts';
import type { DeviceTree, DtNode } from '../tree/device-tree.ts';
import { editedFrom } from '../tree/edit-tree.ts';
import { nodesOf, propertyNamesOf } from '../tree/nodes-with.ts';
import { flatSizeOf } from '../tree/lowered.ts';
import { PropertyTable } from '../tree/property-table.ts';
import { headerSize, Strings } from './write-dtb.ts';

const sizes = new WeakMap<DeviceTree, number>();

/** The bytes of `writeDtb(tree)`. */
export function blobSize(tree: DeviceTree): number {
  const edited = editedFrom(tree);
  const measured = edited?.whole ?? tree;
  let size = sizes.get(measured);
  if (size === undefined) {
    size = sizeOf(measured);
    sizes.set(measured, size);
  }
  return size + (edited?.growth ?? 0);
}

function sizeOf(tree: DeviceTree): number {
  const reservations = (tree.memoryReservations.length + 1) * 16;
  let structure = 4;
  for (const node of nodesOf(tree)) structure += 8 + wholeWords(nameLength(node.name) + 1);
  for (const node of nodesOf(tree)) structure += propertiesSize(node);
  return headerSize + reservations + structure + stringsSize(tree);
}

function propertiesSize({ properties }: DtNode): number {
  if (properties instanceof PropertyTable) return properties.flatSize;
  let size = 0;
  for (const { bytes } of properties.values()) size += flatSizeOf(bytes.length);
  return size;
}

function wholeWords(length: number): number {
  return (length + 3) & ~3;
}

function nameLength(name: string): number {
  for (let at = 0; at < name.length; at++)
    if (name.charCodeAt(at) > 0x7f) return encodeText(name).length;
  return name.length;
}

// The names of a tree hardly ever change between two edits, and finding those that end others takes a while.
let last = { names: '', size: 0 };

function stringsSize(tree: DeviceTree): number {
  const names = [...(tree.stringOrder ?? []), ...propertyNamesOf(tree)];
  const key = names.join('\0');
  if (key !== last.names) {
    const strings = new Strings();
    for (const name of names) strings.offsetOf(name);
    last = { names: key, size: strings.bytes.length };
  }
  return last.size;
}
