// The node `/reserved-memory` has a form that Linux does not read.

import { lineWith } from '../../messages/event.ts';
import { cellOf } from '../../addresses/cells.ts';
import { linuxRootCells } from '../../linux/scan.ts';
import { hasLinuxFormat } from '../../linux/reserve-static.ts';
import { cellsOf, type DtNode } from '../../tree/device-tree.ts';
import { addProperty } from '../add-property.ts';
import type { Board } from '../board.ts';
import { rule, type Place } from '../rule.ts';
import { logOfAll } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly node: DtNode;
  readonly fault: '#address-cells' | '#size-cells' | 'ranges';
  readonly found: number | undefined;
  readonly expected: number;
}

export const reservedFormat = rule<Facts>({
  id: 'reserved-format',
  severity: 'error',
  title: 'Linux ignores every child of /reserved-memory',
  why: `
Linux reads /reserved-memory only when its #address-cells and #size-cells are those of the root and it has a \`ranges\`
property; otherwise it prints "unsupported node format, ignoring" and uses all the regions as ordinary RAM. Xen since
4.13 reads them all the same and lists them as RAM of dom0, which then takes memory for its own that it does not own ("Failing to acquire the MFN"). Where \`ranges\` is missing Xen
does not map the regions into dom0 either: dom0 panics at its first access, and Xen prints no such line.`,
  instead:
    'Give /reserved-memory the cell counts of the root and an empty `ranges;`, and write every `reg` with them.',
  source: ['linux: __reserved_mem_check_root (6.12)', 'Devicetree Specification, section 3.5'],
  behaviours: ['xen.readsReservedMemory'],

  *check(board: Board) {
    const node = board.tree.root.children.find((each) => each.name === 'reserved-memory');
    if (!node || node.children.length === 0) return;
    const cells = linuxRootCells(board.tree);
    if (hasLinuxFormat(node, cells)) return;
    const log = logOfAll(linuxBoots(board), (boot) => lineWith(boot.log, 'format-unsupported'));
    const opening = node.openings[0]?.name;
    for (const [fault, expected] of [
      ['#address-cells', cells.address],
      ['#size-cells', cells.size],
      ['ranges', 0],
    ] as const) {
      const property = node.properties.get(fault);
      const found = property && cellsOf(property)[0];
      if (fault === 'ranges' ? property : found === expected) continue;
      const at: Place | undefined = property?.definition?.whole ?? opening;
      if (at)
        yield {
          at,
          facts: { node, fault, found, expected },
          ...log,
        };
    }
  },

  message({ node, fault, found, expected }) {
    const what =
      fault === 'ranges'
        ? 'has no ranges'
        : found === undefined
          ? `has no ${fault} (the root's is ${expected})`
          : `has ${fault} ${found}, the root ${expected}`;
    const names = node.children.map((child) => child.name);
    const listed = names.length > 3 ? [...names.slice(0, 3), '…'] : names;
    return `/reserved-memory ${what}: Linux ignores all its children (${listed.join(', ')})`;
  },

  fixes({ facts: { node, fault } }, board) {
    // With other cell counts than the root's, an empty ranges is a fault of its own.
    const cells = linuxRootCells(board.tree);
    const hasCells =
      cellOf(node, '#address-cells') === cells.address &&
      cellOf(node, '#size-cells') === cells.size;
    if (fault !== 'ranges' || !hasCells) return [];
    const neighbour = node.properties.get('#size-cells') ?? node.properties.get('#address-cells');
    const addition = addProperty(board, node, neighbour, 'ranges');
    return addition ? [{ ...addition, preferred: true }] : [];
  },
});
