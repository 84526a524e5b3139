// A dom0 whose memory lies where the devices on a bus cannot reach.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { intersection, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import { lineWith } from '../../messages/event.ts';
import { nodeAt } from '../../tree/device-tree.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import { hasDmaDevices, limitingBuses } from '../limiting-buses.ts';
import { rule } from '../rule.ts';
import { placeOfLine } from '../xen-places.ts';

/** What Linux sets aside for devices that do not reach all RAM, in one piece (Linux: IO_TLB_DEFAULT_SIZE). */
const BOUNCE_BUFFER = 64n << 20n;

interface Facts {
  /** The one that reaches least of dom0's RAM. */
  readonly bus: string;
  readonly reach: readonly Range[];
  /** How many more buses are too short. */
  readonly others: number;
  /** Banks of dom0 of which a part is out of reach. */
  readonly banks: readonly Range[];
  /** The largest piece of dom0's RAM within reach, in bytes. */
  readonly within: bigint;
  readonly isLikely: boolean;
}

export const dom0OutOfReach = rule<Facts>({
  id: 'dom0-out-of-reach',
  severity: 'warning',
  title: 'dom0’s memory is out of reach of a bus',
  why: `
\`dma-ranges\` of a bus say which addresses its devices can use. dom0's RAM is mapped 1:1, so its Linux needs memory within
them: at least the 64 MiB in which it copies the data of devices that do not reach all RAM. Without it Linux prints
"software IO TLB: Cannot allocate buffer", and the drivers of these devices fail ("swiotlb buffer is full"): no SD card,
no USB. Xen up to 4.13 looks for memory below 4 GiB only; since 4.14 it knows that the Raspberry Pi 4 needs less than
1 GiB, and of no other board.`,
  instead: `
Lower \`dom0_mem\`, so that a bank of dom0 fits into the RAM that the bus reaches, or free a larger block there: Xen takes the
first block that is large enough, wherever it is. RAM out of reach can also be left out of the memory node.`,
  source: [
    'xen: allocate_memory_11 (4.22)',
    'linux: of_dma_get_range, swiotlb_init (6.12)',
    'Devicetree Specification, section 2.3.9',
  ],
  behaviours: ['xen.platformDmaBits'],

  *check(board: Board) {
    if (!isForXen(board)) return;
    const ram = ramOf(board.map);
    // Of a bus that reaches no RAM of the board, nothing that Xen does is the cause.
    const buses = limitingBuses(board.tree).filter(
      ({ reach }) => largestWithin(ram, reach) >= BOUNCE_BUFFER,
    );
    if (buses.length === 0) return;
    for (const boot of xenBoots(board)) {
      const { dom0, uncertain, log } = boot;
      // Where Xen itself finds no low bank, another rule says so.
      if (!dom0?.tree || lineWith(log, 'no-low-bank')) continue;
      const { banks, tree } = dom0;
      const short = buses
        .filter(({ bus }) => hasDmaDevices(nodeAt(tree, bus.path)))
        .map((each) => ({ ...each, within: largestWithin(banks, each.reach) }))
        .filter(({ reach, within }) => within < BOUNCE_BUFFER && outside(banks, reach).length > 0)
        .sort((a, b) => (a.within < b.within ? -1 : a.within > b.within ? 1 : 0));
      const [first] = short;
      const at = placeOfLine(lineWith(log, 'command-line'), board);
      if (!first || !at) continue;
      const isLikely = uncertain.some(({ what }) => what === 'dom0.banks');
      yield {
        at,
        facts: {
          bus: first.bus.name,
          reach: first.reach,
          others: short.length - 1,
          banks: outside(banks, first.reach),
          within: first.within,
          isLikely,
        },
        ...(isLikely ? { severity: 'information' as const } : {}),
        target: boot.target,
        related: short.flatMap(({ bus }) => {
          const where = bus.properties.get('dma-ranges')?.definition?.whole;
          return where ? [{ message: `what ${bus.name} reaches`, at: where }] : [];
        }),
      };
    }
  },

  message({ bus, reach, others, banks, within, isLikely }) {
    const more =
      others === 0 ? '' : others === 1 ? ' and 1 other bus' : ` and ${others} other buses`;
    const has = isLikely ? 'will most likely have' : 'has';
    const much = within === 0n ? 'no RAM' : `only ${formatSize(within)} of RAM`;
    return (
      `dom0 ${has} ${much} for DMA of devices on ${bus}${more}: dma-ranges reach ${list(reach)}, ` +
      `dom0 has ${list(banks)}; lower dom0_mem, or free a larger block within reach`
    );
  },
});

function list(ranges: readonly Range[]): string {
  return ranges.map(formatRange).join(', ');
}

function outside(banks: readonly Range[], reach: readonly Range[]): Range[] {
  return banks.filter(
    (bank) => !reach.some((range) => range.start <= bank.start && bank.end <= range.end),
  );
}

/** Bytes of the largest piece that lies within one of `reach`. */
function largestWithin(ranges: readonly Range[], reach: readonly Range[]): bigint {
  return ranges
    .flatMap((range) => reach.flatMap((each) => intersection(range, each) ?? []))
    .reduce((largest, { start, end }) => (end - start > largest ? end - start : largest), 0n);
}
