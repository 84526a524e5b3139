// The evaluated devicetree: what dtc would put into the blob, with the place every byte was written.

import type { OriginMap, MacroOrigin } from '../preprocess/origin.ts';
import type { FileId, Span } from '../text/span.ts';

/** A range of an expanded text (or of a blob), with the map that leads back to source files. End exclusive. */
export interface Written {
  readonly in: OriginMap;
  readonly start: number;
  readonly end: number;
}

/** The source span of something written; the macro call when a macro produced it. */
export function spanOf(written: Written): Span {
  return written.in.originOf(written.start, written.end).span;
}

/** The macro that produced something written, if one did. */
export function macroOf(written: Written): MacroOrigin | undefined {
  return written.in.originOf(written.start, written.end).macro;
}

/** One piece of a property's value in source order: a cell, a string, a byte, a reference or an included file. */
export interface ValuePart {
  readonly kind: 'cell' | 'string' | 'bytes' | 'phandle' | 'path' | 'incbin';
  /** Where its bytes are in the property's value. */
  readonly offset: number;
  readonly length: number;
  /** The text that gave these bytes: `0x1000`, `(A + B)`, `"okay"`, `&label`. */
  readonly written: Written;
  /** For `phandle` and `path`: the label or path referred to, without `&`, `{` and `}`. */
  readonly target?: string;
  /** Which item of the comma-separated value it belongs to, from 0: parts of one `<…>` share it. */
  readonly group?: number;
}

/** One assignment of a property in the source. */
export interface Definition {
  /** The whole statement from its first label or the name to `;`. */
  readonly whole: Written;
  readonly name: Written;
  /** From the first to the last character of the value; absent for `name;`. */
  readonly value?: Written | undefined;
  /** The bytes this definition gave, before anything overrode it. References are resolved only in the winning one. */
  readonly bytes: Uint8Array;
  readonly parts: readonly ValuePart[];
}

export interface DtProperty {
  readonly name: string;
  readonly labels: readonly string[];
  /** The value in the blob. */
  readonly bytes: Uint8Array;
  /** The definition that won; undefined for properties dtc makes itself (phandle, `__symbols__`). */
  readonly definition?: Definition | undefined;
  /** Definitions it overrode, oldest first; those removed by `/delete-property/` are not among them. */
  readonly overridden: readonly Definition[];
}

/** One `node { … }` in the source; a node has as many as it was opened. */
export interface Opening {
  /** From the first label or the name to the closing `;`. */
  readonly whole: Written;
  /** The name with its unit address, or the `&label` / `&{/path}` reference; `/` for the root. */
  readonly name: Written;
}

/** Properties by name. */
export interface DtProperties extends ReadonlyMap<string, DtProperty> {
  /** The bytes of a property, where they are known without making the property: most are asked for nothing else. */
  bytesOf?(name: string): Uint8Array | undefined;
}

export interface DtNode {
  /** Full path; `/` for the root. */
  readonly path: string;
  /** Name with unit address; empty for the root. */
  readonly name: string;
  readonly parent: DtNode | undefined;
  /** In blob order. */
  readonly children: readonly DtNode[];
  /** Whether it had children that are all deleted: dtc's checks still see that there were some. */
  readonly isEmptied?: boolean;
  /** In blob order. */
  readonly properties: DtProperties;
  readonly labels: readonly string[];
  /** In source order; empty for nodes dtc makes itself. */
  readonly openings: readonly Opening[];
}

export interface MemoryReservation {
  readonly address: bigint;
  /** Bytes. */
  readonly size: bigint;
  readonly labels: readonly string[];
  readonly written: { readonly whole: Written; readonly address: Written; readonly size: Written };
}

/**
 * A fault dtc would report while reading or checking. `id` is dtc's check name where dtc has one
 * (`duplicate_label`, `phandle_references` …), else `syntax`, `semantics` or `overlay`; wording is a rule's business.
 * For these three and `explicit_phandles`, `facts.because` names the kind:
 * - `syntax`: expected (expected, found), missing-semicolon (after), missing-close-brace (node), unmatched-close-brace,
 *   too-many-statements (limit),
 *   unterminated-string, unterminated-character, empty-character, long-character, bad-escape, bad-integer (text),
 *   integer-too-large (text), too-deep, nodes-too-deep (limit), property-after-subnode (property, subnode),
 *   not-at-top-level (what), only-at-top-level (what), version-missing, header-too-late (what), reservation-too-late, no-root.
 * - `semantics`: target-not-found (target), relative-in-plugin (target), value-out-of-range (value, bits), bad-bits (bits),
 *   reference-width (bits),
 *   division-by-zero, headers-differ, value-too-long (limit), incbin-not-found (path), incbin-unreadable (path, reason),
 *   incbin-offset (path, offset).
 * - `overlay`: symbol-missing (label), base-without-symbols (label), symbol-path-missing (label, path),
 *   symbol-without-phandle (label, path), target-missing (fragment), target-absent (fragment), bad-target (fragment),
 *   bad-fixup (entry), bad-local-fixup (node), bad-phandle (node), bad-symbol (label, path), too-deep (node, limit).
 * - `explicit_phandles`: length, value, other-node (target), mismatch, duplicate (value, other).
 */
export interface TreeProblem {
  readonly id: string;
  /** `error`: dtc makes no blob. `warning`: dtc warns by default. */
  readonly level: 'error' | 'warning';
  readonly at: Written;
  /** What is wrong, as data for the wording. */
  readonly facts: Readonly<Record<string, string>>;
  readonly related?: readonly { readonly at: Written; readonly role: string }[];
}

/** A property that the boot loader sets to a value that is not known. */
export interface UnknownProperty {
  /** Of its node. */
  readonly path: string;
  readonly name: string;
  /** The cells in front of the first that is not known. */
  readonly cells: readonly number[];
  /** A string without what is not known of it. */
  readonly text: string;
  /** Where the boot loader is told to set it. */
  readonly at: Span;
}

export interface DeviceTree {
  readonly root: DtNode;
  readonly labels: ReadonlyMap<string, DtNode>;
  readonly phandles: ReadonlyMap<number, DtNode>;
  readonly memoryReservations: readonly MemoryReservation[];
  readonly bootCpu: number;
  /** Properties with a value that is not known, whatever their nodes say, by path and name; absent without any. */
  readonly unknownProperties?: ReadonlyMap<string, ReadonlyMap<string, UnknownProperty>>;
  /** Whether the source says `/plugin/`: an overlay. */
  readonly isPlugin: boolean;
  readonly problems: readonly TreeProblem[];
  /** Files of `/incbin/` the shell must read before this tree can be trusted; absent when there are none. */
  readonly needs?: readonly FileId[];
  /** Property names in the order the blob's strings block begins with; absent: in order of first use. */
  readonly stringOrder?: readonly string[];
}

/** The node at a full path, or undefined. Names must match exactly, unit address included. */
export function nodeAt(tree: DeviceTree, path: string): DtNode | undefined {
  let node: DtNode | undefined = tree.root;
  for (const name of path.split('/')) {
    if (name !== '') node = node?.children.find((child) => child.name === name);
  }
  return node;
}

/** `node` and all below it, in blob order. */
export function* walkNodes(node: DtNode): Generator<DtNode> {
  // Nested generators would cost a step per level for every node.
  const waiting = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    for (let index = next.children.length - 1; index >= 0; index -= 1) {
      const child = next.children[index];
      if (child) waiting.push(child);
    }
  }
}

/** The node's name without unit address. */
export function baseName(node: DtNode): string {
  const at = node.name.indexOf('@');
  return at < 0 ? node.name : node.name.slice(0, at);
}

/** The text after `@` in the node's name; undefined without one. */
export function unitAddress(node: DtNode): string | undefined {
  const at = node.name.indexOf('@');
  return at < 0 ? undefined : node.name.slice(at + 1);
}

/** Big-endian 32-bit cells of a property; a tail shorter than 4 bytes is left out. */
export function cellsOf(property: DtProperty): number[] {
  const { bytes } = property;
  const cells = new Array<number>(bytes.length >>> 2);
  for (let index = 0; index < cells.length; index += 1) cells[index] = cellAtByte(bytes, index * 4);
  return cells;
}

/** The big-endian 32-bit cell at byte `at`; bytes behind the end count as 0. */
export function cellAtByte(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16);
  return (high | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}

/** The bytes of a property; undefined when it is absent. */
export function bytesOf({ properties }: DtNode, name: string): Uint8Array | undefined {
  return properties.bytesOf ? properties.bytesOf(name) : properties.get(name)?.bytes;
}

// Many rules ask for the same strings, and the bytes of what was not edited are the same object after every edit.
const stringsByBytes = new WeakMap<Uint8Array, readonly string[]>();

/** NUL-separated strings of a property; bytes are read as Latin-1. An empty value gives none. */
export function stringsOf({ bytes }: Pick<DtProperty, 'bytes'>): readonly string[] {
  return stringsFrom(bytes);
}

function stringsFrom(bytes: Uint8Array): readonly string[] {
  let strings = stringsByBytes.get(bytes);
  if (!strings) {
    strings = readStrings(bytes);
    stringsByBytes.set(bytes, strings);
  }
  return strings;
}

function readStrings(bytes: Uint8Array): readonly string[] {
  if (bytes.length === 0) return [];
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

/** The property's first string, or undefined when the property is absent or empty. */
export function stringOf(node: DtNode, name: string): string | undefined {
  return stringsIn(node, name)[0];
}

const noStrings: readonly string[] = [];

/** The strings of a property as written; none when it is absent. */
export function stringsIn(node: DtNode, name: string): readonly string[] {
  const bytes = bytesOf(node, name);
  return bytes ? stringsFrom(bytes) : noStrings;
}
