// Extended regions of a domain that the tree describes: addresses that it may use for foreign mappings.

import type { Range } from '../../addresses/region.ts';
import { stringOf, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { print } from '../console.ts';
import { reason } from '../reasons.ts';
import { GUEST_RAM } from './guest-ram.ts';
import { sharedMemoryBelow } from './process-shm.ts';

const STEP = 2n << 20n;
const SMALLEST = 64n << 20n;
/** Values of `xen,enhanced` that ask for a hypervisor node. */
const ENHANCED = new Set(['', 'enabled', 'no-xenstore', 'legacy']);

/** Whether a domain is told of Xen, and so of its extended regions (Xen: DOM0LESS_ENHANCED_NO_XS). */
export function isEnhanced(node: DtNode): boolean {
  const property = node.properties.get('xen,enhanced');
  return property !== undefined && ENHANCED.has(stringOf(node, 'xen,enhanced') ?? '');
}

/**
 * Prints what is left of the banks that a domain may have RAM in, above its RAM: in whole 2 MiB, at least 64 MiB
 * (Xen: find_domU_holes). `size`: bytes of its RAM.
 */
export function findDomUHoles(
  state: BootState,
  node: DtNode,
  domain: string,
  size: bigint,
  mapping: 'direct' | 'guest',
): void {
  const { does, options } = state;
  if (does.domUExtendedRegions === 'none' || !isEnhanced(node)) return;
  if (!options.extendedRegions || state.arm32) {
    print(state, options.extendedRegions ? 'extended-32-bit' : 'extended-off', { domain });
    return;
  }
  const hasDevices = state.modules.some((module) => module.kind === 'DTB' && module.domU);
  const isBeside = does.domUExtendedRegions === 'beside-devices' && hasDevices;
  if (mapping === 'direct' || isBeside || sharedMemoryBelow(state, node).length > 0) {
    const because = [reason('domain-extended-regions', { node: node.path })];
    state.uncertain.push({ what: 'log', because });
    return;
  }
  let left = size;
  const holes: Range[] = [];
  for (const { start, end } of GUEST_RAM) {
    const used = left < end - start ? left : end - start;
    left -= used;
    const from = ((start + used + STEP - 1n) / STEP) * STEP;
    if (end - from >= SMALLEST) holes.push({ start: from, end });
  }
  if (holes.length === 0) print(state, 'no-extended-regions', { domain });
  for (const [index, hole] of holes.entries())
    print(state, 'extended-region', { domain, index, ...hole });
}
