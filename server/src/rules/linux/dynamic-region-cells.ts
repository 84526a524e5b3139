// Finds `size`, `alignment` and `alloc-ranges` of dynamic regions with the wrong number of cells.

import type { IgnoredNode } from '../../linux/linux-boot.ts';
import { linuxRootCells } from '../../linux/scan.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { rule } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';
import { logOf } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly node: DtNode;
  readonly property: string;
  /** Cells. */
  readonly found: number;
  readonly expected: number;
}

const PROPERTIES: Readonly<Partial<Record<IgnoredNode['because'], string>>> = {
  'size-length': 'size',
  'alignment-length': 'alignment',
  'alloc-ranges-length': 'alloc-ranges',
};

export const dynamicRegionCells = rule<Facts>({
  id: 'dynamic-region-cells',
  severity: 'error',
  title: 'A dynamic region with the wrong number of cells',
  why: `
\`size\` has as many cells as the root's #size-cells, \`alignment\` as many as Linux takes for an address, \`alloc-ranges\`
whole pairs of both. Otherwise Linux drops the region: no default CMA, no pool for its users.`,
  instead: 'Write a 64-bit size under #size-cells 2: `size = <0x0 0x10000000>;`.',
  source: ['linux: __reserved_mem_alloc_size (6.12)', 'Devicetree Specification, section 3.5.2'],

  *check(board: Board) {
    const cells = linuxRootCells(board.tree);
    for (const boot of linuxBoots(board)) {
      for (const { node, because } of boot.ignored) {
        const property = PROPERTIES[because];
        const value = property && node.properties.get(property);
        const at = property && placeOfProperty(node, property);
        if (!property || !value || !at) continue;
        const line = linesAbout(boot, node).find((each) => each.level === 'error');
        const expected =
          because === 'size-length'
            ? cells.size
            : because === 'alignment-length'
              ? cells.address
              : cells.address + cells.size;
        yield {
          at,
          facts: { node, property, found: value.bytes.length / 4, expected },
          target: boot.target,
          ...logOf(boot, line),
        };
      }
    }
  },

  message({ node, property, found, expected }) {
    const wanted = property === 'alloc-ranges' ? `no multiple of ${expected}` : `not ${expected}`;
    return `${property} of ${node.name} has ${found} ${found === 1 ? 'cell' : 'cells'}, ${wanted}: Linux drops the region`;
  },
});
