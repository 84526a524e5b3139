// Which addresses a device can use for DMA.

import { cellOf, childCells, joinCells, regCells } from '../addresses/cells.ts';
import { union, type Range } from '../addresses/region.ts';
import { translateAddress } from '../addresses/translate.ts';
import { cellsOf, type DtNode } from '../tree/device-tree.ts';

/** The CPU addresses that the nearest `dma-ranges` above `user` covers; undefined without one that limits. */
export function dmaReach(user: DtNode): Range[] | undefined {
  for (let bus = user.parent; bus?.parent; bus = bus.parent) {
    const property = bus.properties.get('dma-ranges');
    if (!property) continue;
    if (property.bytes.length === 0) continue;
    const child = childCells(bus);
    const parent = regCells(bus).address;
    const sizeCells = cellOf(bus, '#size-cells') ?? 1;
    const width = child.address + parent + sizeCells;
    const cells = cellsOf(property);
    const ranges: Range[] = [];
    for (let at = 0; width > 0 && at + width <= cells.length; at += width) {
      const start = translateAddress(bus, joinCells(cells, at + child.address, parent), 0n);
      const size = joinCells(cells, at + child.address + parent, sizeCells);
      if (!start.known || size === 0n) return undefined;
      ranges.push({ start: start.value, end: start.value + size });
    }
    return union(ranges);
  }
  return undefined;
}
