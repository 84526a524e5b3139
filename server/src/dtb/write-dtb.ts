// Writes a tree as a flattened devicetree blob, byte for byte as dtc does (version 17).

import type { DeviceTree, DtNode } from '../tree/device-tree.ts';
import { encodeText } from '../text/encode.ts';

/** Bytes of a blob's header. */
export const headerSize = 40;

/** The blob of `tree`: reservations, structure, strings; no padding. */
export function writeDtb(tree: DeviceTree): Uint8Array {
  const structure = new Bytes();
  const strings = new Strings();
  for (const name of tree.stringOrder ?? []) strings.offsetOf(name);
  writeNode(tree.root, structure, strings);
  structure.u32(9);
  const reservations = (tree.memoryReservations.length + 1) * 16;
  const structureAt = headerSize + reservations;
  const stringsAt = structureAt + structure.length;
  const total = stringsAt + strings.bytes.length;

  const blob = new Bytes();
  for (const word of [
    ...[0xd00dfeed, total, structureAt, stringsAt, headerSize, 17, 16],
    ...[tree.bootCpu, strings.bytes.length, structure.length],
  ])
    blob.u32(word);
  for (const { address, size } of tree.memoryReservations) {
    blob.u64(address);
    blob.u64(size);
  }
  blob.u64(0n);
  blob.u64(0n);
  blob.append(structure.view());
  blob.append(strings.bytes.view());
  return blob.view().slice();
}

function writeNode(node: DtNode, into: Bytes, strings: Strings): void {
  into.u32(1);
  into.append(encodeText(node.name));
  into.u8(0);
  into.align();
  for (const property of node.properties.values()) {
    into.u32(3);
    into.u32(property.bytes.length);
    into.u32(strings.offsetOf(property.name));
    into.append(property.bytes);
    into.align();
  }
  for (const child of node.children) writeNode(child, into, strings);
  into.u32(2);
}

/** A growing byte buffer, big-endian. */
class Bytes {
  #bytes = new Uint8Array(4096);
  length = 0;

  #grow(by: number): void {
    if (this.length + by <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + by));
    larger.set(this.view());
    this.#bytes = larger;
  }

  u8(value: number): void {
    this.#grow(1);
    this.#bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.#grow(4);
    const bytes = this.#bytes;
    bytes[this.length++] = value >>> 24;
    bytes[this.length++] = value >>> 16;
    bytes[this.length++] = value >>> 8;
    bytes[this.length++] = value;
  }

  u64(value: bigint): void {
    this.u32(Number((value >> 32n) & 0xffff_ffffn));
    this.u32(Number(value & 0xffff_ffffn));
  }

  append(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Fills up with zeros to a multiple of 4. */
  align(): void {
    this.#grow(4);
    while (this.length % 4 !== 0) this.#bytes[this.length++] = 0;
  }

  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/** The strings block. dtc also finds a name inside or at the end of an earlier one, in order of offset. */
export class Strings {
  readonly bytes = new Bytes();
  readonly #offsets = new Map<string, number>();

  offsetOf(name: string): number {
    let offset = this.#offsets.get(name);
    if (offset === undefined) {
      offset = this.bytes.length;
      // Any suffix of this name is found here by names that come later, unless it was there before.
      for (let at = 0; at <= name.length; at++) {
        const suffix = name.slice(at);
        if (!this.#offsets.has(suffix)) this.#offsets.set(suffix, offset + at);
      }
      this.bytes.append(encodeText(name));
      this.bytes.u8(0);
    }
    return offset;
  }
}
