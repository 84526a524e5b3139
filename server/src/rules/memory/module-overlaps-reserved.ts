// A boot module is loaded over a reserved region.

import { formatRange } from '../../addresses/format.ts';
import { contains, overlaps } from '../../addresses/region.ts';
import type { Module, Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { moveRegionFixes } from '../move-region.ts';
import { isWrittenLater } from '../is-written-later.ts';
import { refusalParts, refusedOverlaps, wordRefusals, type Refusal } from '../refused-overlap.ts';
import { rule } from '../rule.ts';
import { reservationName } from '../static-regions.ts';

interface Facts {
  readonly module: Module;
  readonly region: Reserved;
  readonly at: 'module' | 'region';
  /** The boots of Xen that do not take both. */
  readonly refusals: readonly Refusal[];
}

export const moduleOverlapsReserved = rule<Facts>({
  id: 'module-overlaps-reserved',
  severity: 'error',
  title: 'A boot module lies in reserved memory',
  why: `
The boot loader puts the module where something else owns the memory. Up to Xen 4.17 nobody notices until one of the
two is overwritten. Xen 4.18 and later compare, and refuse whichever of the two stands later in the
devicetree: a module is dropped, a region ends the scan in 4.18 and the boot since 4.19.`,
  instead: 'Load the module elsewhere, or move the region.',
  source: ['xen: add_boot_module (4.22)', 'xen: boot_modules_overlap_check (4.22)'],
  behaviours: ['xen.checksOverlaps', 'xen.scanError'],

  *check(board: Board) {
    const refusalsOf = refusedOverlaps(board);
    for (const module of board.map.modules) {
      for (const region of board.map.reserved) {
        if (!region.enabled || region.end <= region.start || !overlaps(module, region)) continue;
        // Boot loaders list the modules they loaded in /memreserve/; an entry over part of one is none of those.
        const isListed = region.kind === 'memreserve' && contains(region, module);
        if ((region.kind !== 'static' && region.kind !== 'memreserve') || isListed) continue;
        const isLater =
          module.written && region.written && isWrittenLater(board, region.written, module.written);
        const [at, other] = isLater
          ? [region.written, module.written]
          : [module.written ?? region.written, module.written && region.written];
        if (!at) continue;
        const refusals = refusalsOf(module, region);
        const facts: Facts = {
          module,
          region,
          at: at === module.written ? 'module' : 'region',
          refusals,
        };
        const name = facts.at === 'module' ? reservationName(region) : `the ${module.kind} module`;
        yield {
          at,
          facts,
          related: other ? [{ message: `${name} is here`, at: other }] : [],
          ...refusalParts(refusals),
        };
      }
    }
  },

  message({ module, region, at, refusals }) {
    const load = `the ${module.kind} module ${formatRange(module)}`;
    const reservation = `${reservationName(region)} ${formatRange(region)}`;
    const [own, other, node] =
      at === 'module' ? [load, reservation, module.node] : [reservation, load, region.node];
    return `${own} overlaps ${other}${wordRefusals(refusals, node)}`;
  },

  fixes: ({ facts }, board) => moveRegionFixes(board, facts.region),
});
