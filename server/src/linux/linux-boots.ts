// The boots of Linux among all boots of a board.

import { bootsOfSystem } from '../target/boot.ts';
import type { LinuxBoot } from './linux-boot.ts';

/** What stands before the colon of a target. */
export const LINUX = 'linux';

/** The boots of Linux on bare metal, in the order asked for. */
export const linuxBoots = bootsOfSystem<LinuxBoot>(LINUX);
