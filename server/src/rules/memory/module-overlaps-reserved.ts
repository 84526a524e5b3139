// A boot module is loaded over a reserved region.

import { lineWith } from '../../messages/event.ts';
import { formatRange } from '../../addresses/format.ts';
import { contains, overlaps } from '../../addresses/region.ts';
import type { Module, Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { moveRegionFixes } from '../move-region.ts';
import { linesAbout } from '../lines-about.ts';
import { rule } from '../rule.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly module: Module;
  readonly region: Reserved;
  readonly at: 'module' | 'region';
}

const regionName = (region: Reserved): string => region.node?.name ?? '/memreserve/';

export const moduleOverlapsReserved = rule<Facts>({
  id: 'module-overlaps-reserved',
  severity: 'error',
  title: 'A boot module lies in reserved memory',
  why: `
The boot loader puts the module where something else owns the memory. Up to Xen 4.17 nobody notices until one of the
two is overwritten. Xen 4.18 and later compare: whichever of the two stands later in the devicetree is dropped, so
either the module is missing or the scan stops.`,
  instead: 'Load the module elsewhere, or move the region.',
  source: ['xen: add_boot_module', 'xen: boot_modules_overlap_check'],

  *check(board: Board) {
    for (const module of board.map.modules) {
      for (const region of board.map.reserved) {
        if (!region.enabled || region.end <= region.start || !overlaps(module, region)) continue;
        // Boot loaders list the modules they loaded in /memreserve/; an entry over part of one is none of those.
        const isListed = region.kind === 'memreserve' && contains(region, module);
        if ((region.kind !== 'static' && region.kind !== 'memreserve') || isListed) continue;
        const about = xenBoots(board).flatMap((boot) =>
          [module, region].flatMap(({ node }) => linesAbout(boot, node)),
        );
        const line = lineWith(about, 'region-overlap');
        const log = line && { log: line.shown };
        if (module.written)
          yield {
            at: module.written,
            facts: { module, region, at: 'module' },
            related: region.written
              ? [{ message: `${regionName(region)} is here`, at: region.written }]
              : [],
            ...log,
          };
        if (region.written)
          yield {
            at: region.written,
            facts: { module, region, at: 'region' },
            related: module.written
              ? [{ message: `the ${module.kind} module is here`, at: module.written }]
              : [],
            ...log,
          };
      }
    }
  },

  message({ module, region, at }) {
    const own = `the ${module.kind} module ${formatRange(module)}`;
    const other = `${regionName(region)} ${formatRange(region)}`;
    return at === 'module' ? `${own} overlaps ${other}` : `${other} overlaps ${own}`;
  },

  fixes: ({ facts }, board) => (facts.at === 'region' ? moveRegionFixes(board, facts.region) : []),
});
