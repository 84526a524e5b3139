// Reads a flattened devicetree (versions 16 and 17) into the tree type that source evaluates to.

import { decodeText } from '../text/decode.ts';
import type { FileId } from '../text/span.ts';
import type { OriginMap } from '../preprocess/origin.ts';
import {
  cellAtByte,
  type DeviceTree,
  type DtNode,
  type DtProperty,
  type MemoryReservation,
  type Opening,
  type Written,
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
  const header = readHeader(blob);
  const origins: OriginMap = {
    originOf: (start, end) => ({ span: { file, start, end } }),
    expandedOffset: (asked, offset) => (asked === file ? offset : undefined),
  };
  const memoryReservations = readReservations(blob, header, origins);
  const root = new StructureReader(blob, header, origins).readRoot();
  return {
    root,
    ...indexNodes(root),
    memoryReservations,
    bootCpu: header.bootCpu,
    isPlugin: false,
    problems: [],
  };
}

/** Offsets are bytes from the beginning of the blob, ends exclusive. */
interface Header {
  readonly total: number;
  readonly structure: number;
  readonly strings: number;
  readonly stringsEnd: number;
  readonly reservations: number;
  readonly bootCpu: number;
}

function readHeader(blob: Uint8Array): Header {
  const field = (index: number): number => u32(blob, index * 4);
  if (blob.length < 40) throw new Fault('is shorter than a devicetree header', 0);
  if (field(0) !== MAGIC) throw new Fault('is not a devicetree blob (magic number missing)', 0);
  const total = field(1);
  const version = field(5);
  const compatible = field(6);
  if (compatible > 17 || version < 16)
    throw new Fault(`has format version ${version}, which is not 16 or 17`, 20);
  if (total > blob.length)
    throw new Fault(`says it has ${total} bytes, the file ${blob.length}`, 4);
  const strings = field(3);
  const stringsSize = field(8);
  return {
    total,
    structure: field(2),
    strings,
    stringsEnd: version >= 17 || stringsSize > 0 ? Math.min(total, strings + stringsSize) : total,
    reservations: field(4),
    bootCpu: field(7),
  };
}

function readReservations(
  blob: Uint8Array,
  header: Header,
  origins: OriginMap,
): MemoryReservation[] {
  const written = (start: number, end: number): Written => ({ in: origins, start, end });
  const found: MemoryReservation[] = [];
  for (let at = header.reservations; ; at += 16) {
    if (at + 16 > header.total) throw new Fault('memory reservation block has no end', at);
    const address = u64(blob, at);
    const size = u64(blob, at + 8);
    if (address === 0n && size === 0n) return found;
    found.push({
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
}

/** Reads the structure block, token by token. */
class StructureReader {
  readonly #blob: Uint8Array;
  readonly #header: Header;
  readonly #origins: OriginMap;
  /** Behind the token that is being read. */
  #at: number;
  #root: MutableNode | undefined;
  /** The node that is open. */
  #node: MutableNode | undefined;
  #depth = 0;
  #nodes = 0;
  #nameBytes = 0;

  constructor(blob: Uint8Array, header: Header, origins: OriginMap) {
    this.#blob = blob;
    this.#header = header;
    this.#origins = origins;
    this.#at = header.structure;
  }

  readRoot(): MutableNode {
    while (this.#readToken());
    if (this.#root === undefined) throw new Fault('has no root node', this.#header.structure);
    return this.#root;
  }

  /** Whether more tokens follow. */
  #readToken(): boolean {
    const start = this.#at;
    const token = u32(this.#blob, start);
    this.#at += 4;
    switch (token) {
      case BEGIN_NODE:
        this.#beginNode(start);
        return true;
      case END_NODE:
        if (this.#node === undefined) throw new Fault('ends a node that was not begun', start);
        this.#node = this.#node.parent as MutableNode | undefined;
        this.#depth--;
        return true;
      case PROP:
        this.#readProperty(start);
        return true;
      case NOP:
        return true;
      case END:
        if (this.#node !== undefined) throw new Fault('ends inside a node', start);
        return false;
      default:
        throw new Fault(`has an unknown structure token ${token}`, start);
    }
  }

  #beginNode(start: number): void {
    const at = this.#at;
    const name = this.#stringAt(at, this.#header.total);
    const nameEnd = this.#blob.indexOf(0, at);
    if (++this.#depth > maximumDepth)
      throw new Fault(`nests nodes deeper than ${maximumDepth}`, start);
    const parent = this.#node;
    if (parent === undefined && this.#root !== undefined) throw new Fault('has two roots', start);
    if (++this.#nodes > mostNodes) throw new Fault(`has more than ${mostNodes} nodes`, start);
    const node: MutableNode = {
      path:
        parent === undefined ? '/' : parent.path === '/' ? `/${name}` : `${parent.path}/${name}`,
      name: parent === undefined ? '' : name,
      parent,
      children: [],
      properties: new Map(),
      labels: [],
      openings: [{ whole: this.#written(start, start + 4), name: this.#written(at, nameEnd) }],
    };
    parent?.children.push(node);
    this.#root ??= node;
    this.#node = node;
    this.#at = at + ((nameEnd - at + 4) & ~3);
  }

  #readProperty(tokenStart: number): void {
    const at = this.#at;
    if (this.#node === undefined) throw new Fault('has a property outside all nodes', tokenStart);
    const length = u32(this.#blob, at);
    const { strings, stringsEnd, total } = this.#header;
    const name = this.#stringAt(strings + u32(this.#blob, at + 4), stringsEnd);
    const start = at + 8;
    const end = start + length;
    if (end > total) throw new Fault(`property ${name} ends after the blob`, tokenStart);
    const bytes = this.#blob.slice(start, end);
    this.#node.properties.set(name, {
      name,
      labels: [],
      bytes,
      definition: {
        whole: this.#written(tokenStart, end),
        name: this.#written(tokenStart, tokenStart + 4),
        value: this.#written(start, end),
        bytes,
        parts: [],
      },
      overridden: [],
    });
    this.#at = start + ((length + 3) & ~3);
  }

  /** The string at `at`, which must end before `limit`. */
  #stringAt(at: number, limit: number): string {
    const end = this.#blob.indexOf(0, at);
    if (at < 0 || at >= limit || end < 0 || end >= limit)
      throw new Fault('string has no end', Math.max(0, at));
    this.#nameBytes += end - at;
    if (this.#nameBytes > mostNameBytes)
      throw new Fault(`has more than ${mostNameBytes >> 20} MiB of names`, at);
    return nameOf(this.#blob.subarray(at, end));
  }

  #written(start: number, end: number): Written {
    return { in: this.#origins, start, end };
  }
}

/** The nodes by label and by phandle; labels are given to their nodes. */
function indexNodes(root: MutableNode): Pick<DeviceTree, 'labels' | 'phandles'> {
  const labels = new Map<string, DtNode>();
  const phandles = new Map<number, DtNode>();
  const byPath = new Map<string, MutableNode>();
  const visit = (node: MutableNode): void => {
    if (node.path.length <= longestPath) byPath.set(node.path, node);
    for (const name of ['phandle', 'linux,phandle']) {
      const bytes = node.properties.get(name)?.bytes;
      if (bytes?.length !== 4) continue;
      const phandle = u32(bytes, 0);
      if (!phandles.has(phandle)) phandles.set(phandle, node);
    }
    for (const child of node.children) visit(child as MutableNode);
  };
  visit(root);
  for (const [label, path] of byPath.get('/__symbols__')?.properties ?? []) {
    const target = byPath.get(nameOf(path.bytes).replace(/\0$/, ''));
    if (!target) continue;
    target.labels.push(label);
    labels.set(label, target);
  }
  return { labels, phandles };
}

/** The big-endian number of 32 bits at byte `at`. */
function u32(bytes: Uint8Array, at: number): number {
  if (at < 0 || at + 4 > bytes.length) throw new Fault('ends too early', at);
  return cellAtByte(bytes, at);
}

function u64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(u32(bytes, at)) << 32n) | BigInt(u32(bytes, at + 4));
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
