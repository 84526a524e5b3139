// The one platform that Xen treats in a way of its own where memory is concerned.

import type { DeviceTree } from '../tree/device-tree.ts';
import { isCompatible } from './compatible.ts';

/** Address bits that all devices of the board reach (Xen: rpi4, dma_bitsize). */
export const RASPBERRY_PI_4_DMA_BITS = 30;

/** Whether Xen takes the board for a Raspberry Pi 4 (Xen: rpi4_dt_compat). */
export function isRaspberryPi4(tree: DeviceTree): boolean {
  return isCompatible(tree.root, 'raspberrypi,4-model-b');
}
