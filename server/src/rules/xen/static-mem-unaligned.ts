// Static memory of a domain does not begin and end at pages.

import { regCells } from '../../addresses/cells.ts';
import { formatAddress, formatRange } from '../../addresses/format.ts';
import { PAGE_SIZE } from '../../addresses/page.ts';
import { alignDown, alignUp } from '../../addresses/region.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import { endOf } from '../../xen/ending.ts';
import type { ReasonCode } from '../../xen/reasons.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import type { Proposal } from '../proposal.ts';
import { rewriteTuple } from '../rewrite-tuple.ts';
import { rule } from '../rule.ts';
import { logOf } from '../target-lines.ts';

interface Facts {
  readonly region: Reserved;
  readonly node: DtNode;
  /** Xen panics for certain; a debug build would; the last page is lost in a release build. */
  readonly comesTo: 'panic' | 'debug-panic' | 'lost-page';
}

/** Why a boot ends at such a range. */
const ENDS: readonly ReasonCode[] = ['static-memory-not-pages', 'static-memory-starts-in-page'];

export const staticMemUnaligned = rule<Facts>({
  id: 'static-mem-unaligned',
  severity: 'error',
  title: 'Static memory does not begin and end at pages',
  why: `
Xen gives \`xen,static-mem\` to a domain in 4 KiB pages. A range that begins within a page ends the boot: a debug build stops
with "Assertion 'IS_ALIGNED(…" while it builds the domain, and a release build does not find the first page among those it
set aside ("failed to acquire static memory"). A range that begins at a page and ends within one stops debug builds only;
release builds tell the domain of the last page and do not give it.`,
  instead:
    'Begin and end each range at a multiple of 0x1000, and let `memory` of the domain be the sum of the sizes.',
  source: [
    'xen: acquire_static_memory_bank (4.22)',
    'xen: init_staticmem_pages, acquire_staticmem_pages (4.22)',
  ],

  *check(board: Board) {
    for (const region of board.map.reserved) {
      const { kind, node, written, start, end } = region;
      if (kind !== 'static-mem' || !node || !written || end <= start) continue;
      if ((start | end) % PAGE_SIZE === 0n) continue;
      const isWithin = board.map.banks.some((bank) => bank.start <= start && start < bank.end);
      for (const boot of xenBoots(board)) {
        if (behavioursOf(boot.release).staticMem === 'none') continue;
        const found = { at: written, target: boot.target };
        if (endsAt(boot, region)) {
          const comesTo = 'panic';
          yield {
            ...found,
            facts: { region, node, comesTo },
            ...logOf(boot, endOf(boot)?.line),
            tells: [{ target: boot.target, consequence: 'boot-ends' }],
          };
          continue;
        }
        // What stops before hides that it would stop here.
        const isBuilt = boot.domUs.some((domain) => domain.node === node);
        if (start % PAGE_SIZE !== 0n && !isBuilt) {
          if (isWithin) yield { ...found, facts: { region, node, comesTo: 'panic' } };
          continue;
        }
        const isRelease = board.facts['xen.debug'].value === false;
        yield {
          ...found,
          facts: { region, node, comesTo: isRelease ? 'lost-page' : 'debug-panic' },
          severity: isRelease ? 'warning' : 'information',
        };
      }
    }
  },

  message({ region, node, comesTo }) {
    const range = `xen,static-mem of ${node.name} ${formatRange(region)}`;
    const odd = region.start % PAGE_SIZE === 0n ? 'ends' : 'begins';
    const where = `${range} ${odd} within a page`;
    if (comesTo === 'lost-page')
      return `${where}: the domain is told of a page that it does not get`;
    if (comesTo === 'debug-panic')
      return `${where}: a debug build of Xen panics; say with xen.debug which build it is`;
    return `Xen panics while it builds the domain: ${where}`;
  },

  fixes: ({ facts: { region, node } }, board) => atPages(board, region, node),
});

/** Whether the boot ends while a domain gets this range. */
function endsAt(boot: XenBoot, { node, written }: Reserved): boolean {
  const end = endOf(boot);
  if (!end?.because.some(({ code }) => ENDS.includes(code))) return false;
  const { line } = end;
  return line?.written?.start === written?.start || line?.node === node;
}

/** The whole range up or down to the nearest pages: sizes stay, so that their sum does. */
function atPages(board: Board, { start, end, index }: Reserved, node: DtNode): Proposal[] {
  const property = node.properties.get('xen,static-mem');
  const size = end - start;
  if (!property || size % PAGE_SIZE !== 0n) return [];
  return [alignDown(start, PAGE_SIZE), alignUp(start, PAGE_SIZE)].flatMap((to) => {
    const place = { start: to, end: to + size };
    const rewrite = rewriteTuple(board, node, property, index, regCells(node), place);
    if (!rewrite) return [];
    const { change, ...edits } = rewrite;
    return [{ title: `Begin at ${formatAddress(to)}`, change: [change], ...edits }];
  });
}
