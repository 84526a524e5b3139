// The memory map as Linux has it on bare metal, list by list.

import { subtract } from '../../addresses/region.ts';
import type { ReaderMap } from '../../target/reader-map.ts';
import type { Subject } from '../../target/system.ts';
import type { LinuxBoot } from '../linux-boot.ts';

/** What Linux has; where it puts regions without an address is what it does when nothing else asks first. */
export function linuxReaderMap(boot: LinuxBoot, { map }: Subject): ReaderMap {
  return {
    banks: boot.memory.map((range) => {
      const bank = map.banks.find((each) => each.start <= range.start && range.start < each.end);
      return { ...range, node: bank?.node, written: bank?.written };
    }),
    reserved: boot.reserved.map((each) => ({
      ...each,
      kind: each.kind === 'cma' ? 'dynamic' : each.kind,
    })),
    modules: map.modules.filter(({ node }) => node.parent?.path === '/'),
    devices: map.devices,
    free: subtract(boot.memory, boot.reserved),
    unknown: boot.ignored.map(({ node, because }) => ({ node, because })),
    likely: ['dynamic'],
  };
}
