// The records of ramoops do not fit its region, or are not what the sizes say.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { layOutRamoops, type RamoopsLayout } from '../../linux/ramoops.ts';
import { isCompatible } from '../../linux/region-drivers.ts';
import type { Range } from '../../addresses/region.ts';
import type { Board } from '../board.ts';
import { rule, type Found } from '../rule.ts';
import { placeOfProperty, reservationName, staticRegions } from '../static-regions.ts';

type Fault =
  | { readonly kind: 'refused'; readonly layout: RamoopsLayout }
  | { readonly kind: 'rounded'; readonly property: string; readonly to: bigint }
  | { readonly kind: 'no-reg' };

interface Facts {
  readonly name: string;
  readonly range: Range;
  readonly fault: Fault;
}

export const ramoopsLayout = rule<Facts>({
  id: 'ramoops-layout',
  severity: 'warning',
  title: 'The sizes of ramoops do not work out',
  why: `
\`console-size\`, \`ftrace-size\` and \`pmsg-size\` are taken from the region first, the rest is cut into records of
\`record-size\`. When they do not fit, or all are 0, the driver refuses the node and there is no log of the crash. Sizes
that are no powers of two are rounded down. A region that the kernel places anew at every boot keeps nothing, and the
driver does not take it.`,
  instead: 'Make the sizes powers of two whose sum leaves room for at least one record.',
  source: ['linux: fs/pstore/ram.c: ramoops_probe (6.12)'],

  *check(board: Board) {
    for (const { node, enabled } of board.map.dynamic) {
      const at = placeOfProperty(node, 'size');
      if (enabled && at && isCompatible(node, 'ramoops'))
        yield {
          at,
          facts: { name: node.name, range: { start: 0n, end: 0n }, fault: { kind: 'no-reg' } },
        };
    }
    for (const region of staticRegions(board)) {
      const { node } = region;
      const facts = { name: reservationName(region), range: region };
      if (!isCompatible(node, 'ramoops') || region.index !== 0 || !region.written) continue;
      const layout = layOutRamoops(node, region);
      if (layout.refused) {
        const found: Found<Facts> = {
          at: region.written,
          facts: { ...facts, fault: { kind: 'refused', layout } },
        };
        yield found;
      }
      for (const { property, to } of layout.rounded) {
        const at = placeOfProperty(node, property);
        if (at)
          yield {
            at,
            facts: { ...facts, fault: { kind: 'rounded', property, to } },
            severity: 'information',
          };
      }
    }
  },

  message({ name, range, fault }) {
    if (fault.kind === 'no-reg')
      return `${name} has size and no reg: ramoops does not start, and the records would not be found after a reboot`;
    if (fault.kind === 'rounded')
      return `${fault.property} of ${name} is no power of two: Linux uses ${formatSize(fault.to)}`;
    return fault.layout.refused === 'no-sizes'
      ? `${name} has none of record-size, console-size, ftrace-size and pmsg-size: ramoops does not start`
      : `the records of ${name} do not fit into ${formatRange(range)}: ramoops does not start`;
  },
});
