// A region that the kernel places finds no room.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { intersection, overlaps, subtract, type Range } from '../../addresses/region.ts';
import type { LinuxBoot, LinuxReserved } from '../../linux/linux-boot.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import { lineWith } from '../../messages/event.ts';
import { nodeAt } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { rule } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';
import { logOf, wordList } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

/** What is looked for. */
interface Request {
  readonly name: string;
  readonly size: bigint;
  /** Where it may lie; anywhere when there are none. */
  readonly ranges: readonly Range[];
}

interface Facts extends Request {
  /** RAM within its ranges. */
  readonly ram: readonly Range[];
  /** What the boot loader put where it would fit otherwise. */
  readonly inTheWay: readonly LinuxReserved[];
}

export const dynamicRegionNoRoom = rule<Facts>({
  id: 'dynamic-region-no-room',
  severity: 'warning',
  title: 'A dynamic region does not fit',
  why: `
Linux looks for one free piece of RAM inside \`alloc-ranges\`, with the alignment asked for. It finds none with the banks
and reservations of this tree, so the region does not exist, and its users fail. The DTB, the kernel and the initrd are
reserved before: where the boot facts or the boot script say where they lie, the region has to fit beside them. U-Boot
copies the DTB and the initrd to the top of the RAM it may use, which can be the middle of \`alloc-ranges\`.`,
  instead: `
Lower \`size\`, widen \`alloc-ranges\`, or leave \`alloc-ranges\` out. What is loaded can be loaded elsewhere: \`fdt_high\` and
\`initrd_high\` of U-Boot say up to where it copies the DTB and the initrd.`,
  source: ['linux: __reserved_mem_alloc_size (6.12)'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    for (const boot of linuxBoots(board)) {
      // A tree without RAM for Linux has another fault.
      if (boot.memory.length === 0) continue;
      for (const { node, because } of boot.ignored) {
        if (because !== 'no-room') continue;
        const region = board.map.dynamic.find((each) => each.node === node);
        const at = placeOfProperty(node, 'size');
        if (!region || region.size === 0n || !at) continue;
        const ranges = node.properties.get('alloc-ranges')?.definition;
        const line = linesAbout(boot, node).find((each) => each.level === 'error');
        const request = { name: node.name, size: region.size, ranges: region.allocRanges };
        yield {
          at,
          facts: factsOf(board, boot, request),
          target: boot.target,
          related: ranges ? [{ message: 'where it may go', at: ranges.whole }] : [],
          ...logOf(boot, line),
        };
      }
      const chosen = nodeAt(board.tree, '/chosen');
      const bootargs = chosen && placeOfProperty(chosen, 'bootargs');
      if (boot.unplacedCma && bootargs) {
        const { size, within } = boot.unplacedCma;
        const request = { name: 'the default CMA area (cma=)', size, ranges: [within] };
        yield {
          at: bootargs,
          facts: factsOf(board, boot, request),
          target: boot.target,
          ...logOf(boot, lineWith(boot.log, 'linux-cma-failed')),
        };
      }
    }
  },

  message({ name, size, ranges, ram, inTheWay }) {
    const where = ranges.length === 0 ? '' : ` in ${ranges.map(formatRange).join(', ')}`;
    const needs = `${name} needs ${formatSize(size)}${where}`;
    if (inTheWay.length > 0) {
      const files = inTheWay.map((each) => `the ${wordRole(each)} at ${formatRange(each)}`);
      return `${needs}: no room beside ${wordList(files)}; load ${inTheWay.length === 1 ? 'it' : 'them'} elsewhere`;
    }
    const have =
      ram.length === 0 ? 'there is no RAM' : `RAM there: ${ram.map(formatRange).join(', ')}`;
    return `${needs}: no room (${have})`;
  },
});

function factsOf(board: Board, boot: LinuxBoot, request: Request): Facts {
  const ram = ramOf(board.map);
  return {
    ...request,
    ram: request.ranges.length === 0 ? ram : within(ram, request.ranges),
    inTheWay: inTheWay(boot, request),
  };
}

function within(ranges: readonly Range[], windows: readonly Range[]): Range[] {
  return windows.flatMap((window) => ranges.flatMap((each) => intersection(each, window) ?? []));
}

/** What has to go for the region to fit: each of those that is enough by itself, else all; nothing where all is not enough. */
function inTheWay(boot: LinuxBoot, { size, ranges }: Request): LinuxReserved[] {
  const loaded = boot.reserved.filter(({ kind }) => kind === 'loaded' || kind === 'initrd');
  const gapsWithout = (gone: readonly LinuxReserved[]): Range[] => {
    const others = boot.reserved.filter((each) => !gone.includes(each));
    const free = subtract(boot.memory, [...others, ...boot.noMap]);
    return (ranges.length === 0 ? free : within(free, ranges)).filter(
      ({ start, end }) => end - start >= size,
    );
  };
  const enough = loaded.filter((each) => gapsWithout([each]).length > 0);
  if (enough.length > 0) return enough;
  const gaps = gapsWithout(loaded);
  return loaded.filter((each) => gaps.some((gap) => overlaps(gap, each)));
}

function wordRole({ role = 'initrd' }: LinuxReserved): string {
  return role === 'dtb' ? 'DTB' : role;
}
