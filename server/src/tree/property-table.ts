// The properties of one node by name. Those of a node with one body are made when asked for.

import type { DtProperties } from './device-tree.ts';
import { MergedProperty, type Placed } from './merged-property.ts';
import { PropertyView } from './property-view.ts';
import { isNoted, noteGiven, noteRead } from './reads.ts';
import { flatSizeOf, labelNames, type LoweredNode, type LoweredProperty } from './lowered.ts';

const nothing: ReadonlyMap<string, MergedProperty> = new Map();

/**
 * A map from names to properties, in blob order. Most nodes are opened once, and of most nothing is asked during one
 * evaluation: such a table only knows its body's statements, whose index by name is remembered with them.
 */
export class PropertyTable
  extends PropertyView
  implements DtProperties, ReadonlyMap<string, MergedProperty>
{
  /** The only body; undefined once properties are changed one by one. */
  #body: Placed<LoweredNode> | undefined;
  /** Of the body's properties those that were made, by the index of their statement. */
  #made: (MergedProperty | undefined)[] | undefined;
  /** One property after those of the body: most often the phandle. */
  #last: MergedProperty | undefined;
  /** All properties, when there is no body. */
  #own: Map<string, MergedProperty> | undefined;

  /** Makes the properties of `body` the table's; it must be empty, and `body` without deletions and repeated names. */
  setBody(body: Placed<LoweredNode>): void {
    this.#body = body;
  }

  get size(): number {
    if (this.#body === undefined) return this.#own?.size ?? 0;
    return this.#body.says.propertyIndex.size + (this.#last === undefined ? 0 : 1);
  }

  /** Bytes the properties take in a blob's structure block. */
  get flatSize(): number {
    let size = 0;
    if (this.#body === undefined) {
      for (const { length } of this.#own?.values() ?? []) size += flatSizeOf(length);
      return size;
    }
    const { says } = this.#body;
    size = says.flatSize;
    for (const index of says.specialProperties) {
      const property = this.#made?.[index];
      const written = property?.placed?.says.bytes.length ?? 0;
      if (property && property.length !== written)
        size += flatSizeOf(property.length) - flatSizeOf(written);
    }
    return this.#last === undefined ? size : size + flatSizeOf(this.#last.length);
  }

  has(name: string): boolean {
    if (this.#body === undefined) return this.#own?.has(name) ?? false;
    return this.#body.says.propertyIndex.has(name) || this.#last?.name === name;
  }

  get(name: string): MergedProperty | undefined {
    const property = this.find(name);
    if (property?.placed !== undefined) noteGiven(this, property.placed.says);
    return property;
  }

  /** `get` of those who read nothing for anybody. */
  find(name: string): MergedProperty | undefined {
    const body = this.#body;
    if (body === undefined) return this.#own?.get(name);
    const index = body.says.propertyIndex.get(name);
    if (index !== undefined) return this.#make(body, index);
    return this.#last?.name === name ? this.#last : undefined;
  }

  /** The bytes of a property; a statement without references is not made a property for them. */
  bytesOf(name: string): Uint8Array | undefined {
    return this.bytesFor(this, name);
  }

  /** `bytesOf` of a table that has the same properties. */
  bytesFor(table: object, name: string): Uint8Array | undefined {
    const body = this.#body;
    const index = body?.says.propertyIndex.get(name);
    if (body === undefined || index === undefined) {
      const property = this.find(name);
      if (property?.placed !== undefined) noteGiven(table, property.placed.says);
      return property?.bytes;
    }
    const item = body.says.items[index];
    if (item?.kind !== 'property') return undefined;
    noteGiven(table, item);
    if (this.#made?.[index] !== undefined || item.references.length > 0)
      return this.#make(body, index).bytes;
    noteRead(item);
    return item.bytes;
  }

  // Both are calls, not iterators: they are asked of every node of every tree, and an iterator makes an object a step.

  /** Calls for those that resolving has to look at; not for deleted ones, nor for those dtc makes itself. */
  forEachSpecial(call: (property: MergedProperty, placed: Placed<LoweredProperty>) => void): void {
    const body = this.#body;
    if (body !== undefined) {
      for (const index of body.says.specialProperties) {
        const property = this.#make(body, index);
        if (!property.deleted && property.placed) call(property, property.placed);
      }
      return;
    }
    this.#own?.forEach((property) => {
      const { placed, deleted, hasLabels } = property;
      if (placed && !deleted && (placed.says.isSpecial || hasLabels)) call(property, placed);
    });
  }

  /** Calls for each name, in order. */
  forEachName(call: (name: string) => void): void {
    if (this.#body === undefined) {
      this.#own?.forEach((_, name) => {
        call(name);
      });
      return;
    }
    const { propertyNames } = this.#body.says;
    for (let index = 0; index < propertyNames.length; index++) call(propertyNames[index] ?? '');
    if (this.#last !== undefined) call(this.#last.name);
  }

  set(name: string, property: MergedProperty): void {
    this.#asOwn().set(name, property);
  }

  replaceAll(properties: Map<string, MergedProperty>): void {
    this.#own = properties;
    this.#body = this.#made = this.#last = undefined;
  }

  delete(name: string): void {
    if (this.has(name)) this.#asOwn().delete(name);
  }

  /** Puts a property behind all others; there must be none of its name. */
  append(property: MergedProperty): void {
    if (this.#body !== undefined && this.#last === undefined) this.#last = property;
    else this.#asOwn().set(property.name, property);
  }

  values(): MapIterator<MergedProperty> {
    const properties =
      this.#body === undefined
        ? (this.#own?.values() ?? nothing.values())
        : this.#valuesOf(this.#body);
    return isNoted() ? noteEach(this, properties) : properties;
  }

  keys(): MapIterator<string> {
    if (this.#body === undefined) return this.#own?.keys() ?? nothing.keys();
    const { propertyIndex } = this.#body.says;
    return this.#last === undefined ? propertyIndex.keys() : this.#keysBefore(this.#last);
  }

  *#valuesOf(body: Placed<LoweredNode>): MapIterator<MergedProperty> {
    for (const index of body.says.propertyIndex.values()) yield this.#make(body, index);
    if (this.#last !== undefined) yield this.#last;
  }

  *#keysBefore(last: MergedProperty): MapIterator<string> {
    yield* this.#body?.says.propertyIndex.keys() ?? [];
    yield last.name;
  }

  #make(body: Placed<LoweredNode>, index: number): MergedProperty {
    const made = (this.#made ??= new Array<undefined>(body.says.items.length));
    let property = made[index];
    if (property === undefined) {
      const item = body.says.items[index];
      if (item?.kind !== 'property') throw new Error(`item ${index} is no property`);
      property = new MergedProperty(
        item.name,
        labelNames(item.labels),
        { says: item, base: body.base + (body.says.offsets[index] ?? 0), in: body.in },
        undefined,
      );
      made[index] = property;
    }
    return property;
  }

  #asOwn(): Map<string, MergedProperty> {
    if (this.#own === undefined) {
      const own = new Map<string, MergedProperty>();
      const body = this.#body;
      body?.says.propertyIndex.forEach((index, name) => own.set(name, this.#make(body, index)));
      if (this.#last !== undefined) own.set(this.#last.name, this.#last);
      this.#own = own;
      this.#body = this.#made = this.#last = undefined;
    }
    return this.#own;
  }
}

/** The properties, each noted when it is given. */
export function* noteEach(
  table: object,
  properties: Iterable<MergedProperty>,
): MapIterator<MergedProperty> {
  for (const property of properties) {
    if (property.placed !== undefined) noteGiven(table, property.placed.says);
    yield property;
  }
}
