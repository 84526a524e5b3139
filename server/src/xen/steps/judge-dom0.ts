// Whether dom0 survives what it is told: memory that is not its own and that Linux does not leave alone.

import { overlaps } from '../../addresses/region.ts';
import { cellAt } from '../cells.ts';
import { stringOf, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { reason, type Reason } from '../reasons.ts';
import type { ExportedReserved } from '../xen-boot.ts';

const FOUR_GIB = 1n << 32n;
/** How much of its memory a 32-bit Linux maps at once (Linux: arm_lowmem_limit, with 240 MiB for vmalloc). */
const LOW_MEMORY = 760n << 20n;

/**
 * Why Linux in dom0 uses the region of a node as ordinary memory; undefined when it keeps away from it
 * (Linux: fdt_scan_reserved_mem, __reserved_mem_check_root).
 */
export function linuxIgnores(node: DtNode | undefined): Reason | undefined {
  if (!node?.path.startsWith('/reserved-memory/')) {
    return node && /^\/reserved-memory/i.test(node.path)
      ? reason('reserved-memory-misspelt', {})
      : reason('not-reserved', {});
  }
  const { parent } = node;
  const root = parent?.parent;
  if (!root || root.parent) return reason('not-direct-child', {});
  const cell = (of: DtNode, name: string, otherwise: number): number => {
    const bytes = of.properties.get(name)?.bytes;
    return bytes && bytes.length >= 4 ? cellAt(bytes, 0) : otherwise;
  };
  for (const [name, otherwise] of [
    ['#address-cells', 2],
    ['#size-cells', 1],
  ] as const) {
    const own = parent.properties.has(name) ? cell(parent, name, otherwise) : undefined;
    if (own !== cell(root, name, otherwise)) return reason('reserved-memory-cells', { name });
  }
  if (!parent.properties.has('ranges')) return reason('reserved-memory-ranges', {});
  const status = stringOf(node, 'status');
  if (node.properties.has('status') && status !== 'ok' && status !== 'okay')
    return reason('node-status', { status: status ?? '' });
  if (node.properties.has('reusable') && !node.properties.has('no-map'))
    return reason('node-reusable', {});
  if (stringOf(node, 'device_type') === 'memory') return reason('node-is-memory', {});
  return undefined;
}

/**
 * What Xen puts into dom0's memory node without giving it to dom0, and Linux then uses: dom0 is at risk; it fails
 * for certain only when such memory is the top of all and not even mapped, for Linux starts there.
 */
export function judgeDom0(state: BootState): void {
  const { dom0Kernel: kernel } = state;
  const fileSize = state.world.valueOf('kernel.fileSize');
  if (kernel && fileSize !== undefined && fileSize > kernel.size) {
    state.outcome = {
      kind: 'dom0-fails',
      because: [reason('kernel-cut', { file: Number(fileSize), module: Number(kernel.size) })],
    };
    return;
  }
  const [only, ...more] = state.dom0Banks;
  if (
    state.arm32 &&
    only?.end === FOUR_GIB &&
    only.end - only.start <= LOW_MEMORY &&
    more.length === 0 &&
    !state.banksUncertain
  ) {
    state.outcome = { kind: 'dom0-at-risk', because: [reason('dom0-32-bit-top', {})] };
    return;
  }
  const bad: { bank: ExportedReserved; why: Reason }[] = [];
  for (const bank of state.exported) {
    const why = linuxIgnores(bank.node);
    if (why !== undefined) bad.push({ bank, why });
  }
  const top = [...state.dom0Banks, ...state.exported].reduce(
    (high, { end }) => (end > high ? end : high),
    0n,
  );
  const fatal = bad.find(
    ({ bank }) => bank.end === top && !state.mapped.some((mapped) => overlaps(mapped, bank)),
  );
  const worst = fatal ?? bad[0];
  if (!worst) return;
  const { bank, why } = worst;
  const told = { kind: bank.kind, node: bank.node?.path };
  state.outcome = fatal
    ? { kind: 'dom0-fails', because: [reason('told-not-mapped', told), why] }
    : { kind: 'dom0-at-risk', because: [reason('told-not-owned', told), why] };
}
