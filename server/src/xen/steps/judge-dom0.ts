// Whether dom0 survives what it is told: memory that is not its own and that Linux does not leave alone.

import { overlaps } from '../../addresses/region.ts';
import { cellAt } from '../cells.ts';
import { stringOf, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import type { ExportedReserved } from '../xen-boot.ts';

/**
 * Why Linux in dom0 uses the region of a node as ordinary memory; undefined when it keeps away from it
 * (Linux: fdt_scan_reserved_mem, __reserved_mem_check_root).
 */
export function linuxIgnores(node: DtNode | undefined): string | undefined {
  if (!node?.path.startsWith('/reserved-memory/')) {
    return node && /^\/reserved-memory/i.test(node.path)
      ? 'Linux knows the node only as `reserved-memory`'
      : 'no reservation in its tree says so';
  }
  const { parent } = node;
  const root = parent?.parent;
  if (!root || root.parent) return 'Linux looks only at direct children of /reserved-memory';
  const cell = (of: DtNode, name: string, otherwise: number): number => {
    const bytes = of.properties.get(name)?.bytes;
    return bytes && bytes.length >= 4 ? cellAt(bytes, 0) : otherwise;
  };
  for (const [name, otherwise] of [
    ['#address-cells', 2],
    ['#size-cells', 1],
  ] as const) {
    const own = parent.properties.has(name) ? cell(parent, name, otherwise) : undefined;
    if (own !== cell(root, name, otherwise))
      return `${name} of /reserved-memory is not the root's, so Linux ignores all of it`;
  }
  if (!parent.properties.has('ranges'))
    return '/reserved-memory has no ranges, so Linux ignores all of it';
  const status = stringOf(node, 'status');
  if (node.properties.has('status') && status !== 'ok' && status !== 'okay')
    return `its status is "${status ?? ''}", so Linux ignores it`;
  if (node.properties.has('reusable') && !node.properties.has('no-map'))
    return 'it is reusable, so Linux hands it out';
  if (stringOf(node, 'device_type') === 'memory')
    return 'Xen takes nodes with device_type = "memory" out of dom0\'s tree';
  return undefined;
}

/**
 * What Xen puts into dom0's memory node without giving it to dom0, and Linux then uses: dom0 is at risk; it fails
 * for certain only when such memory is the top of all and not even mapped, for Linux starts there.
 */
export function judgeDom0(state: BootState): void {
  const { dom0Kernel: kernel } = state;
  const { fileSize } = state.profile.kernel ?? {};
  if (kernel && fileSize !== undefined && fileSize > kernel.size) {
    state.outcome = {
      kind: 'dom0-fails',
      because: `the kernel's file has ${fileSize} bytes, and its module only ${kernel.size}: Xen copies no more`,
    };
    return;
  }
  const bad: { bank: ExportedReserved; why: string }[] = [];
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
  const name =
    bank.kind === 'static-heap' ? 'the static heap' : (bank.node?.path ?? 'a reserved range');
  if (fatal) {
    state.outcome = {
      kind: 'dom0-fails',
      because: `dom0 is told that ${name} is memory, but it is not mapped there; ${why}`,
    };
    return;
  }
  state.outcome = {
    kind: 'dom0-at-risk',
    because: `dom0 is told that ${name} is memory, but does not own it; ${why}`,
  };
}
