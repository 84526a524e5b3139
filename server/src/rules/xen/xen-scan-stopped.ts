// Xen stops reading the devicetree at a node and boots on without the rest.

import { lineWith } from '../../messages/event.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { endsInScan, placeOfLine } from '../xen-places.ts';
import { isXenTree } from '../../xen/is-xen-tree.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly stoppedAt: string;
  /** Nodes below the root whose loss matters: memory, reservations, modules. */
  readonly lost: readonly string[];
}

/** What the early scan would have taken from the unread nodes. */
function lostOf(board: Board, unscanned: readonly DtNode[]): string[] {
  const unread = new Set(unscanned);
  const names = [
    ...board.map.banks.map((bank) => bank.node),
    ...board.map.reserved.flatMap((region) => region.node ?? []),
    ...board.map.modules.map((module) => module.node),
  ]
    .filter((node) => unread.has(node))
    .map((node) => node.name);
  return [...new Set(names)];
}

export const xenScanStopped = rule<Facts>({
  id: 'xen-scan-stopped',
  severity: 'error',
  title: 'Xen stops reading the devicetree here',
  why: `
Up to 4.18 the first node that Xen cannot digest ends its early scan. It prints "parsing failed" and boots with what it
has read so far: memory, reservations and modules that stand later in the tree do not exist for it. The order of nodes
decides what is lost.`,
  instead: 'Correct the node where the scan stops.',
  source: ['xen: device_tree_for_each_node', 'xen: early_scan_node'],

  *check(board: Board) {
    if (!isXenTree(board.tree)) return;
    for (const boot of xenBoots(board)) {
      const line = lineWith(boot.log, 'node-parsing-failed');
      const lost = lostOf(board, boot.unscanned);
      const at = placeOfLine(line, board);
      if (!line || !at || endsInScan(boot)) continue;
      yield {
        at,
        facts: { stoppedAt: line.node?.name ?? '', lost },
        target: boot.target,
        log: line.shown,
        ...(lost.length === 0 ? { severity: 'warning' as const } : {}),
        related: boot.unscanned
          .filter((node) => lost.includes(node.name))
          .flatMap((node) => {
            const opening = node.openings[0];
            return opening ? [{ message: `${node.name} is not read`, at: opening.name }] : [];
          }),
      };
    }
  },

  message: ({ stoppedAt, lost }) =>
    lost.length === 0
      ? `Xen stops reading the devicetree at ${stoppedAt}`
      : `Xen stops reading the devicetree at ${stoppedAt}; it never sees ${lost.join(', ')}`,
});
