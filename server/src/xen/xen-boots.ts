// The boots of Xen among all boots of a board.

import { bootsOfSystem } from '../target/boot.ts';
import type { XenBoot } from './xen-boot.ts';

/** What stands before the colon of a target. */
export const XEN = 'xen';

/** The boots of Xen, in the order asked for. */
export const xenBoots = bootsOfSystem<XenBoot>(XEN);
