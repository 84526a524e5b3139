// What Xen, its dom0 and the domains of the tree have of a board's memory, in words and for the map.

import type { Subject } from '../../target/system.ts';
import type { View } from '../../target/view.ts';
import { stopsForCertain } from '../ending.ts';
import type { XenBoot } from '../xen-boot.ts';
import { dom0View } from './dom0-view.ts';
import { domainViews } from './domain-views.ts';
import { ownView } from './own-view.ts';

/** Xen's own view first, then dom0's where there is one, then those of the tree's domains. */
export function xenViews(boot: XenBoot, subject: Subject): readonly View[] {
  const stopped = stopsForCertain(boot, subject);
  const own = ownView(boot, subject, stopped);
  return [own, ...dom0View(boot, subject, stopped), ...domainViews(subject, own)];
}
