// Which kernel a tree is for.

import { nodeAt, stringsOf, type DeviceTree } from '../tree/device-tree.ts';
import type { LinuxArchitecture } from './linux-boot.ts';

// Cores that run no 64-bit kernel; a hyphen may add the implementer's variant.
const ARM32 =
  /^(arm,(cortex-(a5|a7|a8|a9|a12|a15|a17|r4|r5|r7|m\d+)|arm(11|10|9|7)\w*|armv7)|marvell,(pj4|sheeva|feroceon|mohawk|xsc3)\w*|qcom,(krait|scorpion)|brcm,brahma-b15|faraday,\w+)(-.*)?$/;

/**
 * The architecture the CPU nodes name: riscv or a 32-bit Arm core; arm64 for everything else, also without CPUs. The
 * first CPU decides.
 */
export function architectureOf(tree: DeviceTree): LinuxArchitecture {
  for (const cpu of nodeAt(tree, '/cpus')?.children ?? []) {
    const property = cpu.properties.get('compatible');
    const names = property ? stringsOf(property) : [];
    if (cpu.properties.has('riscv,isa') || names.includes('riscv')) return 'riscv';
    if (names.some((name) => ARM32.test(name))) return 'arm';
    if (names.length > 0) return 'arm64';
  }
  for (const node of tree.root.children) {
    const property = node.properties.get('compatible');
    if (property && stringsOf(property).includes('arm,armv7-timer')) return 'arm';
  }
  return 'arm64';
}
