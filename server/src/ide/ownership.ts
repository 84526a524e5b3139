// Who has a range of memory, as each reader of the tree sees it, in words.

import { wordReasons } from '../xen/reasons.ts';
import { formatGrouped, formatSize } from '../addresses/format.ts';
import { contains, overlaps, type Range } from '../addresses/region.ts';
import type { LinuxBoot } from '../linux/linux-boot.ts';
import { firstMeeting, RangeIndex } from '../memory/range-index.ts';
import type { Board } from '../rules/board.ts';
import { markdownText } from '../text/markdown.ts';
import type { DtNode, Written } from '../tree/device-tree.ts';
import type { XenBoot } from '../xen/xen-boot.ts';
import type { XenReservedKind } from '../xen/reserved-kind.ts';

/** One reader's answer. */
export interface Ownership {
  /** `Xen 4.22`, `dom0 (Xen 4.22)`, `Linux 6.12`, `Devicetree`. */
  readonly view: string;
  /** A clause: `reserved by mpss@86000000 (no-map)`. */
  readonly owner: string;
  readonly node?: DtNode;
  readonly written?: Written;
}

/** `Xen 4.18.6` for a boot. */
export function xenName(boot: XenBoot): string {
  return `Xen ${boot.release.name}`;
}

/** What each reader does with `range`: the tree itself, every Xen target with its dom0, every bare-metal Linux. */
export function ownershipOf(board: Board, range: Range): Ownership[] {
  return [...inTree(board, range), ...ownershipByTarget(board, range)];
}

/** `ownershipOf` without what the tree itself says. */
export function ownershipByTarget(board: Board, range: Range): Ownership[] {
  return [
    ...board.xen.flatMap((boot) => [underXen(boot, range), inDom0(boot, range)]),
    ...board.linux.map((boot) => underLinux(boot, range)),
  ];
}

function inTree(board: Board, range: Range): Ownership[] {
  const view = 'Devicetree';
  const { map } = board;
  const reserved = map.reserved.filter((each) => overlaps(each, range));
  if (reserved.length > 0)
    return reserved.map((each) => ({
      view,
      owner: `${each.node ? each.node.name : '/memreserve/'}${describeFlags(each)}`,
      ...(each.node && { node: each.node }),
      ...(each.written && { written: each.written }),
    }));
  const module = firstMeeting(map.modules, range);
  if (module)
    return [
      {
        view,
        owner: `boot module ${module.node.name} (${module.kind})`,
        node: module.node,
        ...(module.written && { written: module.written }),
      },
    ];
  const bank = firstMeeting(map.banks, range);
  if (bank)
    return [
      {
        view,
        owner: `RAM of ${bank.node.name}`,
        node: bank.node,
        ...(bank.written && { written: bank.written }),
      },
    ];
  const device = firstMeeting(map.devices, range);
  if (device)
    return [
      {
        view,
        owner: `registers of ${device.node.path}`,
        node: device.node,
        ...(device.written && { written: device.written }),
      },
    ];
  return [{ view, owner: 'nothing' }];
}

/** Whether one of `ranges` holds all of `range`. */
function hasWithin(ranges: readonly Range[], range: Range): boolean {
  const first = firstMeeting(ranges, range);
  if (first === undefined || contains(first, range)) return first !== undefined;
  return ranges.some((each) => contains(each, range));
}

function describeFlags(region: {
  readonly enabled: boolean;
  readonly noMap: boolean;
  readonly reusable: boolean;
}): string {
  const flags = [
    ...(region.noMap ? ['no-map'] : []),
    ...(region.reusable ? ['reusable'] : []),
    ...(region.enabled ? [] : ['disabled']),
  ];
  return flags.length > 0 ? ` (${flags.join(', ')})` : '';
}

const RESERVED_WORDS: Readonly<Record<XenReservedKind, string>> = {
  memreserve: 'kept out of the heap by /memreserve/',
  'reserved-memory': 'kept out of the heap for',
  'static-mem': 'static memory of',
  'static-heap': 'static heap of Xen',
  'shared-mem': 'static shared memory',
};

/** What this Xen does with `range`; of several answers the one that matters most. */
export function underXen(boot: XenBoot, range: Range): Ownership {
  const view = xenName(boot);
  const { outcome } = boot;
  if (outcome.kind === 'panics' || outcome.kind === 'hangs')
    return { view, owner: `does not boot: ${outcome.line?.text ?? wordReasons(outcome.because)}` };
  const reserved = firstMeeting(boot.reserved, range);
  if (reserved) {
    const named = reserved.kind === 'reserved-memory' || reserved.kind === 'static-mem';
    return {
      view,
      owner: `${RESERVED_WORDS[reserved.kind]}${named && reserved.node ? ` ${reserved.node.name}` : ''}`,
      ...(reserved.node && { node: reserved.node }),
      ...(reserved.written && { written: reserved.written }),
    };
  }
  const module = firstMeeting(boot.modules, range);
  if (module)
    return {
      view,
      owner: `boot module ${module.index} (${module.kind})`,
      ...(module.node && { node: module.node }),
      ...(module.written && { written: module.written }),
    };
  const bank = firstMeeting(boot.dom0?.banks ?? [], range);
  if (bank)
    return {
      view,
      owner: `${likely(boot, 'dom0.banks')}dom0's RAM, bank ${formatGrouped(bank.start)} – ${formatGrouped(bank.end - 1n)}`,
    };
  if (firstMeeting(boot.heap, range)) return { view, owner: "Xen's heap" };
  const ram = firstMeeting(boot.ram, range);
  const unsure = boot.uncertain.find(
    (each) => each.what === 'heap' || each.what.startsWith('dom0'),
  );
  if (ram)
    return {
      view,
      owner: unsure ? `RAM; its owner is not known: ${wordReasons(unsure.because)}` : 'RAM',
      ...(ram.node && { node: ram.node }),
    };
  return { view, owner: 'no RAM' };
}

/** `likely ` where this part of the prediction is Xen's choice, else nothing. */
export function likely(boot: XenBoot, what: string): string {
  return boot.uncertain.some((each) => each.what === what) ? 'likely ' : '';
}

/** What the dom0 of this Xen is told about `range`. */
export function inDom0(boot: XenBoot, range: Range): Ownership {
  const view = `dom0 (${xenName(boot)})`;
  const { dom0, outcome } = boot;
  if (outcome.kind === 'panics' || outcome.kind === 'hangs')
    return { view, owner: 'is not reached: Xen stops before' };
  if (!dom0)
    return {
      view,
      owner:
        outcome.kind === 'boots' || outcome.kind === 'unknown'
          ? 'not known'
          : 'is not reached: Xen stops before',
    };
  const told = dom0.memoryNodes.find((node) => firstMeeting(node.reg, range));
  const backed = hasWithin(dom0.banks, range);
  // What is exported for reservations does not depend on where dom0's own RAM is.
  const maybe = backed ? likely(boot, 'dom0.memoryNodes') : '';
  const mapped = firstMeeting(dom0.mapped, range);
  if (told && !backed && !mapped)
    return { view, owner: `listed as RAM in ${told.name}, without pages behind it` };
  if (told) return { view, owner: `${maybe}listed as RAM in ${told.name}` };
  if (mapped) return { view, owner: `mapped 1:1 for ${mapped.node.name}`, node: mapped.node };
  const extended = firstMeeting(dom0.extendedRegions, range) !== undefined;
  if (extended) return { view, owner: 'an extended region (free for grant mappings)' };
  return { view, owner: 'not seen' };
}

/** What bare-metal Linux does with `range`. */
export function underLinux(boot: LinuxBoot, range: Range): Ownership {
  const view = `Linux ${boot.release}`;
  const reserved = firstMeeting(boot.reserved, range);
  if (reserved) {
    const words = {
      reserved: 'reserved, stays in the linear map',
      'no-map': 'taken out of the linear map',
      failed: 'could not be reserved',
    };
    const what = reserved.kind === 'cma' ? 'CMA, movable pages use it' : words[reserved.state];
    return {
      view,
      owner: `${reserved.node ? `${reserved.node.name}: ` : ''}${what}`,
      ...(reserved.node && { node: reserved.node }),
      ...(reserved.written && { written: reserved.written }),
    };
  }
  if (hasWithin(boot.memory, range)) return { view, owner: 'ordinary RAM' };
  if (firstMeeting(boot.memory, range)) return { view, owner: 'partly ordinary RAM' };
  return { view, owner: 'no RAM' };
}

/** What lies next to a range on one side. */
export interface Neighbour {
  /** A claim's name, or the edge of the bank. */
  readonly name: string;
  /** Bytes between; 0 when they touch, negative by as much as they overlap. */
  readonly gap: bigint;
}

/** The nearest claims around a range, or the edges of its bank; undefined when there is neither. */
export interface Neighbours {
  readonly below: Neighbour | undefined;
  readonly above: Neighbour | undefined;
}

interface Claim extends Range {
  readonly node: DtNode | undefined;
  readonly name: string;
}

/** All that claims memory, by what is asked of it for each region: what meets it, and what is next to it. */
class Claims {
  readonly #index: RangeIndex<Claim>;
  /** Of equal ends, or starts, the first in the list is nearest to where one looks from. */
  readonly #byEnd: readonly Claim[];
  readonly #byStart: readonly Claim[];

  constructor({ reserved, modules }: Board['map']) {
    const claims = [
      ...reserved.map(({ start, end, node }) => ({
        start,
        end,
        node,
        name: node?.name ?? '/memreserve/',
      })),
      // A ramdisk that /chosen itself names has no node of its own.
      ...modules.map(({ start, end, node, kind }) => ({
        start,
        end,
        node,
        name: node.name === 'chosen' ? `the ${kind}` : node.name,
      })),
    ].filter((each) => each.end > each.start);
    const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
    this.#index = new RangeIndex(claims);
    this.#byEnd = claims.toReversed().sort((a, b) => order(a.end, b.end));
    this.#byStart = claims.toSorted((a, b) => order(a.start, b.start));
  }

  /** Those that share a byte with `range`, in the map's order; of very many the first. */
  meeting(range: Range): readonly Claim[] {
    return this.#index.meeting(range, MOST_MET);
  }

  /** The one that ends last at or before `address`. */
  endingBefore(address: bigint): Claim | undefined {
    return this.#byEnd[countWhile(this.#byEnd, ({ end }) => end <= address) - 1];
  }

  /** The one that starts first at or behind `address`. */
  startingBehind(address: bigint): Claim | undefined {
    return this.#byStart[countWhile(this.#byStart, ({ start }) => start < address)];
  }
}

/** Claims over one byte that are looked at: no board has as many. */
const MOST_MET = 64;

const claimsOf = new WeakMap<Board['map'], Claims>();

/** How many of `items`, which are in order, `holds` is true of. */
function countWhile<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What lies next to `range`, `self` aside. */
export function neighboursOf(board: Board, range: Range, self: DtNode | undefined): Neighbours {
  const { map } = board;
  let claims = claimsOf.get(map);
  if (claims === undefined) claimsOf.set(map, (claims = new Claims(map)));
  const bank = firstMeeting(map.banks, range);
  const shared = claims
    .meeting(range)
    .filter((each) => !(each.node === self && each.start === range.start));
  const below =
    shared.findLast((each) => each.start <= range.start) ?? claims.endingBefore(range.start);
  const above =
    shared.findLast((each) => each.end >= range.end) ?? claims.startingBehind(range.end);
  const bankStart = bank && bank.start <= range.start ? bank.start : undefined;
  const bankEnd = bank && bank.end >= range.end ? bank.end : undefined;
  return {
    below:
      bankStart !== undefined && (!below || below.end <= bankStart)
        ? { name: 'the start of the bank', gap: range.start - bankStart }
        : below && { name: below.name, gap: range.start - below.end },
    above:
      bankEnd !== undefined && (!above || above.start >= bankEnd)
        ? { name: 'the end of the bank', gap: bankEnd - range.end }
        : above && { name: above.name, gap: above.start - range.end },
  };
}

/** Markdown: `touches X`, `2 MiB free, then X`, `**overlaps** X by 4 KiB`, `nothing`. */
export function neighbourText(neighbour: Neighbour | undefined): string {
  if (!neighbour) return 'nothing';
  const { gap } = neighbour;
  const name = markdownText(neighbour.name);
  if (gap < 0n) return `**overlaps** ${name} by ${formatSize(-gap)}`;
  return gap === 0n ? `touches ${name}` : `${formatSize(gap)} free, then ${name}`;
}
