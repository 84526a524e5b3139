// A guest's configuration names a node that the host does not have.

import { nodeAt, spanOf, stringOf } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { dom0lessGuestsOf, guestsOf, passedNodes } from './guests-of.ts';

interface Facts {
  readonly path: string;
  readonly by: string;
}

export const guestNodeMissing = rule<Facts>({
  id: 'guest-node-missing',
  severity: 'error',
  title: 'A guest names a device that the host does not have',
  why: `
\`dtdev\` and \`dt_passthrough_nodes\` of an xl configuration and \`xen,path\` of a dom0less guest are full paths in the
host's tree. When there is no such node the guest is not created: Xen answers xl's \`dtdev\` with ESRCH, and prints
"Couldn't find node … in host_dt!" while it makes a dom0less guest, which ends the boot. Usually the path lacks a bus above
the device, or the host's tree was changed. \`dt_passthrough_nodes\` is not in xl as Xen's own releases have it; it comes
with the Xen of some vendors.`,
  instead: "Write the path as the host's tree has it, from `/` on and with the unit address.",
  source: [
    'xen: handle_passthrough_prop (4.22)',
    'xen: dt_find_node_by_gpath (4.22)',
    'xl.cfg(5), dtdev',
  ],

  *check(board: Board) {
    for (const guest of guestsOf(board)) {
      for (const { path, by, at } of guest.nodes) {
        const isOwn = by === 'dt_passthrough_nodes' && guest.tree && nodeAt(guest.tree, path);
        if (!isOwn && !isThere(board, path)) yield { at, facts: { path, by } };
      }
    }
    for (const { tree } of dom0lessGuestsOf(board))
      for (const node of passedNodes(tree)) {
        const path = stringOf(node, 'xen,path');
        const written = node.properties.get('xen,path')?.definition?.whole;
        if (path !== undefined && written && !isThere(board, path))
          yield { at: spanOf(written), facts: { path, by: 'xen,path' } };
      }
  },

  message: ({ path, by }) => `${by}: the host has no node ${path}`,
});

function isThere(board: Board, path: string): boolean {
  return path.startsWith('/') && nodeAt(board.tree, path) !== undefined;
}
