// A reserved region of the source meets one that firmware or the boot loader adds to the tree.

import { formatRange } from '../../addresses/format.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import type { RunningReservation } from '../../facts/boot-profile.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { deleteNode } from '../delete-node.ts';
import { moveRegionFixes } from '../move-region.ts';
import { rule } from '../rule.ts';
import { reservationName, reservedChildren, staticRegions } from '../static-regions.ts';

interface Facts {
  readonly region: Reserved;
  readonly added: RunningReservation;
  /** Whether it is the same range once more. */
  readonly isSame: boolean;
  /** Where the added one is known from, in words. */
  readonly from: string;
}

export const firmwareAddsRegion = rule<Facts>({
  id: 'firmware-adds-region',
  severity: 'warning',
  title: 'Firmware adds a region over one of the source',
  why: `
TF-A and OP-TEE add their own memory to /reserved-memory before they hand the tree on, whatever ranges are there; U-Boot copies
such nodes, and looks for the very same range alone. A region that is also written by hand is then in the tree twice, or with
two sizes: Xen stops at it as at any other overlap (reserved-overlap), and Linux reports it. What is added is known only from a
boot: this is found with a captured log or the DTB of the running board (\`--memory-from FILE\`), or with
\`reserved\` in the boot profile.`,
  instead: `
Leave the region to the firmware that adds it, and remove it from the source. Where another region meets it, move that one.`,
  source: [
    'op-tee: add_res_mem_dt_node (d5001fe0a)',
    'tf-a: fdt_add_reserved_memory (6a164dda7)',
    'u-boot: optee_copy_fdt_nodes, fdtdec_add_reserved_memory (2024.01)',
    'xen: check_reserved_regions_overlap (4.18)',
  ],

  *check(board: Board) {
    const { value, from } = board.facts.reserved;
    if (!value) return;
    const added = addedTo(board, value);
    if (added.length === 0) return;
    const ran = new Set(value.map(keyOf));
    for (const region of staticRegions(board)) {
      // Without the region itself the log is of another source, and what meets it may be the region as it was.
      if (!ran.has(keyOf(region))) continue;
      const met = added.find((each) => overlaps(each, region));
      if (!met || !region.written) continue;
      const isSame = met.start === region.start && met.end === region.end;
      yield {
        at: region.written,
        facts: { region, added: met, isSame, from: from ?? 'the boot profile' },
      };
    }
  },

  message({ region, added, isSame, from }) {
    const name = reservationName(region);
    const node = added.node === undefined ? '' : ` as ${added.node}`;
    return isSame
      ? `Firmware or boot loader adds ${name} ${formatRange(region)} a second time${node}, says ${from}`
      : `${name} ${formatRange(region)} overlaps ${formatRange(added)}, which firmware or boot loader adds${node}, says ${from}`;
  },

  fixes({ facts: { region, isSame } }, board) {
    if (!isSame) return moveRegionFixes(board, region);
    const deletion = region.node && deleteNode(board, region.node);
    return deletion ? [deletion] : [];
  },
});

/** What the running tree reserves that the source does not: each range of the source accounts for one of the same. */
function addedTo(board: Board, running: readonly RunningReservation[]): RunningReservation[] {
  const names = new Set(reservedChildren(board).map(({ name }) => name));
  const isOfSource = ({ node }: RunningReservation): boolean =>
    node !== undefined && names.has(node);
  const open = [...board.map.reserved, ...board.map.modules].map(keyOf);
  // Of two with the same range the one with another name is the one that is added.
  const ordered = [...running].sort((a, b) => rank(a, isOfSource(a)) - rank(b, isOfSource(b)));
  return ordered.filter((each) => {
    const at = open.indexOf(keyOf(each));
    if (at >= 0) open.splice(at, 1);
    // Where Linux has placed a region of the source says nothing.
    return at < 0 && each.start < each.end && !isOfSource(each);
  });
}

function rank({ node }: RunningReservation, isOfSource: boolean): number {
  return isOfSource ? 0 : node === undefined ? 1 : 2;
}

function keyOf({ start, end }: Range): string {
  return `${start}-${end}`;
}
