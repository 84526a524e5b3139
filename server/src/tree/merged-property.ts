// A property while statements are merged, and as the finished tree shows it.

import { firstIndexWhere } from '../text/first-index-where.ts';
import type { OriginMap } from '../preprocess/origin.ts';
import type { Definition, DtProperty, ValuePart, Written } from './device-tree.ts';
import { partKinds, partStride, type LoweredProperty } from './lowered.ts';
import { noteRead } from './reads.ts';

const none: readonly never[] = [];
const noBytes = new Uint8Array(0);

/** A statement where it stands in its text. */
export interface Placed<T> {
  readonly says: T;
  readonly base: number;
  readonly in: OriginMap;
}

// Classes, because a board has ten thousand of each and an editor asks for the places of a handful: what is
// derived is computed when asked for.

/** A property's value, its definition and those before it. */
export class MergedProperty implements DtProperty {
  readonly name: string;
  /** Whether it, or one it replaced, has a label. */
  readonly hasLabels: boolean;
  /** Those of its own statement, in order. */
  readonly #ownLabels: readonly string[];
  #labels: readonly string[] | undefined;
  deleted = false;
  /** The statement; undefined for properties dtc makes itself. */
  readonly placed: Placed<LoweredProperty> | undefined;
  /** The property this one replaced. */
  readonly #before: MergedProperty | undefined;
  #bytes: Uint8Array | undefined;
  /** What its references stand for, by their index. */
  #fills: Fill[] | undefined;
  #definition: Definition | undefined;

  constructor(
    name: string,
    labels: readonly string[],
    source: Placed<LoweredProperty> | Uint8Array,
    before: MergedProperty | undefined,
  ) {
    this.name = name;
    this.#ownLabels = labels;
    this.#labels = undefined;
    this.hasLabels = labels.length > 0 || before?.hasLabels === true;
    if (source instanceof Uint8Array) {
      this.placed = undefined;
      this.#bytes = source;
    } else {
      this.placed = source;
      this.#bytes = undefined;
    }
    this.#before = before;
    this.#fills = undefined;
    this.#definition = undefined;
  }

  /** Labels added by a later statement come first, as dtc has it; worked out when asked for, of a long chain at once. */
  get labels(): readonly string[] {
    const before = this.#before;
    if (before?.hasLabels !== true) return this.#ownLabels;
    if (this.#labels === undefined) {
      const lists = [this.#ownLabels];
      for (let each: MergedProperty | undefined = before; each; each = each.#before)
        lists.push(each.#ownLabels);
      const known = new Set<string>();
      const added = lists.toReversed().map((list) => {
        const fresh = list.filter((label) => !known.has(label));
        const ordered = known.size === 0 ? fresh : fresh.toReversed();
        for (const label of fresh) known.add(label);
        return ordered;
      });
      this.#labels = added.toReversed().flat();
    }
    return this.#labels;
  }

  /** The value as far as references are resolved; made when asked for. */
  get bytes(): Uint8Array {
    if (this.placed !== undefined) noteRead(this.placed.says);
    return (this.#bytes ??=
      this.placed === undefined
        ? noBytes
        : this.#fills === undefined
          ? this.placed.says.bytes
          : rememberedBytes(this.placed.says, this.#fills));
  }

  /** Bytes of the value, known without making it. */
  get length(): number {
    if (this.placed === undefined) return this.bytes.length;
    let { length } = this.placed.says.bytes;
    for (const fill of this.#fills ?? []) if (typeof fill === 'object') length += fill.length;
    return length;
  }

  /** Says what the reference of that index stands for. */
  fill(index: number, by: Fill): void {
    this.#fills ??= new Array<Fill>(this.placed?.says.references.length ?? 0);
    this.#fills[index] = by;
    this.#bytes = undefined;
    this.#definition = undefined;
  }

  /** Replaces the value of a property dtc makes itself. */
  setBytes(bytes: Uint8Array): void {
    this.#bytes = bytes;
  }

  get definition(): Definition | undefined {
    if (this.placed === undefined) return undefined;
    noteRead(this.placed.says);
    return (this.#definition ??= new SourceDefinition(this.placed, this, this.#fills));
  }

  /** Whether the value was written with references. */
  get hasReferences(): boolean {
    return (this.placed?.says.references.length ?? 0) > 0;
  }

  /** `isPhandleAt` of a value into which nothing was inserted; undefined where only the parts of `definition` know. */
  isPhandleAt(offset: number): boolean | undefined {
    if (this.placed === undefined || this.placed.says.inserts) return undefined;
    noteRead(this.placed.says);
    const { parts, references } = this.placed.says;
    if (parts.length === 0) return true;
    // No functions here: this is asked of every cell that may be a phandle, at every key.
    let below = 0;
    let above = references.length;
    while (below < above) {
      const middle = (below + above) >>> 1;
      const at = parts[(references[middle]?.part ?? 0) * partStride + 1] ?? 0;
      if (at === offset) return true;
      if (at > offset) above = middle;
      else below = middle + 1;
    }
    return false;
  }

  /**
   * The property as an edited text has it: its statement at `base` of `origins`, saying what `says` says with what the
   * references of this one stand for; `overridden` as `moved` places them.
   */
  movedTo(
    placed: Placed<LoweredProperty> | undefined,
    moved: (property: MergedProperty) => MergedProperty,
  ): MergedProperty {
    const before = this.#before && moved(this.#before);
    const made = new MergedProperty(
      this.name,
      this.#ownLabels,
      placed ?? this.#bytes ?? noBytes,
      before,
    );
    made.#fills = this.#fills;
    if (placed?.says === this.placed?.says) made.#bytes = this.#bytes;
    return made;
  }

  get overridden(): readonly Definition[] {
    if (this.#before === undefined) return none;
    const found: Definition[] = [];
    for (let each: MergedProperty | undefined = this.#before; each; each = each.#before)
      if (each.definition) found.push(each.definition);
    return found.reverse();
  }
}

/** A phandle, or bytes to insert. */
export type Fill = number | Uint8Array;

interface Filled {
  readonly fills: readonly (Fill | undefined)[];
  readonly bytes: Uint8Array;
}

/** By statement, what it was filled with last: from one key to the next, hardly a phandle changes. */
const lastFilled = new WeakMap<LoweredProperty, Filled>();

function rememberedBytes(says: LoweredProperty, fills: readonly (Fill | undefined)[]): Uint8Array {
  const last = lastFilled.get(says);
  if (last && sameFills(last.fills, fills)) return last.bytes;
  const bytes = filledBytes(says, fills);
  lastFilled.set(says, { fills, bytes });
  return bytes;
}

function sameFills(a: readonly (Fill | undefined)[], b: readonly (Fill | undefined)[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < b.length; index++)
    if (a[index] !== b[index] || typeof b[index] === 'object') return false;
  return true;
}

/** The bytes of a property with its references filled in. */
function filledBytes(says: LoweredProperty, fills: readonly (Fill | undefined)[]): Uint8Array {
  let length = says.bytes.length;
  for (const fill of fills) if (typeof fill === 'object') length += fill.length;
  const bytes = new Uint8Array(length);
  let read = 0;
  let written = 0;
  const copyTo = (offset: number): void => {
    bytes.set(says.bytes.subarray(read, offset), written);
    written += offset - read;
    read = offset;
  };
  if (length === says.bytes.length) bytes.set(says.bytes);
  for (let index = 0; index < fills.length; index++) {
    const fill = fills[index];
    if (fill === undefined) continue;
    const offset = says.references[index]?.offset ?? 0;
    if (length !== says.bytes.length) copyTo(offset);
    else read = written = offset;
    if (typeof fill === 'object') {
      bytes.set(fill, written);
      written += fill.length;
    } else {
      bytes[written++] = fill >>> 24;
      bytes[written++] = fill >>> 16;
      bytes[written++] = fill >>> 8;
      bytes[written++] = fill;
      read += 4;
    }
  }
  if (length !== says.bytes.length) copyTo(says.bytes.length);
  return bytes;
}

class SourceDefinition implements Definition {
  readonly #placed: Placed<LoweredProperty>;
  readonly #property: MergedProperty;
  readonly #fills: readonly (Fill | undefined)[] | undefined;
  #parts: readonly ValuePart[] | undefined;

  constructor(
    placed: Placed<LoweredProperty>,
    property: MergedProperty,
    fills: readonly (Fill | undefined)[] | undefined,
  ) {
    this.#placed = placed;
    this.#property = property;
    this.#fills = fills;
  }

  get bytes(): Uint8Array {
    return this.#property.bytes;
  }

  get whole(): Written {
    return writtenAt(this.#placed, 0, this.#placed.says.length);
  }

  get name(): Written {
    const { nameStart, nameEnd } = this.#placed.says;
    return writtenAt(this.#placed, nameStart, nameEnd);
  }

  get value(): Written | undefined {
    const { valueStart, valueEnd } = this.#placed.says;
    return valueStart < 0 ? undefined : writtenAt(this.#placed, valueStart, valueEnd);
  }

  get parts(): readonly ValuePart[] {
    return (this.#parts ??= this.#readParts());
  }

  /** `writtenWithin` of a value into which nothing was inserted; undefined where only `parts` knows. */
  writtenWithin(start: number, end: number): { readonly written: Written | undefined } | undefined {
    if (this.#placed.says.inserts) return undefined;
    const { parts } = this.#placed.says;
    const count = parts.length / partStride;
    // The first part that ends behind `start`, and the last that begins before `end`. No functions: see `isPhandleAt`.
    let first = 0;
    for (let above = count; first < above;) {
      const middle = (first + above) >>> 1;
      const at = middle * partStride;
      if ((parts[at + 1] ?? 0) + (parts[at + 2] ?? 0) > start) above = middle;
      else first = middle + 1;
    }
    let last = first;
    for (let above = count; last < above;) {
      const middle = (last + above) >>> 1;
      if ((parts[middle * partStride + 1] ?? 0) >= end) above = middle;
      else last = middle + 1;
    }
    last -= 1;
    if (first > last) return { written: undefined };
    const from = parts[first * partStride + 3] ?? 0;
    return { written: writtenAt(this.#placed, from, parts[last * partStride + 4] ?? 0) };
  }

  #readParts(): readonly ValuePart[] {
    const { parts, references } = this.#placed.says;
    const result: ValuePart[] = [];
    let shift = 0;
    let nextReference = 0;
    for (let at = 0; at < parts.length; at += partStride) {
      const kind = partKinds[parts[at] ?? 0] ?? 'cell';
      const reference = references[nextReference];
      const isReference = reference?.part === result.length;
      const fill = isReference ? this.#fills?.[nextReference] : undefined;
      const added = typeof fill === 'object' ? fill.length : 0;
      result.push({
        kind,
        offset: (parts[at + 1] ?? 0) + shift,
        length: (parts[at + 2] ?? 0) + added,
        written: writtenAt(this.#placed, parts[at + 3] ?? 0, parts[at + 4] ?? 0),
        group: parts[at + 5] ?? 0,
        ...(isReference ? { target: reference.target } : {}),
      });
      shift += added;
      if (isReference) nextReference++;
    }
    return result;
  }
}

// Rules ask this of every cell of a board, hence not by way of `parts`, which makes an object of each, and by halving,
// since one value may have a million of them.

function endOfPart(part: ValuePart | undefined): number {
  return (part?.offset ?? 0) + (part?.length ?? 0);
}

/** The text of the parts that give any of the bytes `[start, end)` of a value; undefined when none does. */
export function writtenWithin(
  definition: Definition,
  start: number,
  end: number,
): Written | undefined {
  const known =
    definition instanceof SourceDefinition ? definition.writtenWithin(start, end) : undefined;
  if (known) return known.written;
  const { parts } = definition;
  const firstAt = firstIndexWhere(parts.length, (at) => endOfPart(parts[at]) > start);
  const lastAt = firstIndexWhere(parts.length, (at) => (parts[at]?.offset ?? 0) >= end) - 1;
  const first = parts[firstAt];
  const last = parts[lastAt];
  if (!first || !last || firstAt > lastAt) return undefined;
  return { in: first.written.in, start: first.written.start, end: last.written.end };
}

/** Whether the bytes at `offset` were written as a reference; true as well when there is no source to ask. */
export function isPhandleAt(property: DtProperty, offset: number): boolean {
  const known = property instanceof MergedProperty ? property.isPhandleAt(offset) : undefined;
  if (known !== undefined) return known;
  const { definition } = property;
  const parts = definition?.parts ?? [];
  return (
    parts.length === 0 || parts.some((part) => part.kind === 'phandle' && part.offset === offset)
  );
}

/** Bytes of a property's value; most values are not made for it. */
export function lengthOf(property: DtProperty): number {
  return property instanceof MergedProperty ? property.length : property.bytes.length;
}

const noOffsets: readonly number[] = [];

/** Where a value has cells that were written as references, ascending; none when there is no source to ask. */
export function phandleOffsets(property: DtProperty): readonly number[] {
  if (property instanceof MergedProperty && !property.hasReferences) return noOffsets;
  const parts = property.definition?.parts ?? [];
  return parts.filter(({ kind }) => kind === 'phandle').map(({ offset }) => offset);
}

/** A property that is only remembered as deleted: a later definition takes its place. */
export function deletedProperty(name: string): MergedProperty {
  const property = new MergedProperty(name, none, noBytes, undefined);
  property.deleted = true;
  return property;
}

/** A range of a placed statement. */
export function writtenAt(placed: Placed<unknown>, start: number, end: number): Written {
  return { in: placed.in, start: placed.base + start, end: placed.base + end };
}
