// Which addresses a device can use for DMA.

import { intersection, union, type Range } from '../addresses/region.ts';
import { windowsOf } from '../addresses/translate.ts';
import { stringsIn, type DtNode } from '../tree/device-tree.ts';

/** The bus that limits a device's DMA. */
export interface DmaBus {
  readonly bus: DtNode;
  /** The CPU addresses that its devices reach: joined, ascending, ends exclusive. */
  readonly reach: readonly Range[];
}

/** The CPU addresses that `user` reaches by DMA; undefined when no bus limits it, or that cannot be told. */
export function dmaReach(user: DtNode): readonly Range[] | undefined {
  for (let node = user; node.parent?.parent; node = node.parent) {
    // Its DMA goes through an interconnect, whose `dma-ranges` count in place of those of its parents.
    if (stringsIn(node, 'interconnect-names').includes('dma-mem')) return undefined;
    if (limits(node.parent)) return reachOf(node.parent);
  }
  return undefined;
}

/**
 * What the devices on `bus` reach by its own `dma-ranges` and those of the buses above (Linux: of_dma_get_range);
 * undefined when it has none or empty ones, which limit nothing, or none that can be translated.
 */
export function dmaBus(bus: DtNode): DmaBus | undefined {
  const reach = limits(bus) ? reachOf(bus) : undefined;
  return reach && { bus, reach };
}

/** Whether a node has `dma-ranges` that say something: empty ones are the identity. */
function limits(bus: DtNode): boolean {
  return (bus.properties.get('dma-ranges')?.bytes.length ?? 0) > 0;
}

function reachOf(bus: DtNode): readonly Range[] | undefined {
  const property = bus.properties.get('dma-ranges');
  const windows = property ? windowsOf(bus, property) : [];
  // A size of 0 stands for all addresses where the size's cells do not hold them.
  if (windows.length === 0 || windows.some(({ length }) => length === 0n)) return undefined;
  let reach: Range[] = windows.map(({ to, length }) => ({ start: to, end: to + length }));
  for (let above = bus.parent; above?.parent; above = above.parent) {
    const further = above.properties.get('dma-ranges');
    if (!further || further.bytes.length === 0) continue;
    const forwarded = windowsOf(above, further);
    reach = reach.flatMap((range) =>
      forwarded.flatMap(({ from, to, length }) => {
        const part = intersection(range, { start: from, end: from + length });
        return part ? [{ start: part.start - from + to, end: part.end - from + to }] : [];
      }),
    );
  }
  return reach.length === 0 ? undefined : union(reach);
}
