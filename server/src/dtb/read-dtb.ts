// Reads a flattened devicetree (versions 16 and 17) into the tree type that source evaluates to.

import { decodeText } from '../text/decode.ts';
import type { FileId } from '../text/span.ts';
import type { OriginMap } from '../preprocess/origin.ts';
import type {
  DeviceTree,
  DtNode,
  DtProperty,
  MemoryReservation,
  Opening,
  Written,
} from '../tree/device-tree.ts';

const MAGIC = 0xd00dfeed;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const NOP = 4;
const END = 9;

/** Deeper nodes are a fault: no boot loader or kernel reads them (Linux stops at 64). */
const maximumDepth = 500;

/** Boards have some ten thousand at most; a damaged or hostile blob must not cost minutes and gigabytes. */
const mostNodes = 200_000;

/** Bytes of all names together: names may share their bytes, so that a small blob could hold gigabytes of them. */
const mostNameBytes = 64 << 20;

/** Longer paths are not looked up: names of that length make more text than there is blob. */
const longestPath = 8192;

/** A blob that cannot be read: what is wrong and at which byte. */
export interface BlobFault {
  readonly because: string;
  readonly offset: number;
}

interface MutableNode {
  path: string;
  name: string;
  parent: DtNode | undefined;
  children: DtNode[];
  properties: Map<string, DtProperty>;
  labels: string[];
  openings: Opening[];
}

class Fault extends Error {
  readonly because: string;
  readonly offset: number;

  constructor(because: string, offset: number) {
    super(because);
    this.because = because;
    this.offset = offset;
  }
}

/**
 * The tree of a blob, or why it is none. Spans are byte offsets into the blob. Phandles come from `phandle` and
 * `linux,phandle`; labels from `/__symbols__`, where there is one (Devicetree Specification, chapter 5).
 */
export function readDtb(file: FileId, blob: Uint8Array): DeviceTree | BlobFault {
  try {
    return parse(file, blob);
  } catch (error) {
    if (error instanceof Fault) return { because: error.because, offset: error.offset };
    throw error;
  }
}

function parse(file: FileId, blob: Uint8Array): DeviceTree {
  const origins: OriginMap = {
    originOf: (start, end) => ({ span: { file, start, end } }),
    expandedOffset: (asked, offset) => (asked === file ? offset : undefined),
  };
  const written = (start: number, end: number): Written => ({ in: origins, start, end });
  const u32 = (at: number): number => {
    if (at < 0 || at + 4 > blob.length) throw new Fault('ends too early', at);
    return (
      (((blob[at] ?? 0) << 24) |
        ((blob[at + 1] ?? 0) << 16) |
        ((blob[at + 2] ?? 0) << 8) |
        (blob[at + 3] ?? 0)) >>>
      0
    );
  };
  const u64 = (at: number): bigint => (BigInt(u32(at)) << 32n) | BigInt(u32(at + 4));
  let nameBytes = 0;
  const stringAt = (at: number, limit: number): string => {
    const end = blob.indexOf(0, at);
    if (at < 0 || at >= limit || end < 0 || end >= limit)
      throw new Fault('string has no end', Math.max(0, at));
    nameBytes += end - at;
    if (nameBytes > mostNameBytes)
      throw new Fault(`has more than ${mostNameBytes >> 20} MiB of names`, at);
    return nameOf(blob.subarray(at, end));
  };

  if (blob.length < 40) throw new Fault('is shorter than a devicetree header', 0);
  if (u32(0) !== MAGIC) throw new Fault('is not a devicetree blob (magic number missing)', 0);
  const total = u32(4);
  const version = u32(20);
  const compatible = u32(24);
  if (compatible > 17 || version < 16)
    throw new Fault(`has format version ${version}, which is not 16 or 17`, 20);
  if (total > blob.length)
    throw new Fault(`says it has ${total} bytes, the file ${blob.length}`, 4);
  const stringsStart = u32(12);
  const stringsEnd = version >= 17 || u32(32) > 0 ? Math.min(total, stringsStart + u32(32)) : total;

  const memoryReservations: MemoryReservation[] = [];
  for (let at = u32(16); ; at += 16) {
    if (at + 16 > total) throw new Fault('memory reservation block has no end', at);
    const address = u64(at);
    const size = u64(at + 8);
    if (address === 0n && size === 0n) break;
    memoryReservations.push({
      address,
      size,
      labels: [],
      written: {
        whole: written(at, at + 16),
        address: written(at, at + 8),
        size: written(at + 8, at + 16),
      },
    });
  }

  let root: MutableNode | undefined;
  let node: MutableNode | undefined;
  let depth = 0;
  let at = u32(8);
  let nodes = 0;
  for (let done = false; !done;) {
    const token = u32(at);
    const tokenAt = at;
    at += 4;
    switch (token) {
      case BEGIN_NODE: {
        const name = stringAt(at, total);
        const nameEnd = blob.indexOf(0, at);
        if (++depth > maximumDepth)
          throw new Fault(`nests nodes deeper than ${maximumDepth}`, tokenAt);
        if (node === undefined && root !== undefined) throw new Fault('has two roots', tokenAt);
        if (++nodes > mostNodes) throw new Fault(`has more than ${mostNodes} nodes`, tokenAt);
        const opening: Opening = {
          whole: written(tokenAt, tokenAt + 4),
          name: written(at, nameEnd),
        };
        const path =
          node === undefined ? '/' : node.path === '/' ? `/${name}` : `${node.path}/${name}`;
        const child: MutableNode = {
          path,
          name: node === undefined ? '' : name,
          parent: node,
          children: [],
          properties: new Map(),
          labels: [],
          openings: [opening],
        };
        node?.children.push(child);
        root ??= child;
        node = child;
        at += (nameEnd - at + 4) & ~3;
        break;
      }
      case END_NODE:
        if (node === undefined) throw new Fault('ends a node that was not begun', tokenAt);
        node = node.parent as MutableNode | undefined;
        depth--;
        break;
      case PROP: {
        if (node === undefined) throw new Fault('has a property outside all nodes', tokenAt);
        const length = u32(at);
        const name = stringAt(stringsStart + u32(at + 4), stringsEnd);
        const start = at + 8;
        if (start + length > total)
          throw new Fault(`property ${name} ends after the blob`, tokenAt);
        const bytes = blob.slice(start, start + length);
        node.properties.set(name, {
          name,
          labels: [],
          bytes,
          definition: {
            whole: written(tokenAt, start + length),
            name: written(tokenAt, tokenAt + 4),
            value: written(start, start + length),
            bytes,
            parts: [],
          },
          overridden: [],
        });
        at = start + ((length + 3) & ~3);
        break;
      }
      case NOP:
        break;
      case END:
        if (node !== undefined) throw new Fault('ends inside a node', tokenAt);
        done = true;
        break;
      default:
        throw new Fault(`has an unknown structure token ${token}`, tokenAt);
    }
  }
  if (root === undefined) throw new Fault('has no root node', u32(8));

  const labels = new Map<string, DtNode>();
  const phandles = new Map<number, DtNode>();
  const byPath = new Map<string, MutableNode>();
  const visit = (each: MutableNode): void => {
    if (each.path.length <= longestPath) byPath.set(each.path, each);
    for (const name of ['phandle', 'linux,phandle']) {
      const value = each.properties.get(name)?.bytes;
      if (value?.length === 4) {
        const phandle = new DataView(value.buffer, value.byteOffset, 4).getUint32(0);
        if (!phandles.has(phandle)) phandles.set(phandle, each);
      }
    }
    for (const child of each.children) visit(child as MutableNode);
  };
  visit(root);
  for (const [label, path] of byPath.get('/__symbols__')?.properties ?? []) {
    const target = byPath.get(nameOf(path.bytes).replace(/\0$/, ''));
    if (target) {
      target.labels.push(label);
      labels.set(label, target);
    }
  }
  return {
    root,
    labels,
    phandles,
    memoryReservations,
    bootCpu: u32(28),
    isPlugin: false,
    problems: [],
  };
}

/** The name as source would spell it, so that it is written back byte for byte. */
function nameOf(bytes: Uint8Array): string {
  return bytes.every((byte) => byte < 0x80) ? latin1(bytes) : decodeText(bytes);
}

/** One character per byte. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}
