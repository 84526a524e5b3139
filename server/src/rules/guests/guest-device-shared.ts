// A device that a guest is given is not taken from dom0.

import { nodeAt, stringOf } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule, type Place } from '../rule.ts';
import { dom0lessGuestsOf, guestsOf, passedNodes } from './guests-of.ts';

interface Facts {
  readonly path: string;
}

export const guestDeviceShared = rule<Facts>({
  id: 'guest-device-shared',
  severity: 'warning',
  title: 'A device is given to a guest and to dom0',
  why: `
Xen gives every device to dom0 whose node does not say \`xen,passthrough\`. Two drivers then use one device, or assigning it
to the guest fails because dom0 has it.`,
  instead: "Add `xen,passthrough;` to the node in the host's tree.",
  source: ['xen: handle_node (4.22)', 'xen: docs/misc/arm/passthrough.txt (4.22)'],

  *check(board: Board) {
    const named: { path: string; at: Place }[] = guestsOf(board).flatMap(({ nodes }) =>
      nodes.filter(({ by }) => by === 'dtdev').map(({ path, at }) => ({ path, at })),
    );
    for (const { tree } of dom0lessGuestsOf(board))
      for (const node of passedNodes(tree)) {
        const path = stringOf(node, 'xen,path');
        const at = node.properties.get('xen,path')?.definition?.whole;
        if (path !== undefined && at) named.push({ path, at });
      }
    for (const { path, at } of named) {
      const host = nodeAt(board.tree, path);
      if (!host || host.properties.has('xen,passthrough')) continue;
      const [opening] = host.openings;
      yield {
        at,
        facts: { path },
        related: opening
          ? [{ message: 'the host has no xen,passthrough here', at: opening.name }]
          : [],
      };
    }
  },

  message: ({ path }) => `${path} is given to the guest, and Xen gives it to dom0 as well`,
});
