// What Xen makes of a bank, of a region without an address, of its command line.

import { formatSize } from '../../addresses/format.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import type { Remark, Subject } from '../../target/system.ts';
import { stopsForCertain } from '../ending.ts';
import type { XenBoot } from '../xen-boot.ts';

function nameOf(boot: XenBoot): string {
  return `Xen ${boot.release.name}`;
}

function isUnsure(boot: XenBoot, what: string): boolean {
  return boot.uncertain.some((each) => each.what === what);
}

/** What of a bank Xen counts as RAM, and what of it dom0 gets. */
export function remarksOnBank(boot: XenBoot, bank: Range): readonly Remark[] {
  const counted = boot.ram.filter((each) => overlaps(each, bank));
  const dom0 = boot.dom0?.banks.filter((each) => overlaps(each, bank)) ?? [];
  const own = {
    view: nameOf(boot),
    text: counted.length === 0 ? 'does not count it as RAM' : '',
    ranges: counted,
    isLikely: false,
  };
  const isLikely = isUnsure(boot, 'dom0.banks');
  const given = { view: `dom0 (${nameOf(boot)})`, text: '', ranges: dom0, isLikely };
  return dom0.length === 0 ? [own] : [own, given];
}

/** Xen leaves what has no address to dom0. */
export function remarkOnDynamic(boot: XenBoot): Remark {
  const text = 'does not know this region: it has no address yet';
  return { view: nameOf(boot), text, ranges: [], isLikely: false };
}

/** What dom0 gets; nothing where it is not reached. */
export function remarksOnBootargs(boot: XenBoot, subject: Subject): readonly Remark[] {
  const { dom0 } = boot;
  if (!dom0 || stopsForCertain(boot, subject)) return [];
  return [
    {
      view: nameOf(boot),
      text: `gives dom0 ${formatSize(dom0.size)}`,
      ranges: dom0.banks,
      isLikely: isUnsure(boot, 'dom0.banks'),
    },
  ];
}
