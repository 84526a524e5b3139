// Checks that dtc makes of reg, ranges, cell counts and unit addresses.

import { childCells, regCells } from '../../addresses/cells.ts';
import { cellsOf, unitAddress, type DtNode } from '../../tree/device-tree.ts';
import { claimsMemory } from '../addresses/reg-length.ts';
import type { Rule } from '../rule.ts';
import { busOf, devicesOn, isKnownEarly } from './bus-of.ts';
import { being, dtcCheck, having, type DtcWarning } from './dtc-check.ts';

export const regFormat = dtcCheck({
  id: 'reg_format',
  title: 'reg is not a whole number of entries',
  why: 'The parent says how many cells an entry of reg has. Readers take whole entries and drop or misread the rest.',
  instead: 'Write as many cells as #address-cells and #size-cells of the parent ask for.',
  among: having('reg'),
  node(node, warn) {
    const property = node.properties.get('reg');
    if (!property) return;
    // reg-length says it of memory, and what readers make of it.
    const isSaidElsewhere = claimsMemory(node);
    if (!node.parent) warn({ node, text: 'Root node has a "reg" property', isSaidElsewhere });
    else if (property.bytes.length === 0)
      warn({ node, property, text: 'property is empty', isSaidElsewhere });
    else {
      const { address, size } = regCells(node);
      const entry = (address + size) * 4;
      if (entry === 0 || property.bytes.length % entry !== 0)
        warn({
          node,
          property,
          text: `property has invalid length (${property.bytes.length} bytes) (#address-cells == ${address}, #size-cells == ${size})`,
          isSaidElsewhere,
        });
    }
  },
});

function rangesFormat(id: string, name: 'ranges' | 'dma-ranges'): Rule {
  return dtcCheck({
    id,
    title: `${name} is not a whole number of entries`,
    why: `An entry of ${name} has a child address, a parent address and a size. With another length addresses below this bus cannot be translated.`,
    instead: `Write whole entries; an empty ${name} needs the same cell counts above and below.`,
    among: having(name),
    node(node, warn) {
      const property = node.properties.get(name);
      if (!property) return;
      const { parent } = node;
      if (!parent) {
        warn({ node, property, text: `Root node has a "${name}" property` });
        return;
      }
      const child = childCells(node);
      const above = childCells(parent);
      const entry = (above.address + child.address + child.size) * 4;
      const empty = (kind: 'address' | 'size'): DtcWarning => ({
        node,
        property,
        text: `empty "${name}" property but its #${kind}-cells (${child[kind]}) differs from ${parent.path} (${above[kind]})`,
      });
      if (property.bytes.length === 0) {
        if (above.address !== child.address) warn(empty('address'));
        if (above.size !== child.size) warn(empty('size'));
      } else if (entry === 0 || property.bytes.length % entry !== 0)
        warn({
          node,
          property,
          text:
            `"${name}" property has invalid length (${property.bytes.length} bytes) (parent #address-cells == ${above.address}, ` +
            `child #address-cells == ${child.address}, #size-cells == ${child.size})`,
        });
    },
  });
}

export const rangesFormatCheck = rangesFormat('ranges_format', 'ranges');
export const dmaRangesFormat = rangesFormat('dma_ranges_format', 'dma-ranges');

export const unitAddressVsReg = dtcCheck({
  id: 'unit_address_vs_reg',
  title: 'Unit address without reg, or reg without unit address',
  why: 'A node with an address carries it in its name, one without does not (Devicetree Specification, section 2.2.1).',
  instead: 'Add the unit address or the reg, or remove the other.',
  offInKernelBuilds: true,
  node(node, warn) {
    if (!node.parent || node.children.some((child) => child.name === '__overlay__')) return;
    const ranges = node.properties.get('ranges');
    const hasAddress =
      node.properties.has('reg') || (ranges !== undefined && ranges.bytes.length > 0);
    const hasUnit = (unitAddress(node) ?? '') !== '';
    if (hasAddress && !hasUnit)
      warn({ node, text: 'node has a reg or ranges property, but no unit name' });
    if (!hasAddress && hasUnit)
      warn({ node, text: 'node has a unit name, but no reg or ranges property' });
  },
});

export const unitAddressFormat = dtcCheck({
  id: 'unit_address_format',
  title: 'The unit address is not plain hex',
  why: 'Unit addresses are compared as text: `@0x10`, `@010` and `@10` are three names for one address.',
  instead: 'Write lower-case hex without `0x` and without leading zeros.',
  among: being(({ name }) => name.includes('@0')),
  node(node, warn) {
    // dtc makes this check before it knows which buses are of other kinds.
    if (node.parent && isKnownEarly(node.parent)) return;
    let unit = unitAddress(node) ?? '';
    if (unit.startsWith('0x')) {
      warn({ node, text: 'unit name should not have leading "0x"' });
      unit = unit.slice(2);
    }
    if (/^0[0-9a-fA-F]/.test(unit)) warn({ node, text: 'unit name should not have leading 0s' });
  },
});

export const avoidDefaultAddrSize = dtcCheck({
  id: 'avoid_default_addr_size',
  title: 'Relying on the default cell counts',
  why: 'Without #address-cells and #size-cells the counts are 2 and 1 by the specification, 1 and 1 for Linux, inherited for Xen.',
  instead: 'Write both counts in the parent.',
  among: having('reg', 'ranges'),
  node(node, warn) {
    const { parent } = node;
    if (!parent) return;
    if (!parent.properties.has('#address-cells'))
      warn({ node, text: 'Relying on default #address-cells value' });
    if (!parent.properties.has('#size-cells'))
      warn({ node, text: 'Relying on default #size-cells value' });
  },
});

export const avoidUnnecessaryAddrSize = dtcCheck({
  id: 'avoid_unnecessary_addr_size',
  title: 'Cell counts that nothing uses',
  why: 'The counts apply to children with reg and to ranges; without either they mislead the reader.',
  instead: 'Remove #address-cells and #size-cells.',
  offInKernelBuilds: true,
  among: having('#address-cells'),
  node(node, warn) {
    if (!node.parent || node.properties.has('ranges')) return;
    if (node.children.length === 0 && node.isEmptied !== true) return;
    if (!node.properties.has('#size-cells')) return;
    if (node.children.some((child) => child.properties.has('reg'))) return;
    warn({
      node,
      text: 'unnecessary #address-cells/#size-cells without "ranges" or child "reg" property',
    });
  },
});

/** More findings than are shown of one rule; a parent of many could have pairs without end. */
const mostPairs = 2000;

export const uniqueUnitAddress = dtcCheck({
  id: 'unique_unit_address',
  title: 'Two siblings have the same unit address',
  why: 'Two devices at one address, or one of the two addresses is a copy that was not changed.',
  instead: 'Correct the address, or give functions at one address a common parent.',
  offInKernelBuilds: true,
  among: having('#address-cells'),
  node(parent, warn) {
    if (!parent.properties.has('#size-cells')) return;
    const byUnit = new Map<string, DtNode[]>();
    let pairs = 0;
    for (const node of parent.children) {
      const unit = unitAddress(node) ?? '';
      if (unit === '') continue;
      const before = byUnit.get(unit) ?? [];
      for (const earlier of before) {
        if (++pairs > mostPairs) return;
        warn({ node: earlier, text: `duplicate unit-address (also used in node ${node.path})` });
      }
      before.push(node);
      byUnit.set(unit, before);
    }
  },
});

/** The first address of a node on a simple bus, as dtc reads it; undefined without reg and ranges. */
function simpleBusAddress(node: DtNode): bigint | undefined {
  const counts = node.parent ? childCells(node.parent).address : 2;
  const reg = node.properties.get('reg');
  const ranges = node.properties.get('ranges');
  const cells =
    reg && reg.bytes.length > 0
      ? cellsOf(reg)
      : ranges && ranges.bytes.length > 0
        ? cellsOf(ranges).slice(childCells(node).address)
        : undefined;
  return cells?.slice(0, counts).reduce((sum, cell) => (sum << 32n) | BigInt(cell), 0n);
}

export const simpleBusReg = dtcCheck({
  id: 'simple_bus_reg',
  title: 'A node on a simple bus whose name and address differ',
  why: 'The unit address is what people search for; a stale one leads to another device.',
  instead: 'Name the node after its first address, in lower-case hex.',
  offInKernelBuilds: true,
  among: devicesOn('simple'),
  node(node, warn) {
    const address = simpleBusAddress(node);
    if (address === undefined) {
      if (node.parent?.parent && busOf(node) !== 'simple')
        warn({ node, text: 'missing or empty reg/ranges property' });
      return;
    }
    const expected = address.toString(16);
    if ((unitAddress(node) ?? '') !== expected)
      warn({
        node,
        text: `simple-bus unit address format error, expected "${expected}"`,
      });
  },
});
