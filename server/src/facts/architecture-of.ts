// Which architecture a tree is for, as its CPU nodes say.

import { nodeAt, stringsIn, type DeviceTree } from '../tree/device-tree.ts';
import type { TreeFact } from './tree-fact.ts';

export type Architecture = 'arm64' | 'arm32' | 'riscv';

/** Why a tree is for an architecture, or does not say for which. */
export type ArchitectureReason =
  /** The first CPU node with a `compatible` decides. */
  | { readonly code: 'cpu-compatible'; readonly facts: { node: string; compatible: string } }
  /** No CPU node says it, but a timer that only 32-bit cores have. */
  | { readonly code: 'timer-compatible'; readonly facts: { node: string; compatible: string } }
  | { readonly code: 'no-cpu-compatible'; readonly facts: Readonly<Record<string, never>> };

// Cores that run no 64-bit code; a hyphen may add the implementer's variant.
const ARM32 =
  /^(arm,(cortex-(a5|a7|a8|a9|a12|a15|a17|r4|r5|r7|m\d+)|arm(11|10|9|7)\w*|armv7)|marvell,(pj4|sheeva|feroceon|mohawk|xsc3)\w*|qcom,(krait|scorpion)|brcm,brahma-b15|faraday,\w+)(-.*)?$/;

const ARM32_TIMER = 'arm,armv7-timer';

/** The architecture that the CPU nodes name: RISC-V, 32-bit Arm, else 64-bit Arm; undefined when none has a `compatible`. */
export function architectureOf(tree: DeviceTree): TreeFact<Architecture, ArchitectureReason> {
  for (const cpu of nodeAt(tree, '/cpus')?.children ?? []) {
    const names = stringsIn(cpu, 'compatible');
    const isRiscv = cpu.properties.has('riscv,isa') || names.includes('riscv');
    if (names.length === 0 && !isRiscv) continue;
    const core = names.find((name) => ARM32.test(name));
    const compatible = core ?? names[0] ?? 'riscv,isa';
    return {
      value: isRiscv ? 'riscv' : core === undefined ? 'arm64' : 'arm32',
      because: { code: 'cpu-compatible', facts: { node: cpu.path, compatible } },
    };
  }
  const timer = tree.root.children.find((node) =>
    stringsIn(node, 'compatible').includes(ARM32_TIMER),
  );
  if (timer)
    return {
      value: 'arm32',
      because: {
        code: 'timer-compatible',
        facts: { node: timer.path, compatible: ARM32_TIMER },
      },
    };
  return { value: undefined, because: { code: 'no-cpu-compatible', facts: {} } };
}
