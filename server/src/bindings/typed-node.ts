// The typed value of each property of a tree: what dtschema's dtb.py makes of a blob, with the cells that the tree has.

import { cellAtByte, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import { forEachPropertyName } from '../tree/nodes-with.ts';
import type { ItemRange } from './array-shape.ts';
import type { PropertyType } from './property-types.ts';
import type { Cells, TypedObject, TypedValue } from './typed-value.ts';

/** The types declared for a property's name. */
export type TypesOf = (name: string) => readonly PropertyType[];

/** A node as bindings see it; values are made when they are asked for. */
export class TypedNode implements TypedObject {
  /** Whether `$nodename` is among its names: only while the node is validated by itself. */
  isNamed = false;
  readonly node: DtNode;
  readonly #tree: TypedTree;
  readonly #values = new Map<string, TypedValue>();
  readonly #children = new Map<string, DtNode>();
  readonly #names: string[] = [];

  constructor(node: DtNode, tree: TypedTree) {
    this.node = node;
    this.#tree = tree;
    forEachPropertyName(node, (name) => this.#names.push(name));
    for (const child of node.children) {
      if (child.name.startsWith('__')) continue;
      // A property of the same name counts: dtc refuses such a node.
      if (!node.properties.has(child.name)) this.#names.push(child.name);
      this.#children.set(child.name, child);
    }
  }

  get names(): readonly string[] {
    return this.isNamed ? [...this.#names, '$nodename'] : this.#names;
  }

  has(name: string): boolean {
    return (
      this.node.properties.has(name) ||
      this.#children.has(name) ||
      (this.isNamed && name === '$nodename')
    );
  }

  value(name: string): TypedValue | undefined {
    if (name === '$nodename') return this.isNamed ? [this.node.name || '/'] : undefined;
    let value = this.#values.get(name);
    if (value === undefined) {
      const child = this.#children.get(name);
      value = child ? this.#tree.of(child) : this.#tree.valueOf(this.node, name);
      if (value !== undefined) this.#values.set(name, value);
    }
    return value;
  }
}

/** The typed nodes of one tree. */
export class TypedTree {
  readonly tree: DeviceTree;
  readonly typesOf: TypesOf;
  readonly #nodes = new Map<DtNode, TypedNode>();

  constructor(tree: DeviceTree, typesOf: TypesOf) {
    this.tree = tree;
    this.typesOf = typesOf;
  }

  of(node: DtNode): TypedNode {
    let typed = this.#nodes.get(node);
    if (!typed) this.#nodes.set(node, (typed = new TypedNode(node, this)));
    return typed;
  }

  /** The value of a property in rows as its provider and its parent say; undefined when the node has no such property. */
  valueOf(node: DtNode, name: string): TypedValue | undefined {
    const bytes = node.properties.get(name)?.bytes;
    if (!bytes) return undefined;
    const types = this.typesOf(name);
    const value = decode(node, name, bytes, types);
    return isCells(value) ? this.#inRows(node, name, value, types) : value;
  }

  #inRows(node: DtNode, name: string, value: Cells, types: readonly PropertyType[]): Cells {
    const [first = []] = value;
    // What is in rows already is not cut again; gpios, interrupts and addresses are looked at whatever their type.
    const isWhole = value.length === 1;
    if (isGpios(name))
      return isInHog(node) ? value : this.#cut(value, first, (at) => this.#gpio(first, at));
    if (name === 'interrupts') return evenly(value, this.#interruptCells(node));
    if (name === 'interrupt-map')
      return this.#cut(value, first, (at) => this.#mapEntry(node, first, at));
    if (name === 'reg')
      return evenly(
        value,
        cellsAbove(node, '#address-cells', 2) + cellsAbove(node, '#size-cells', 1),
      );
    if (name === 'ranges' || name === 'dma-ranges')
      return evenly(
        value,
        cellsAbove(node, '#address-cells', 2) +
          (ownCells(node, '#address-cells') ?? 0) +
          (ownCells(node, '#size-cells') ?? 0),
      );
    if (!isWhole || !types.some(({ type }) => type === 'phandle-array')) return value;
    const known = providerCells.get(name);
    const isKnown = providerCells.has(name);
    if (!isKnown && (!name.endsWith('s') || name.includes('gpio'))) return value;
    const cells = isKnown ? known : `#${name.slice(0, -1)}-cells`;
    const size = (at: number): number => {
      const own = this.#argument(first, at, cells);
      // A path is two of them.
      return own > 0 && name === 'interconnects'
        ? own + this.#argument(first, at + own, cells)
        : own;
    };
    return !isKnown && size(0) === 0 ? value : this.#cut(value, first, size);
  }

  /** `value` in rows of as many cells as `size` says of the row that begins at a cell; 0 ends it. */
  #cut(value: Cells, row: readonly (number | bigint)[], size: (at: number) => number): Cells {
    const rows: (readonly (number | bigint)[])[] = [];
    for (let at = 0; at < row.length;) {
      const cells = size(at);
      if (cells <= 0) break;
      rows.push(row.slice(at, at + cells));
      at += cells;
    }
    return asCells(rows, value.bits);
  }

  #target(row: readonly (number | bigint)[], at: number): DtNode | undefined {
    return this.tree.phandles.get(Number(row[at] ?? 0));
  }

  // dtb.py: _get_phandle_arg_size
  #argument(
    row: readonly (number | bigint)[],
    at: number,
    cells: string | number | undefined,
  ): number {
    if (at >= row.length) return 0;
    if (row[at] === 0 || cells === undefined) return 1;
    const target = this.#target(row, at);
    if (!target) return 0;
    return 1 + (typeof cells === 'number' ? cells : (ownCells(target, cells) ?? 0));
  }

  #gpio(row: readonly (number | bigint)[], at: number): number {
    if (row[at] === 0) return 1;
    const target = this.#target(row, at);
    return 1 + ((target && ownCells(target, '#gpio-cells')) ?? 0);
  }

  #mapEntry(node: DtNode, row: readonly (number | bigint)[], at: number): number {
    const child =
      (ownCells(node, '#address-cells') ?? 0) + (ownCells(node, '#interrupt-cells') ?? 0);
    const parent = this.#target(row, at + child);
    if (!parent) return row.length - at;
    return (
      child +
      1 +
      (ownCells(parent, '#address-cells') ?? 0) +
      (ownCells(parent, '#interrupt-cells') ?? 0)
    );
  }

  #interruptCells(node: DtNode): number {
    for (let at: DtNode | undefined = node; at; at = at.parent) {
      const parent = at.properties.get('interrupt-parent')?.bytes;
      if (parent && parent.length >= 4) {
        const target = this.tree.phandles.get(cellAtByte(parent, 0));
        return (target && ownCells(target, '#interrupt-cells')) ?? 0;
      }
      const above: number | undefined = at.parent && ownCells(at.parent, '#interrupt-cells');
      if (above !== undefined) return above;
    }
    return 1;
  }
}

/** The property of a provider that says how many cells follow its phandle, where it is not `#NAME-cells`; a number where it is always the same; undefined for a phandle alone. */
const providerCells: ReadonlyMap<string, string | number | undefined> = new Map<
  string,
  string | number | undefined
>([
  ['assigned-clocks', '#clock-cells'],
  ['assigned-clock-parents', '#clock-cells'],
  ['cooling-device', '#cooling-cells'],
  ['interrupts-extended', '#interrupt-cells'],
  ['interconnects', '#interconnect-cells'],
  ['mboxes', '#mbox-cells'],
  ['sound-dai', '#sound-dai-cells'],
  ['msi-parent', '#msi-cells'],
  ['gpio-ranges', 3],
  ['nvmem-cells', undefined],
  ['memory-region', undefined],
]);

/** The property of a provider that has the cell count of a property of its users: `#clock-cells` for `clocks`. */
export function cellsPropertyOf(name: string): string | undefined {
  const known = providerCells.get(name);
  if (typeof known === 'string') return known;
  if (providerCells.has(name)) return undefined;
  if (isGpios(name)) return '#gpio-cells';
  return name.endsWith('s') ? `#${name.slice(0, -1)}-cells` : undefined;
}

function isGpios(name: string): boolean {
  return (
    (/-gpios?$/.test(name) && !name.endsWith(',nr-gpios')) || name === 'gpio' || name === 'gpios'
  );
}

function isInHog(node: DtNode): boolean {
  for (let at: DtNode | undefined = node; at; at = at.parent)
    if (at.properties.has('gpio-hog')) return true;
  return false;
}

function ownCells(node: DtNode, name: string): number | undefined {
  const bytes = node.properties.get(name)?.bytes;
  return bytes && bytes.length >= 4 ? cellAtByte(bytes, 0) : undefined;
}

/** A count that applies to a node's own addresses: that of the nearest node above that has one. */
function cellsAbove(node: DtNode, name: string, otherwise: number): number {
  for (let at = node.parent; at; at = at.parent) {
    const cells = ownCells(at, name);
    if (cells !== undefined) return cells;
  }
  return otherwise;
}

function evenly(value: Cells, size: number): Cells {
  const [row = []] = value;
  if (size <= 0) return value;
  const rows: (readonly (number | bigint)[])[] = [];
  for (let at = 0; at < row.length; at += size) rows.push(row.slice(at, at + size));
  return asCells(rows, value.bits);
}

function asCells(rows: readonly (readonly (number | bigint)[])[], bits: Cells['bits']): Cells {
  return Object.assign(rows, { bits });
}

function isCells(value: TypedValue): value is Cells {
  return Array.isArray(value) && 'bits' in value;
}

// dtb.py: prop_value
function decode(
  node: DtNode,
  name: string,
  bytes: Uint8Array,
  types: readonly PropertyType[],
): TypedValue {
  if (bytes.length === 0) return true;
  if (node.name === 'aliases' || node.name === '__fixups__') return stringsFrom(bytes);
  const names = types.flatMap(({ type }) => (type === undefined || type === 'node' ? [] : [type]));
  let type = names[0];
  if (names.length > 1) {
    const isText = (each: string): boolean => each === 'string' || each === 'string-array';
    if (names.some(isText)) {
      const strings = printableStrings(bytes);
      if (strings) return strings;
      type = names.find((each) => !isText(each));
      if (type === undefined) return bytes;
    } else type = names.includes('flag') ? names.find((each) => each !== 'flag') : undefined;
  }
  if (type === undefined) {
    const only = printableStrings(bytes);
    if (only?.length === 1) return only;
    if (bytes.length % 4 !== 0) return bytes;
    type = 'uint32-array';
  }
  if (type.startsWith('string')) return stringsFrom(bytes);
  if (type === 'flag') return bytes;
  const format = /^(u?)int(8|16|32|64)/.exec(type);
  let bits = (format ? Number(format[2]) : 32) as Cells['bits'];
  let isSigned = format ? format[1] === '' : false;
  if ((bytes.length * 8) % bits !== 0) {
    if (bytes.length !== 4 && bytes.length !== 2 && bytes.length !== 1) return bytes;
    bits = (bytes.length * 8) as Cells['bits'];
    isSigned = false;
  }
  const row = integers(bytes, bits, isSigned);
  const isOfRows = type.includes('matrix') || type.includes('phandle-array');
  const dimensions = isOfRows ? types.find((each) => each.dimensions)?.dimensions : undefined;
  if (!dimensions) return asCells([row], bits);
  const stride = strideOf(row.length, dimensions);
  const rows: (readonly (number | bigint)[])[] = [];
  for (let at = 0; at < row.length; at += stride) rows.push(row.slice(at, at + stride));
  return asCells(rows, bits);
}

function strideOf(length: number, [outer, inner]: readonly [ItemRange, ItemRange]): number {
  if (inner[1] > 0 && inner[0] === inner[1]) return inner[1];
  if (outer[1] > 0 && outer[0] === outer[1]) {
    const stride = Math.floor(length / outer[1]);
    return length % outer[1] === 0 && stride > 0 ? stride : length;
  }
  // Of several row lengths only one may fit.
  let found: number | undefined;
  if (Math.min(...inner) > 0)
    for (let size = inner[0]; size <= Math.min(inner[1], length); size += 1)
      if (length % size === 0) {
        if (found !== undefined) return length;
        found = size;
      }
  return found ?? length;
}

function integers(bytes: Uint8Array, bits: Cells['bits'], isSigned: boolean): (number | bigint)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cells: (number | bigint)[] = [];
  for (let at = 0; at < bytes.length; at += bits / 8) {
    if (bits === 8) cells.push(isSigned ? view.getInt8(at) : view.getUint8(at));
    else if (bits === 16) cells.push(isSigned ? view.getInt16(at) : view.getUint16(at));
    else if (bits === 32) cells.push(isSigned ? view.getInt32(at) : view.getUint32(at));
    else {
      const wide = isSigned ? view.getBigInt64(at) : view.getBigUint64(at);
      cells.push(Number.isSafeInteger(Number(wide)) ? Number(wide) : wide);
    }
  }
  return cells;
}

function stringsFrom(bytes: Uint8Array): readonly string[] {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text.slice(0, -1).split('\0');
}

// dtb.py: bytes_to_string; a string that is empty is one, all are text without an end that is cut off.
function printableStrings(bytes: Uint8Array): readonly string[] | undefined {
  if (bytes[bytes.length - 1] !== 0) return undefined;
  for (const byte of bytes) if (byte !== 0 && (byte < 0x20 || byte > 0x7e)) return undefined;
  return stringsFrom(bytes);
}
