// A reserved range is dom0 RAM for Xen, and Linux does not reserve it.

import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { wordReasons } from '../../xen/reasons.ts';
import { linuxIgnores } from '../../xen/steps/judge-dom0.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly node: DtNode;
  readonly range: Range;
  readonly because: string;
}

export const reservedNotHonoured = rule<Facts>({
  id: 'reserved-not-honoured',
  severity: 'error',
  title: 'dom0 is told that a reserved range is RAM, and does not reserve it',
  why: `
Since 4.13 Xen lists the reserved regions in a second memory node for dom0 and relies on Linux to reserve them. Where
Linux does not (another cell count than the root's, no \`ranges\`, a node one level too deep, a \`reusable\` pool, a static
heap that got into the list), dom0 takes memory for its own that it does not own. It may run for a while: what fails is a
hypercall or a grant on such a page, DMA to it, and any access where the page is not even mapped.`,
  instead:
    'Write the node as Linux wants it: a direct child of /reserved-memory, the root’s cell counts, an empty `ranges`.',
  source: [
    'xen: make_memory_node (4.22)',
    'linux: fdt_scan_reserved_mem (6.12)',
    'xen: get_page_from_gva (4.22)',
  ],
  behaviours: ['xen.reservedAsMemory'],

  *check(board: Board) {
    if (!isForXen(board)) return;
    for (const boot of xenBoots(board)) {
      for (const exported of boot.dom0?.exported ?? []) {
        const { node } = exported;
        const because = linuxIgnores(node);
        const region = board.map.reserved.find(
          (each) => each.node === node && each.start === exported.start,
        );
        // A disabled region has its own rule.
        if (!node || because === undefined || region?.enabled === false) continue;
        const at = region?.written ?? node.openings[0]?.name;
        if (!at) continue;
        yield {
          at,
          facts: {
            node,
            range: { start: exported.start, end: exported.end },
            because: wordReasons([because]),
          },
          target: boot.target,
        };
      }
    }
  },

  message: ({ node, range, because }) =>
    `Xen lists ${node.name} ${formatRange(range)} as dom0 RAM without giving it to dom0; ${because}`,
});
