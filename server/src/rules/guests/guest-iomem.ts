// A guest is given a range of host addresses where no device is.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { formatAddress, formatRange } from '../../addresses/format.ts';
import { alignDown, alignUp, overlaps, subtract, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import { rule, type Found, type Place } from '../rule.ts';
import { dom0lessGuestsOf, guestsOf, passedNodes, passedRanges } from './guests-of.ts';

interface Facts {
  readonly guest: string;
  readonly range: Range;
  /** What is there instead of a device: RAM and reserved memory are refused to guests of xl. */
  readonly what: 'ram' | 'reserved' | 'nothing';
  /** The reserved region. */
  readonly node: string | undefined;
  /** The address that was written where a frame is wanted, when a device is there. */
  readonly address?: bigint;
}

export const guestIomem = rule<Facts>({
  id: 'guest-iomem',
  severity: 'error',
  title: 'A guest is given addresses where no device is',
  why: `
\`iomem\` of an xl configuration: Xen lets xl give away only frames that dom0 may access itself, and those are the \`reg\` of
the host's devices. RAM is refused, and since 4.13 (f9335bd4b8) so is every range below /reserved-memory that no device has
as \`reg\`; xl then does not create the guest.

\`xen,reg\` of a dom0less guest is not tested: Xen maps whatever it names into the guest. A reserved region with \`no-map\`
given in that way is fine, as long as nothing else uses it. Where the host's tree has nothing at all, the number is most
likely wrong; a node without \`xen,path\` may name registers that the host's tree leaves out.`,
  instead:
    "Name the pages of the device's `reg`; iomem counts frames of 4 KiB in hexadecimal. Give memory by `memory` or `xen,static-mem`.",
  source: [
    'xen: XEN_DOMCTL_iomem_permission (common/domctl.c) (4.22)',
    'xen: map_range_to_domain, f9335bd4b8',
    'xen: handle_passthrough_prop, which calls iomem_permit_access without a test (4.22)',
    'xl.cfg(5), iomem',
  ],
  behaviours: ['xen.reservedWithoutPermission'],

  *check(board: Board) {
    const devices = board.map.devices.map((each) => ({
      start: alignDown(each.start, PAGE_SIZE),
      end: alignUp(each.end, PAGE_SIZE),
    }));
    for (const guest of guestsOf(board))
      for (const { at, start, end } of guest.iomem)
        yield* judgeIomem(board, devices, guest.name, { start, end }, at);
    // A device whose address nobody knows may be the one that is meant.
    if (board.map.unknown.length > 0 || !board.map.ramKnown) return;
    if (!xenBoots(board).some(({ release }) => behavioursOf(release).dtbModules)) return;
    const known = [...devices, ...ramOf(board.map), ...board.map.reserved];
    for (const { name, tree } of dom0lessGuestsOf(board))
      for (const node of passedNodes(tree))
        for (const { start, end, written } of passedRanges(node)) {
          if (!written || subtract([{ start, end }], known).length === 0) continue;
          const isOfHost = node.properties.has('xen,path');
          yield {
            at: written,
            facts: { guest: name, range: { start, end }, what: 'nothing', node: undefined },
            severity: isOfHost ? 'warning' : 'information',
          };
        }
  },

  message({ guest, range, what, node, address }) {
    if (what === 'ram')
      return `Xen refuses ${formatRange(range)} to ${guest}: there is RAM of the host`;
    if (what === 'reserved')
      return `Xen refuses ${formatRange(range)} to ${guest}: ${node ?? ''} reserves it`;
    const given = `${guest} is given ${formatRange(range)}`;
    if (address !== undefined)
      return `${given}, where no device is: iomem counts frames, ${formatAddress(address / PAGE_SIZE)} is that of ${formatAddress(address)}`;
    return `${given}, where no device of the host is`;
  },
});

/** The address that was written in place of its frame's number, when a device is there. */
function addressFor({ map }: Board, range: Range): Pick<Facts, 'address'> {
  const address = range.start / PAGE_SIZE;
  const isDevice = map.devices.some(({ start, end }) => start <= address && address < end);
  return isDevice ? { address } : {};
}

/** One entry of `iomem`; `devices` in whole pages. */
function* judgeIomem(
  board: Board,
  devices: readonly Range[],
  guest: string,
  range: Range,
  at: Place,
): Generator<Found<Facts>> {
  const rest = subtract([range], devices);
  const meets = (other: Range, parts: readonly Range[]): boolean =>
    parts.some((part) => overlaps(part, other));
  // By its path alone: neither status nor what Xen made of the node counts.
  const reserved = board.map.reserved.find((each) => each.kind === 'static' && meets(each, rest));
  const outside = subtract(
    rest,
    board.map.reserved.filter(({ kind }) => kind === 'static'),
  );
  if (board.map.ramKnown && ramOf(board.map).some((bank) => meets(bank, outside))) {
    yield { at, facts: { guest, range, what: 'ram', node: undefined } };
    return;
  }
  if (reserved) {
    const { node, written } = reserved;
    const name = node?.name ?? '';
    for (const boot of xenBoots(board))
      if (behavioursOf(boot.release).reservedWithoutPermission)
        yield {
          at,
          facts: { guest, range, what: 'reserved', node: name },
          related: written ? [{ message: `${name} is here`, at: written }] : [],
          target: boot.target,
        };
    return;
  }
  // A device whose address nobody knows may be the one that is meant.
  if (board.map.unknown.length > 0 || rest.length === 0) return;
  yield {
    at,
    facts: { guest, range, what: 'nothing', node: undefined, ...addressFor(board, range) },
    severity: 'warning',
  };
}
