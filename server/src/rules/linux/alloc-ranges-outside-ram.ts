// Finds `alloc-ranges` of a dynamic region that name addresses where there is no RAM.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { writtenTuple } from '../../addresses/decode.ts';
import { regCells, tuplesOf } from '../../addresses/cells.ts';
import { subtract, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly node: DtNode;
  readonly range: Range;
  readonly outside: readonly Range[];
}

export const allocRangesOutsideRam = rule<Facts>({
  id: 'alloc-ranges-outside-ram',
  severity: 'information',
  title: 'alloc-ranges reach outside RAM',
  why: `
The kernel can use only the part that is RAM. A range copied from another board leaves less room than it seems, and none
at all once something else is reserved there. Under Xen dom0 has fewer banks than the host: what fits on bare metal can
fail in dom0.`,
  instead: 'Limit the range to RAM, or widen it to what the users of the region can reach.',
  source: ['linux: __reserved_mem_alloc_size (6.12)'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    const ram = ramOf(board.map);
    for (const { node, enabled } of board.map.dynamic) {
      const property = node.properties.get('alloc-ranges');
      if (!property || !enabled) continue;
      for (const tuple of tuplesOf(property, regCells(node))) {
        const range = { start: tuple.address, end: tuple.address + tuple.size };
        const outside = subtract([range], ram);
        const at = writtenTuple(property, tuple);
        if (at && outside.length > 0) yield { at, facts: { node, range, outside } };
      }
    }
  },

  message({ node, range, outside }) {
    const missing = outside.reduce((sum, each) => sum + each.end - each.start, 0n);
    const all = missing === range.end - range.start;
    return (
      `alloc-ranges ${formatRange(range)} of ${node.name}: ` +
      (all
        ? 'none of it is RAM'
        : `${outside.map(formatRange).join(', ')} is no RAM (${formatSize(missing)})`)
    );
  },
});
