// The addresses a node's `reg` stands for, as the CPU sees them.

import type { DtNode, DtProperty, Written } from '../tree/device-tree.ts';
import { writtenWithin } from '../tree/merged-property.ts';
import { regCells, tuplesOf, type Tuple } from './cells.ts';
import { known, unknown, type Decoded } from './decoded.ts';
import type { Range } from './region.ts';
import { translateAddress } from './translate.ts';

/** One tuple of a node's `reg`, in CPU addresses. */
export interface Region extends Range {
  readonly node: DtNode;
  /** Which tuple of `reg`, from 0. */
  readonly index: number;
  /** The text of this tuple's cells; undefined when the property has no source (made by dtc). */
  readonly written: Written | undefined;
}

/** The text of one tuple: from its first to its last value part; the whole value when the parts are not cells. */
export function writtenTuple(
  property: DtProperty,
  tuple: Pick<Tuple, 'offset' | 'length'>,
): Written | undefined {
  const definition = property.definition;
  if (!definition) return undefined;
  return (
    writtenWithin(definition, tuple.offset, tuple.offset + tuple.length) ??
    definition.value ??
    definition.whole
  );
}

/**
 * The regions of `node`, zero-sized ones included, translated to CPU addresses. Unknown when there is no `reg`, its
 * length is no multiple of a tuple, a cell count is above 4 (2 for sizes), or a bus above does not translate it.
 */
export function decode(node: DtNode): Decoded<readonly Region[]> {
  const property = node.properties.get('reg');
  if (!property) return unknown({ code: 'no-reg' });
  const counts = regCells(node);
  if (counts.address > 4)
    return unknown({
      code: 'cells-out-of-range',
      property: '#address-cells',
      value: counts.address,
    });
  if (counts.size > 2)
    return unknown({ code: 'cells-out-of-range', property: '#size-cells', value: counts.size });
  const width = (counts.address + counts.size) * 4;
  if (width === 0 || property.bytes.length === 0 || property.bytes.length % width !== 0)
    return unknown({ code: 'reg-length', bytes: property.bytes.length, tuple: width });
  const regions: Region[] = [];
  for (const tuple of tuplesOf(property, counts)) {
    const start = translateAddress(node, tuple.address, tuple.size);
    if (!start.known) return start;
    regions.push({
      node,
      index: tuple.index,
      start: start.value,
      end: start.value + tuple.size,
      written: writtenTuple(property, tuple),
    });
  }
  return known(regions);
}
