// What walks the properties of a node as a map does, whoever makes them.

import type { MergedProperty } from './merged-property.ts';

/** The walks of a table of properties, all by its `values`. */
export abstract class PropertyView {
  /** The properties, in blob order. */
  abstract values(): MapIterator<MergedProperty>;

  *entries(): MapIterator<[string, MergedProperty]> {
    for (const property of this.values()) yield [property.name, property];
  }

  [Symbol.iterator](): MapIterator<[string, MergedProperty]> {
    return this.entries();
  }

  forEach(call: (property: MergedProperty, name: string, table: this) => void): void {
    for (const property of this.values()) call(property, property.name, this);
  }
}
