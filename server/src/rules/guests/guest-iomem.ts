// A guest is given a range of addresses that Xen does not let it have.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { formatAddress, formatRange } from '../../addresses/format.ts';
import { alignDown, alignUp, overlaps, subtract, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Board } from '../board.ts';
import { rule, type Found, type Place } from '../rule.ts';
import { guestsOf, passedNodes, passedRanges } from './guests-of.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly guest: string;
  readonly range: Range;
  /** What is there instead of a device. */
  readonly what: 'ram' | 'reserved' | 'nothing';
  /** The reserved region. */
  readonly node: string | undefined;
  /** The address that was written where a frame is wanted, when a device is there. */
  readonly address?: bigint;
}

export const guestIomem = rule<Facts>({
  id: 'guest-iomem',
  severity: 'error',
  title: 'A guest is given memory that is no device',
  why: `
\`iomem\` of a guest's configuration and \`xen,reg\` of its partial tree name registers of a device. Xen refuses RAM, and
since 4.13 every range below /reserved-memory, with "Unable to permit to dom1 access to …" or an error of xl. Where the
host has nothing at all the number is most likely wrong.`,
  instead:
    "Name the pages of the device's `reg`; iomem counts frames of 4 KiB in hexadecimal. Give memory by `memory` or `xen,static-mem`.",
  source: ['xen: handle_passthrough_prop', 'xen: XEN_DOMCTL_iomem_permission', 'xl.cfg(5), iomem'],

  *check(board: Board) {
    for (const guest of guestsOf(board)) {
      for (const { at, ...range } of guest.iomem)
        for (const found of judge(board, guest.name, range, at))
          yield { ...found, facts: { ...found.facts, ...addressFor(board, found.facts) } };
      if (!guest.tree) continue;
      for (const node of passedNodes(guest.tree))
        for (const range of passedRanges(node))
          if (range.written && range.start < range.end)
            yield* judge(board, guest.name, range, range.written);
    }
  },

  message({ guest, range, what, node, address }) {
    const given = `${guest} is given ${formatRange(range)}`;
    if (what === 'ram') return `${given}, which is RAM of the host`;
    if (what === 'reserved') return `${given}, which ${node ?? ''} reserves`;
    if (address !== undefined)
      return `${given}, where no device is: iomem counts frames, ${formatAddress(address / PAGE_SIZE)} is that of ${formatAddress(address)}`;
    return `${given}, where no device of the host is`;
  },
});

/** Whether the frame number of a range without a device is the address of one. */
function addressFor({ map }: Board, { what, range }: Facts): Pick<Facts, 'address'> {
  const address = range.start / PAGE_SIZE;
  const isDevice = map.devices.some(({ start, end }) => start <= address && address < end);
  return what === 'nothing' && isDevice ? { address } : {};
}

function* judge(
  board: Board,
  guest: string,
  { start, end }: Range,
  at: Place,
): Generator<Found<Facts>> {
  const range = { start, end };
  const reserved = board.map.reserved.find(
    (each) => each.enabled && each.kind === 'static' && overlaps(each, range),
  );
  const found = (what: Facts['what']): Found<Facts> => ({
    at,
    facts: { guest, range, what, node: what === 'reserved' ? reserved?.node?.name : undefined },
  });
  if (reserved) {
    const related = reserved.written
      ? { related: [{ message: `${reserved.node?.name ?? ''} is here`, at: reserved.written }] }
      : {};
    for (const boot of xenBoots(board))
      if (boot.reserved.some((each) => each.kind === 'reserved-memory' && overlaps(each, range)))
        yield { ...found('reserved'), ...related, target: boot.target };
    return;
  }
  if (board.map.ramKnown && ramOf(board.map).some((bank) => overlaps(bank, range))) {
    yield found('ram');
    return;
  }
  const devices = board.map.devices.map((each) => ({
    start: alignDown(each.start, PAGE_SIZE),
    end: alignUp(each.end, PAGE_SIZE),
  }));
  // A device whose address nobody knows may be the one that is meant.
  if (board.map.unknown.length === 0 && subtract([range], devices).length > 0)
    yield { ...found('nothing'), severity: 'warning' };
}
