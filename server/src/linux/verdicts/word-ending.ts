// How a boot of Linux ends, in sentences.

import type { Ending } from '../../target/system.ts';
import type { LinuxBoot } from '../linux-boot.ts';

/** Linux gets past its memory set-up whatever the tree says of it. */
export function wordEnding(boot: LinuxBoot): Ending {
  return { sentence: `Linux ${boot.release} boots.`, uncertain: [] };
}
