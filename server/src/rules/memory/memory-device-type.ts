// A node named memory that readers do not take for RAM, because it has no device_type.

import { tuplesOf } from '../../addresses/cells.ts';
import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import { baseName, stringOf, type DtNode } from '../../tree/device-tree.ts';
import { linuxRootCells } from '../../linux/scan.ts';
import { endOf } from '../../xen/ending.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import { addProperty } from '../add-property.ts';
import type { Board } from '../board.ts';
import { rule, type Found } from '../rule.ts';
import { causeOfEnd, endingBoot } from '../xen-places.ts';

interface Facts {
  readonly node: DtNode;
  readonly type: string | undefined;
  readonly banks: readonly Range[];
  /** Whether no other node gives RAM. */
  readonly only: boolean;
}

const isTyped = (node: DtNode): boolean => stringOf(node, 'device_type') === 'memory';

/** Whether `node`, a child of the root, is meant as RAM and lacks the property that says so. */
export function isUntypedMemory(node: DtNode): boolean {
  return (
    baseName(node) === 'memory' &&
    !isTyped(node) &&
    isEnabled(node) &&
    // Some systems call their SRAM memory; a driver binds to it.
    !node.properties.has('compatible')
  );
}

export const memoryDeviceType = rule<Facts>({
  id: 'memory-device-type',
  severity: 'warning',
  title: 'A memory node without device_type = "memory"',
  why: `
Linux knows RAM by \`device_type = "memory"\` and not by the name, and so does Xen since 4.20: the node's RAM does not exist
for them. Without another memory node Linux has no RAM at all, and Xen stops. Older Xen takes the node for RAM by name and for
a device of dom0 at the same time.

U-Boot may hide the fault. For its own use it looks up the first bank by the path /memory (fdtdec_setup_mem_size_base) and all
banks by \`device_type\` at any depth (get_next_memory_node). Before it starts Linux or Xen, fdt_fixup_memory_banks takes the
first child of the root with the name memory, whatever its unit address, and sets \`device_type\` and \`reg\` of it, unless
CONFIG_ARCH_FIXUP_FDT_MEMORY is off.`,
  instead: 'Add `device_type = "memory";`.',
  source: [
    'linux: early_init_dt_scan_memory (6.12)',
    'xen: early_scan_node, 47d4d3cdc5 (4.20)',
    'u-boot: fdtdec_setup_mem_size_base, get_next_memory_node, fdt_fixup_memory_banks (6073c36b2c)',
  ],
  behaviours: ['xen.strictMemoryNode'],

  *check(board: Board) {
    const { root } = board.tree;
    const cells = linuxRootCells(board.tree);
    const banksOf = (node: DtNode): Range[] => {
      const reg = node.properties.get('reg');
      const tuples = reg ? tuplesOf(reg, cells) : [];
      return tuples
        .filter((tuple) => tuple.size > 0n)
        .map((tuple) => ({ start: tuple.address, end: tuple.address + tuple.size }));
    };
    for (const node of root.children) {
      if (!isUntypedMemory(node)) continue;
      const banks = banksOf(node);
      const at = node.openings[0]?.name;
      if (banks.length === 0 || !at) continue;
      const only = !root.children.some((other) => isTyped(other) && banksOf(other).length > 0);
      const facts: Facts = { node, type: stringOf(node, 'device_type'), banks, only };
      const found: Found<Facts> = { at, facts };
      yield found;
      if (!isForXen(board)) continue;
      for (const boot of xenBoots(board)) {
        const end = endOf(boot);
        if (!end) continue;
        const isMissed = only && end.because.some(({ code }) => code === 'no-ram');
        if (!isMissed && causeOfEnd(boot)?.node !== node) continue;
        yield endingBoot(found, boot);
      }
    }
  },

  message: ({ node, type, banks, only }) =>
    `${node.name} has ${type === undefined ? 'no device_type' : `device_type "${type}"`}: its RAM ` +
    `${banks.map(formatRange).join(', ')} does not exist for Linux and for Xen since 4.20` +
    (only ? ', and there is no other RAM' : ''),

  fixes({ facts: { node } }, board) {
    // Another type is somebody's decision; only a missing one is added.
    if (node.properties.has('device_type')) return [];
    const reg = node.properties.get('reg');
    const addition = addProperty(board, node, reg, 'device_type', 'memory');
    return addition ? [{ ...addition, preferred: true }] : [];
  },
});
