// Boot modules that whoever starts Xen adds to /chosen: they are not in the tree.

import type { DtNode } from '../../tree/device-tree.ts';
import type { GivenModule } from '../../facts/boot-profile.ts';
import type { BootModule, BootState } from '../boot-state.ts';
import { addBootModule, knownModule } from './add-boot-module.ts';

const KINDS: Readonly<Record<GivenModule['kind'], BootModule['kind']>> = {
  kernel: 'Kernel',
  ramdisk: 'Ramdisk',
  xsm: 'XSM',
};

/**
 * Registers the given modules as if they were nodes of `chosen`. Each is put before those that were added before, so the
 * last comes first (Xen: efi_arch_handle_module; libfdt: fdt_add_subnode).
 */
export function addGivenModules(state: BootState, chosen: DtNode): void {
  for (const given of [...(state.world.valueOf('modules') ?? [])].reverse()) {
    const kind = KINDS[given.kind];
    addBootModule(state, knownModule(kind, given.address, given.size));
    if (given.commandLine === undefined || kind !== 'Kernel') continue;
    state.commandLines.push({
      module: given.address,
      owner: chosen.name,
      text: given.commandLine,
      domU: false,
      kind,
      node: chosen,
      written: undefined,
    });
  }
}
