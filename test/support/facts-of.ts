// The boot facts of a board in a test: those of a profile, and the size of its DTB.

import type { BootFacts } from '../../server/src/facts/boot-facts.ts';
import type { BootProfile } from '../../server/src/facts/boot-profile.ts';
import { gatherFacts } from '../../server/src/facts/gather-facts.ts';
import type { DeviceTree } from '../../server/src/tree/device-tree.ts';

/** As for a boot whose DTB is `totalSize` bytes long, without padding, unless the profile has a size. */
export function factsOf(tree: DeviceTree, profile: BootProfile, totalSize: bigint): BootFacts {
  // UEFI's stub writes a DTB of its own.
  const dtb = profile.boot === 'efi' ? profile.dtb : { size: totalSize, ...profile.dtb };
  const sources = [{ basis: 'given' as const, profile: dtb ? { ...profile, dtb } : profile }];
  return gatherFacts(tree, { totalSize }, sources);
}
