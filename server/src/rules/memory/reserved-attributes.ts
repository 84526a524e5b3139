// A reserved region has properties that exclude each other, and its driver refuses it.

import { lineWith } from '../../messages/event.ts';
import { isCompatible } from '../../linux/region-drivers.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { removeProperty } from '../remove-property.ts';
import { rule } from '../rule.ts';
import { reservedChildren } from '../static-regions.ts';
import { logOfAll } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly node: DtNode;
  readonly property: string;
  readonly excludedBy: string;
}

const EXCLUDED: readonly string[] = [
  'reusable',
  'no-map',
  'linux,cma-default',
  'linux,dma-default',
];

export const reservedAttributes = rule<Facts>({
  id: 'reserved-attributes',
  severity: 'warning',
  title: 'Properties of a reserved region that exclude each other',
  why: `
\`reusable\` lends the memory to the kernel, \`no-map\` forbids it to map it. Linux refuses such a pool ("compatible
matching fail") and gives the memory back to its allocator. A restricted-dma-pool takes none of the flags of a
shared-dma-pool.`,
  instead:
    'Keep `no-map` for memory that a device or firmware owns, `reusable` for memory the kernel may use in between.',
  source: [
    'linux: rmem_cma_setup, rmem_swiotlb_setup (6.12)',
    'Devicetree Specification, section 3.5.2',
    'dt-schema: shared-dma-pool.yaml',
  ],

  *check(board: Board) {
    for (const node of reservedChildren(board)) {
      if (!isEnabled(node)) continue;
      const place = (name: string): ReturnType<typeof written> => written(node, name);
      const log = logOfAll(linuxBoots(board), (boot) =>
        lineWith(linesAbout(boot, node), 'region-refused'),
      );
      if (isCompatible(node, 'restricted-dma-pool')) {
        for (const property of EXCLUDED) {
          const at = place(property);
          if (at)
            yield { at, facts: { node, property, excludedBy: 'restricted-dma-pool' }, ...log };
        }
        continue;
      }
      const at = place('no-map');
      if (at && node.properties.has('reusable'))
        yield { at, facts: { node, property: 'no-map', excludedBy: 'reusable' }, ...log };
      const isCmaDefault = place('linux,cma-default');
      if (isCmaDefault && !node.properties.has('reusable'))
        yield {
          at: isCmaDefault,
          facts: { node, property: 'linux,cma-default', excludedBy: 'a pool that is not reusable' },
        };
    }
  },

  message: ({ node, property, excludedBy }) =>
    `${property} of ${node.name} does not go with ${excludedBy}: Linux refuses the pool or leaves the flag out`,

  fixes({ facts: { node, property } }, board) {
    const removal = removeProperty(board, node, property);
    return removal ? [{ ...removal, preferred: true }] : [];
  },
});

function written(
  node: DtNode,
  name: string,
): NonNullable<DtNode['openings'][0]>['name'] | undefined {
  return node.properties.get(name)?.definition?.whole;
}
