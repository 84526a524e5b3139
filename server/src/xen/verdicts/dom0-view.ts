// What dom0 has of a board's memory under Xen, and what it is told.

import { formatSizeBriefly } from '../../addresses/format.ts';
import { contains, intersection, subtract, type Range } from '../../addresses/region.ts';
import { firstMeeting } from '../../memory/range-index.ts';
import type { Subject } from '../../target/system.ts';
import type { Holding, Stop, View } from '../../target/view.ts';
import type { DtNode, Written } from '../../tree/device-tree.ts';
import { whyNotFurther, type Stopped } from '../ending.ts';
import { wordReasons } from '../reasons.ts';
import { linuxIgnores } from '../steps/judge-dom0.ts';
import type { XenBoot } from '../xen-boot.ts';
import { causeOf } from './cause-of.ts';
import {
  becauseOf,
  mostLikely,
  nameOf,
  placeOf,
  sum,
  textureOf,
  whyUnsure,
} from './holding-parts.ts';

/** What dom0 has and is told; none where the tree has no dom0. `stopped` is the end of the boot where it is certain. */
export function dom0View(boot: XenBoot, subject: Subject, stopped: Stopped | undefined): View[] {
  const view = { id: 'dom0', name: 'dom0', isSystem: false, isAsked: true } as const;
  const nothing = { holdings: [], elsewhere: { owner: 'not described' } };
  const { dom0 } = boot;
  if (stopped) {
    const owner = 'not reached: Xen stops earlier';
    const stop: Stop =
      boot.heap.length === 0
        ? { owner, title: 'no dom0', detail: '', follows: true }
        : // Not at the height of the cause: the reason need not lie there.
          { owner, title: 'dom0 is not built', ...causeOf(boot) };
    return [{ ...view, ...nothing, summary: 'not built', stop }];
  }
  if (!dom0) {
    const why = whyNotFurther(boot);
    if (why === '') return [];
    const stop = { owner: `not known: ${why}`, title: 'not known', detail: why };
    return [{ ...view, ...nothing, summary: 'not known', stop }];
  }
  const told = toldHoldings(boot, subject);
  const banks =
    dom0.banks.length > 0 ? formatSizeBriefly(sum(dom0.banks)) : formatSizeBriefly(dom0.size);
  return [
    {
      ...view,
      summary: told.length > 0 ? `${banks} + ${formatSizeBriefly(sum(told))} listed` : banks,
      holdings: [
        ...extendedHoldings(boot),
        ...dom0.mapped.map(({ start, end, node }) => ({
          start,
          end,
          owner: `mapped 1:1 for ${node.name}`,
          node,
          mapped: 'device' as const,
          toldAsRam: false,
        })),
        ...told,
        ...ownRamHoldings(boot),
      ],
      elsewhere: { owner: 'not described' },
    },
  ];
}

function extendedHoldings(boot: XenBoot): Holding[] {
  const because = whyUnsure(boot, 'dom0.extendedRegions');
  return (boot.dom0?.extendedRegions ?? []).map(({ start, end }) => ({
    start,
    end,
    owner: 'an extended region (free for grant mappings)',
    mapped: 'no',
    toldAsRam: false,
    ...becauseOf(because),
  }));
}

function ownRamHoldings(boot: XenBoot): Holding[] {
  const because = whyUnsure(boot, 'dom0.banks');
  return (boot.dom0?.banks ?? []).map(({ start, end }, index) => {
    const node = boot.dom0?.memoryNodes.find(({ reg }) =>
      reg.some((range) => contains(range, { start, end })),
    );
    return {
      start,
      end,
      owner: node ? `own RAM, listed in ${node.name}` : 'own RAM',
      block: { kind: 'dom0', label: `BANK[${index}]`, why: `dom0 RAM${mostLikely(because)}` },
      mapped: 'ram',
      toldAsRam: true,
      ...becauseOf(because),
    };
  });
}

/** What dom0 is told to be RAM and does not own. It does not depend on where its own RAM is. */
function toldHoldings(boot: XenBoot, { map }: Subject): Holding[] {
  const { dom0 } = boot;
  if (!dom0) return [];
  const listed = subtract(
    dom0.memoryNodes.flatMap(({ reg }) => reg),
    [...dom0.banks, ...dom0.exported],
  );
  const claims = map.reserved.filter(({ kind, start, end }) => kind === 'static' && start < end);
  const claimed = listed.flatMap((range) =>
    claims.flatMap((claim) => {
      const part = intersection(claim, range);
      return part ? [toldHolding(boot, { ...part, ...placeOf(claim) }, claim)] : [];
    }),
  );
  const others = subtract(listed, claims).map((range) => toldHolding(boot, range, undefined));
  // What Linux uses is named before what it leaves alone, so that this covers it where both meet.
  return [
    ...others,
    ...[...claimed, ...dom0.exported.map((each) => toldHolding(boot, each, each))].sort(
      (a, b) => Number(b.atRisk !== undefined) - Number(a.atRisk !== undefined),
    ),
  ];
}

function toldHolding(
  boot: XenBoot,
  range: Range & { readonly node?: DtNode | undefined; readonly written?: Written | undefined },
  claim: Range | undefined,
): Holding {
  const { start, end, node } = range;
  const uses = linuxIgnores(node);
  const device = firstMeeting(boot.dom0?.mapped ?? [], range);
  const common = {
    start,
    end,
    ...placeOf(range),
    ...(claim && { partOf: { start: claim.start, end: claim.end } }),
    mapped: device ? ('device' as const) : ('no' as const),
    toldAsRam: true,
  };
  if (!uses)
    return {
      ...common,
      owner: 'listed as RAM but reserved',
      block: {
        kind: 'told',
        label: 'listed as RAM but reserved',
        short: 'reserved',
        why: `listed as RAM; ${nameOf(node)} reserves it`,
        ...textureOf(node),
      },
    };
  const why = wordReasons([uses]);
  return {
    ...common,
    owner: `listed as RAM that dom0 does not own${device ? '' : ', not mapped'}: ${why}`,
    atRisk: why,
    block: {
      kind: 'fault',
      label: 'RAM that dom0 does not own',
      short: 'not owned',
      why: `listed as RAM, not owned: ${why}`,
    },
  };
}
