// Finds what cannot be true at the same time: fields of a boot profile among themselves, with the tree, and with a log.

import { overlaps, type Range } from '../addresses/region.ts';
import { architectureOf } from '../facts/architecture-of.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import { mapMemory } from '../memory/map-memory.ts';
import {
  nodeAt,
  stringOf,
  walkNodes,
  type DeviceTree,
  type DtNode,
  type Written,
} from '../tree/device-tree.ts';
import type { JsonPath } from './json-places.ts';

/** Two fields of one profile. */
export type Contradiction = { readonly path: JsonPath; readonly other: JsonPath } & (
  | { readonly code: 'ranges-overlap' }
  | { readonly code: 'dtb-in-xen' }
  | { readonly code: 'text-larger-than-xen'; readonly size: bigint }
  | { readonly code: 'ends-behind-addresses' }
  | { readonly code: 'outside-memory' }
  | { readonly code: 'efi-map-without-efi' }
  | { readonly code: 'unpacked-size-of-plain' }
  | { readonly code: 'option-needs-option' }
  | { readonly code: 'pages-of-64-bit' }
);

/** A field of a profile, and what the tree says at `at`. */
export type TreeContradiction = { readonly path: JsonPath; readonly at: Written } & (
  | { readonly code: 'cpus-more-than-nodes'; readonly cpus: number; readonly nodes: number }
  | { readonly code: 'other-architecture'; readonly given: string; readonly compatible: string }
  | { readonly code: 'outside-ram'; readonly bank: Range }
  | { readonly code: 'uefi-module'; readonly node: string }
);

/** A field of a profile, and what another source says of it. */
export interface OtherValue {
  readonly path: JsonPath;
  readonly given: string | number | bigint | boolean;
  readonly other: string | number | bigint | boolean;
}

const BEHIND_ADDRESSES = 1n << 64n;

/** The fields of `profile` that contradict each other; the one that comes later in the order of the schema is named. */
export function contradictionsWithin(profile: BootProfile): readonly Contradiction[] {
  const { xen, dtb, kernel, memory, efiMemoryMap, config } = profile;
  const found: Contradiction[] = [];
  const images = { xen: rangeOf(xen), dtb: rangeOf(dtb) };
  for (const name of ['xen', 'dtb'] as const) {
    const image = images[name];
    const address = profile[name]?.address;
    if (image && image.end > BEHIND_ADDRESSES)
      found.push({ code: 'ends-behind-addresses', path: [name, 'size'], other: [name, 'address'] });
    const start = address ?? image?.start;
    if (start !== undefined && memory && memory.length > 0 && !isIn(start, memory))
      found.push({ code: 'outside-memory', path: [name, 'address'], other: ['memory'] });
  }
  if (images.xen && images.dtb && overlaps(images.xen, images.dtb))
    found.push({ code: 'dtb-in-xen', path: ['dtb', 'address'], other: ['xen', 'address'] });
  if (xen?.textSize !== undefined && xen.size !== undefined && xen.textSize > xen.size)
    found.push({
      code: 'text-larger-than-xen',
      path: ['xen', 'textSize'],
      other: ['xen', 'size'],
      size: xen.size,
    });
  if (kernel?.uncompressedSize !== undefined && kernel.format && kernel.format !== 'gzip')
    found.push({
      code: 'unpacked-size-of-plain',
      path: ['kernel', 'uncompressedSize'],
      other: ['kernel', 'format'],
    });
  if (profile.architecture === 'arm32' && (kernel?.pageSize ?? 4096) !== 4096)
    found.push({ code: 'pages-of-64-bit', path: ['kernel', 'pageSize'], other: ['architecture'] });
  found.push(...overlapsIn('efiMemoryMap', efiMemoryMap), ...overlapsIn('memory', memory));
  if (efiMemoryMap && profile.boot === 'dt')
    found.push({ code: 'efi-map-without-efi', path: ['efiMemoryMap'], other: ['boot'] });
  if (config?.staticShm === true && config.staticMemory === false)
    found.push({
      code: 'option-needs-option',
      path: ['config', 'staticShm'],
      other: ['config', 'staticMemory'],
    });
  return found;
}

/** The fields of `profile` that cannot be true of `tree`. */
export function contradictionsWithTree(
  profile: BootProfile,
  tree: DeviceTree,
): readonly TreeContradiction[] {
  const found: TreeContradiction[] = [];
  const cpus = nodeAt(tree, '/cpus');
  const nodes = cpus?.children.filter((node) => stringOf(node, 'device_type') === 'cpu') ?? [];
  const atCpus = cpus?.openings[0]?.name;
  if (profile.cpus !== undefined && nodes.length > 0 && profile.cpus > nodes.length && atCpus)
    found.push({
      code: 'cpus-more-than-nodes',
      path: ['cpus'],
      at: atCpus,
      cpus: profile.cpus,
      nodes: nodes.length,
    });
  const { value, because } = architectureOf(tree);
  if (profile.architecture && value && value !== profile.architecture) {
    const { node, compatible } = because.facts;
    const named = node === undefined ? undefined : nodeAt(tree, node);
    const at = named?.properties.get('compatible')?.definition?.value;
    if (at && compatible !== undefined)
      found.push({
        code: 'other-architecture',
        path: ['architecture'],
        at,
        given: profile.architecture,
        compatible,
      });
  }
  if (profile.boot === 'dt') {
    const module = uefiModule(tree);
    const at = module?.properties.get(UEFI_BINARY)?.definition?.whole;
    if (module && at) found.push({ code: 'uefi-module', path: ['boot'], at, node: module.path });
  }
  return [...found, ...outsideRam(profile, tree)];
}

const UEFI_BINARY = 'xen,uefi-binary';

/** A module that only Xen's UEFI loader can load. */
function uefiModule(tree: DeviceTree): DtNode | undefined {
  const chosen = nodeAt(tree, '/chosen');
  return chosen && [...walkNodes(chosen)].find(({ properties }) => properties.has(UEFI_BINARY));
}

/** Firmware may add RAM to what a tree says, so ranges of RAM contradict it only when none of them is in it. */
function outsideRam({ memory, xen, boot }: BootProfile, tree: DeviceTree): TreeContradiction[] {
  if (memory === undefined && xen?.address === undefined) return [];
  const { banks, ramKnown } = mapMemory(tree);
  const [bank] = banks;
  const at = bank?.written;
  // Under UEFI the firmware says where RAM is.
  if (!bank || !at || !ramKnown || boot === 'efi') return [];
  if (memory) {
    if (memory.some((range) => banks.some((each) => overlaps(each, range)))) return [];
    return memory.length === 0 ? [] : [{ code: 'outside-ram', path: ['memory'], at, bank }];
  }
  if (xen?.address === undefined || isIn(xen.address, banks)) return [];
  return [{ code: 'outside-ram', path: ['xen', 'address'], at, bank }];
}

/** What `other`, a log or an image, says otherwise than `given`. */
export function differencesBetween(given: BootProfile, other: BootProfile): readonly OtherValue[] {
  const found: OtherValue[] = [];
  const compare = (path: JsonPath, mine: unknown, theirs: unknown): void => {
    if (isPlain(mine) && isPlain(theirs)) {
      if (mine !== theirs) found.push({ path, given: mine, other: theirs });
    } else if (isGroup(mine) && isGroup(theirs))
      for (const [name, each] of Object.entries(mine)) compare([...path, name], each, theirs[name]);
  };
  compare([], given, other);
  return found;
}

function isPlain(value: unknown): value is OtherValue['given'] {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** Lists are not compared: a log or an image says less than they do. */
function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rangeOf(
  image: { readonly address?: bigint; readonly size?: bigint } | undefined,
): Range | undefined {
  const { address, size } = image ?? {};
  return address === undefined || size === undefined
    ? undefined
    : { start: address, end: address + size };
}

function isIn(address: bigint, ranges: readonly Range[]): boolean {
  return ranges.some(({ start, end }) => start <= address && address < end);
}

/** Each range with the first one before it that it overlaps. A list may be long: ranges are compared in ascending order. */
function overlapsIn(list: string, ranges: readonly Range[] = []): Contradiction[] {
  const ascending = [...ranges.entries()]
    .filter(([, { start, end }]) => start < end)
    .sort(([, a], [, b]) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const found: Contradiction[] = [];
  let last: readonly [number, Range] | undefined;
  for (const each of ascending) {
    if (last && overlaps(last[1], each[1])) {
      const [first, second] = [last[0], each[0]].sort((a, b) => a - b);
      found.push({
        code: 'ranges-overlap',
        path: [list, String(second)],
        other: [list, String(first)],
      });
    }
    if (!last || each[1].end > last[1].end) last = each;
  }
  return found;
}
