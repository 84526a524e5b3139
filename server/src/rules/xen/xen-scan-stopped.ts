// Xen stops reading the devicetree at a node and boots on without the rest.

import { endOf } from '../../xen/ending.ts';
import { lineWith } from '../../messages/event.ts';
import type { Board } from '../board.ts';
import { lostPlaces, lostToScan } from '../lost-to-scan.ts';
import { rule } from '../rule.ts';
import { endsInScan, placeOfLine } from '../xen-places.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { logOf, wordList } from '../target-lines.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly stoppedAt: string;
  /** Memory, reservations and modules that Xen does not have. */
  readonly lost: readonly string[];
  /** Whether the boot ends because no RAM is left. */
  readonly panics: boolean;
}

/** The first names of a long list, and how many more there are. */
function wordSome(names: readonly string[]): string {
  const left = names.length - 4;
  return left > 1 ? `${names.slice(0, 4).join(', ')} and ${left} more` : wordList(names);
}

export const xenScanStopped = rule<Facts>({
  id: 'xen-scan-stopped',
  severity: 'error',
  states: 'scan-stops',
  title: 'Xen stops reading the devicetree here',
  why: `
From 4.13 to 4.18 the first node that Xen cannot parse ends its early scan. It prints "parsing failed" and boots with what it
has read so far: memory, reservations and modules that stand later in the tree do not exist for it. The order of nodes
decides what is lost.`,
  instead: 'Correct the node where the scan stops.',
  source: ['xen: device_tree_for_each_node (4.22)', 'xen: early_scan_node (4.22)'],
  behaviours: ['xen.scanError'],

  *check(board: Board) {
    if (!isForXen(board)) return;
    for (const boot of xenBoots(board)) {
      const line = lineWith(boot.log, 'node-parsing-failed');
      if (!line || endsInScan(boot)) continue;
      const before = boot.log[boot.log.indexOf(line) - 1];
      const why = before?.node === undefined ? undefined : before;
      const at = placeOfLine(why ?? line, board);
      if (!at) continue;
      const lost = lostToScan(board, boot);
      const { target } = boot;
      const panics = endOf(boot)?.because.some(({ code }) => code === 'no-ram-scan-ended') ?? false;
      yield {
        at,
        facts: {
          stoppedAt: line.node?.name ?? '',
          lost: lost.map(({ node }) => node.name),
          panics,
        },
        target,
        log: [...(logOf(boot, why).log ?? []), ...(logOf(boot, line).log ?? [])],
        ...(lost.length === 0 ? { severity: 'warning' as const } : {}),
        related: lostPlaces(boot, lost),
        ...(panics ? { tells: [{ target, consequence: 'boot-ends' }] } : {}),
      };
    }
  },

  message({ stoppedAt, lost, panics }) {
    const end = panics ? ' and panics, since it has no RAM' : '';
    const what =
      lost.length === 0 ? 'everything after it is ignored' : `lost to it: ${wordSome(lost)}`;
    return `Xen stops scanning at ${stoppedAt}${end}; ${what}`;
  },
});
