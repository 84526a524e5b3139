// The unit address of a memory, reserved-memory or module node is not its first address.

import { regCells, tuplesOf } from '../../addresses/cells.ts';
import { formatAddress } from '../../addresses/format.ts';
import { ADDRESS_BITS } from '../../addresses/region.ts';
import { baseName, unitAddress, type DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { renameNode } from '../rename-node.ts';
import { rule, type Place } from '../rule.ts';

interface Facts {
  readonly node: DtNode;
  readonly address: bigint;
  readonly isOverridden: boolean;
}

/** Nodes whose unit address is a CPU address that people read and search for. */
function nodesWithAddresses(board: Board): DtNode[] {
  const { root } = board.tree;
  return root.children.flatMap((node) => {
    if (node.name === 'reserved-memory' || node.name === 'chosen') return node.children;
    return node.name.startsWith('memory@') ? [node] : [];
  });
}

export const unitAddressMismatch = rule<Facts>({
  id: 'unit-address-mismatch',
  severity: 'warning',
  title: 'The unit address is not the first address of reg',
  why: `
The unit address is what people read in logs and in /proc/device-tree. A stale one, often left behind by an override of
\`reg\`, sends the reader to the wrong place; it also hides a digit that was mistyped in \`reg\`.`,
  instead:
    'Give the node the unit address of its first reg entry, in lower-case hex without leading zeros.',
  source: ['Devicetree Specification, section 2.2.1'],

  *check(board: Board) {
    for (const node of nodesWithAddresses(board)) {
      const unit = unitAddress(node);
      const property = node.properties.get('reg');
      const tuple = property && tuplesOf(property, regCells(node))[0];
      if (unit === undefined || !property || !tuple) continue;
      const expected = tuple.address.toString(16);
      const first = unit.split(',')[0] ?? '';
      // `@1,200000` writes the address cell by cell, `@200000,0` adds an index; both name the address.
      const joined = unit
        .split(',')
        .map((part) => part.padStart(8, '0'))
        .join('')
        .replace(/^0+(?=.)/, '');
      if ([first, unit, joined].some((each) => each.toLowerCase() === expected)) continue;
      const isOverridden = property.overridden.length > 0;
      const opening = node.openings[0];
      const at: Place | undefined = isOverridden ? property.definition?.value : opening?.name;
      if (!at) continue;
      yield {
        at,
        facts: { node, address: tuple.address, isOverridden },
        related:
          isOverridden && opening ? [{ message: 'the node is named here', at: opening.name }] : [],
      };
    }
  },

  message: ({ node, address, isOverridden }) =>
    isOverridden
      ? `this override moves ${node.name} to ${formatAddress(address)}, but its unit address still says ${unitAddress(node) ?? ''}`
      : `the unit address of ${node.name} does not match its first address ${formatAddress(address)}`,

  fixes({ facts }, board) {
    // An address that cannot be is what is wrong; the name is the better witness.
    if (facts.isOverridden || facts.address >= 1n << BigInt(ADDRESS_BITS)) return [];
    const unit = facts.address.toString(16);
    const rename = renameNode(board, facts.node, `${baseName(facts.node)}@${unit}`);
    return [
      {
        title: `Rename to @${unit}`,
        ...rename,
        change: [rename.change],
        preferred: true,
      },
    ];
  },
});
