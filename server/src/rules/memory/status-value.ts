// The status of a memory node or a reserved region is no word that readers know.

import { isMemoryNode } from '../../memory/map-memory.ts';
import { stringOf, spanOf, type DtNode } from '../../tree/device-tree.ts';
import { stringValue } from '../../tree/string-bytes.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfProperty, reservedChildren } from '../static-regions.ts';

const KNOWN = /^(okay|ok|disabled|reserved|fail(-.*)?)$/;

interface Facts {
  readonly node: DtNode;
  readonly status: string;
}

export const statusValue = rule<Facts>({
  id: 'status-value',
  severity: 'warning',
  title: 'A status that nobody knows counts as disabled',
  why: 'Only "okay" and "ok" enable a node. Any other text, also "enabled" and "Okay", takes a reservation away without a word, and a memory node as well: for Linux since 5.19, for Xen since 4.19. Older ones do not look at it there.',
  instead: 'Write `status = "okay"` or `status = "disabled"`, or leave `status` out.',
  source: ['Devicetree Specification, section 2.3.4', 'linux: of_fdt_device_is_available (6.12)'],
  behaviours: ['xen.honoursStatus', 'linux.disabledMemoryIgnored'],

  *check(board: Board) {
    const nodes = [...board.tree.root.children.filter(isMemoryNode), ...reservedChildren(board)];
    for (const node of nodes) {
      const status = stringOf(node, 'status');
      const at = placeOfProperty(node, 'status');
      if (status === undefined || KNOWN.test(status) || !at) continue;
      yield { at, facts: { node, status } };
    }
  },

  message: ({ node, status }) => `status "${status}" of ${node.name} counts as disabled`,

  fixes({ facts: { node } }) {
    const value = node.properties.get('status')?.definition?.value;
    if (!value) return [];
    return [
      {
        title: 'Change to "okay"',
        change: [
          {
            kind: 'set-property',
            node: node.path,
            property: 'status',
            bytes: stringValue('okay'),
          },
        ],
        ways: [[{ at: spanOf(value), text: '"okay"' }]],
      },
    ];
  },
});
