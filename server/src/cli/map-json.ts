// The memory map as plain data, as one reader of the tree sees it: `map --format json`, see server/docs/json.md.

import { wordReasons } from '../xen/reasons.ts';
import { formatAddress } from '../addresses/format.ts';
import { subtract, type Range } from '../addresses/region.ts';
import { wordUnknown } from '../ide/word-unknown.ts';
import { mapDomain } from '../analysis/map-domain.ts';
import { inDom0, underLinux, underXen } from '../ide/ownership.ts';
import type { LinuxBoot } from '../linux/linux-boot.ts';
import type { Board } from '../rules/board.ts';
import { spanOf, stringOf, type DtNode, type Written } from '../tree/device-tree.ts';
import type { XenBoot } from '../xen/xen-boot.ts';
import { Failure } from './failure.ts';
import type { JsonPlace, Places } from './places.ts';

export interface JsonRange {
  readonly start: string;
  readonly end: string;
}

export interface JsonPlaced extends JsonRange {
  readonly node?: string;
  readonly at?: JsonPlace;
}

export interface JsonReserved extends JsonPlaced {
  readonly kind: string;
  readonly noMap: boolean;
  readonly reusable: boolean;
  readonly status: string;
  readonly owner: string;
}

export interface JsonModule extends JsonPlaced {
  readonly kind: string;
}

export interface JsonMap {
  readonly for: string;
  /** The release the view holds for; absent for the host, which is the tree itself. */
  readonly target?: string;
  readonly banks: readonly JsonPlaced[];
  readonly reserved: readonly JsonReserved[];
  readonly modules: readonly JsonModule[];
  readonly devices: readonly JsonPlaced[];
  readonly free: readonly JsonRange[];
  readonly unknown: readonly {
    readonly node?: string;
    readonly at?: JsonPlace;
    readonly because: string;
  }[];
}

/** The map for `reader`: `host`, `xen`, `dom0`, `linux` or the name of a domain's node below /chosen. */
export function mapJson(board: Board, reader: string, places: Places): JsonMap {
  const view = new View(board, places);
  switch (reader) {
    case 'host':
      return view.host();
    case 'xen':
      return view.xen(firstOf(board, board.xen, 'Xen', '--xen'));
    case 'dom0':
      return view.dom0(firstOf(board, board.xen, 'Xen', '--xen'));
    case 'linux':
      return view.linux(firstOf(board, board.linux, 'Linux', '--linux'));
    default:
      return view.domain(reader);
  }
}

function firstOf<Boot>(
  { foreignReader }: Board,
  boots: readonly Boot[],
  system: string,
  option: string,
): Boot {
  const [first] = boots;
  if (!first && foreignReader !== undefined)
    throw new Failure(`this device tree is for ${foreignReader}, not for ${system}`);
  if (!first) throw new Failure(`no ${system} release among the targets; name one with ${option}`);
  return first;
}

class View {
  readonly #board: Board;
  readonly #places: Places;

  constructor(board: Board, places: Places) {
    this.#board = board;
    this.#places = places;
  }

  host(): JsonMap {
    const { map } = this.#board;
    const banks = map.banks.filter(({ enabled }) => enabled);
    const kept = map.reserved.filter(({ enabled }) => enabled);
    const [boot] = this.#board.xen;
    return {
      for: 'host',
      banks: banks.map((bank) => this.#placed(bank, bank.node, bank.written)),
      reserved: map.reserved
        .filter(({ start, end }) => start < end)
        .map((each) => ({
          ...this.#placed(each, each.node, each.written),
          kind: each.kind,
          noMap: each.noMap,
          reusable: each.reusable,
          status: statusOf(each.node),
          owner: boot ? underXen(boot, each).owner : ownName(each.node),
        })),
      modules: map.modules.map((each) => this.#module(each, each.kind, each.node, each.written)),
      devices: map.devices.map((each) => this.#placed(each, each.node, each.written)),
      free: subtract(banks, [...kept, ...map.modules]).map(jsonRange),
      unknown: this.#unknown(),
    };
  }

  xen(boot: XenBoot): JsonMap {
    return {
      for: 'xen',
      target: boot.target,
      banks: boot.ram.map((bank) => this.#placed(bank, bank.node, bank.written)),
      reserved: boot.reserved.map((each) => ({
        ...this.#placed(each, each.node, each.written),
        kind: each.kind === 'reserved-memory' ? 'static' : each.kind,
        ...flagsOf(each.node),
        owner: underXen(boot, each).owner,
      })),
      modules: boot.modules.map((each) => this.#module(each, each.kind, each.node, each.written)),
      devices: this.#board.map.devices.map((each) => this.#placed(each, each.node, each.written)),
      free: boot.heap.map(jsonRange),
      unknown: [
        ...boot.unscanned.map((node) => ({
          ...this.#named(node, undefined),
          because: 'Xen ended its scan of the tree before this node',
        })),
        ...boot.uncertain
          .filter(({ what }) => !what.startsWith('dom0'))
          .map(({ what, because }) => ({ because: `${what}: ${wordReasons(because)}` })),
      ],
    };
  }

  dom0(boot: XenBoot): JsonMap {
    const { dom0 } = boot;
    if (!dom0) {
      const why = boot.outcome.kind === 'boots' ? 'Xen builds none' : reasonOf(boot);
      throw new Failure(`no dom0 under Xen ${boot.release.name}: ${why}`);
    }
    const told = dom0.memoryNodes.flatMap(({ name, reg }) =>
      reg.map((range) => ({ ...range, name })),
    );
    const images = [
      { kind: 'kernel', range: dom0.kernel },
      { kind: 'ramdisk', range: dom0.initrd },
      {
        kind: 'device-tree',
        range:
          dom0.dtb?.end === undefined ? undefined : { start: dom0.dtb.start, end: dom0.dtb.end },
      },
    ].flatMap(({ kind, range }) => (range ? [{ kind, ...range }] : []));
    return {
      for: 'dom0',
      target: boot.target,
      banks: dom0.banks.map((range) => ({
        ...jsonRange(range),
        ...this.#toldBy(told, range),
      })),
      reserved: dom0.exported.map((each) => ({
        ...this.#placed(each, each.node, each.written),
        kind: each.kind === 'reserved-memory' ? 'static' : each.kind,
        ...flagsOf(each.node),
        owner: inDom0(boot, each).owner,
      })),
      modules: images.map(({ kind, ...range }) => ({ ...jsonRange(range), kind })),
      devices: dom0.mapped
        .filter(({ node }) => node.parent?.name !== 'reserved-memory')
        .map((each) => this.#placed(each, each.node, undefined)),
      free: subtract(dom0.banks, images).map(jsonRange),
      unknown: boot.uncertain.map(({ what, because }) => ({
        because: `${what}: ${wordReasons(because)}`,
      })),
    };
  }

  linux(boot: LinuxBoot): JsonMap {
    return {
      for: 'linux',
      target: boot.target,
      banks: boot.memory.map((range) => {
        const bank = this.#board.map.banks.find(
          (each) => each.start <= range.start && range.start < each.end,
        );
        return this.#placed(range, bank?.node, bank?.written);
      }),
      reserved: boot.reserved.map((each) => ({
        ...this.#placed(each, each.node, each.written),
        kind: each.kind === 'cma' ? 'dynamic' : each.kind,
        ...flagsOf(each.node),
        owner: underLinux(boot, each).owner,
      })),
      modules: this.#board.map.modules
        .filter(({ node }) => node.parent?.path === '/')
        .map((each) => this.#module(each, each.kind, each.node, each.written)),
      devices: this.#board.map.devices.map((each) => this.#placed(each, each.node, each.written)),
      free: subtract(boot.memory, boot.reserved).map(jsonRange),
      unknown: [
        ...this.#unknown(),
        ...boot.ignored.map(({ node, because }) => ({
          ...this.#named(node, undefined),
          because,
        })),
      ],
    };
  }

  domain(name: string): JsonMap {
    const domain = mapDomain(this.#board, name);
    if (!domain.found) {
      const known = ['host', 'xen', 'dom0', 'linux', ...domain.known];
      throw new Failure(`${name}: no such reader; there are ${known.join(', ')}`);
    }
    return {
      for: name,
      banks: domain.banks.map((each) => this.#placed(each, domain.node, each.written)),
      reserved: domain.shared.map((each) => ({
        ...this.#placed(each, each.node, each.written),
        kind: 'shared-mem',
        ...flagsOf(each.node),
        owner: 'shared with other domains',
      })),
      modules: domain.modules.map((each) => this.#module(each, each.kind, each.node, each.written)),
      devices: [],
      free: subtract(domain.banks, domain.shared).map(jsonRange),
      unknown: domain.unknown.map((because) => ({
        ...this.#named(domain.node, undefined),
        because,
      })),
    };
  }

  #unknown(): JsonMap['unknown'] {
    const { map } = this.#board;
    return [
      ...map.unknown.map(({ node, because }) => ({
        ...this.#named(node, undefined),
        because: wordUnknown(because),
      })),
      ...map.dynamic.map(({ node }) => ({
        ...this.#named(node, undefined),
        because: 'the kernel chooses its place when it boots',
      })),
    ];
  }

  #toldBy(told: readonly (Range & { readonly name: string })[], range: Range): { node?: string } {
    const node = told.find((each) => each.start <= range.start && range.end <= each.end);
    return node ? { node: `/${node.name}` } : {};
  }

  #placed(range: Range, node: DtNode | undefined, written: Written | undefined): JsonPlaced {
    return { ...jsonRange(range), ...this.#named(node, written) };
  }

  #module(
    range: Range,
    kind: string,
    node: DtNode | undefined,
    written: Written | undefined,
  ): JsonModule {
    return { ...this.#placed(range, node, written), kind };
  }

  #named(
    node: DtNode | undefined,
    written: Written | undefined,
  ): { node?: string; at?: JsonPlace } {
    const place = written ?? node?.openings[0]?.name;
    return {
      ...(node ? { node: node.path } : {}),
      ...(place ? { at: this.#places.placeOf(spanOf(place)) } : {}),
    };
  }
}

function reasonOf(boot: XenBoot): string {
  const { outcome } = boot;
  return outcome.kind === 'boots' ? '' : wordReasons(outcome.because);
}

/** `{start, end}` as hexadecimal text. */
export function jsonRange({ start, end }: Range): JsonRange {
  return { start: formatAddress(start), end: formatAddress(end) };
}

function statusOf(node: DtNode | undefined): string {
  return (node && stringOf(node, 'status')) ?? 'okay';
}

function flagsOf(node: DtNode | undefined): { noMap: boolean; reusable: boolean; status: string } {
  return {
    noMap: node?.properties.has('no-map') ?? false,
    reusable: node?.properties.has('reusable') ?? false,
    status: statusOf(node),
  };
}

function ownName(node: DtNode | undefined): string {
  return node?.name ?? '/memreserve/';
}

/** What of a map the inputs do not determine, so that it is only likely: lists, or kinds of their entries. */
export type LikelyParts = ReadonlySet<LikelyPart>;

type LikelyPart = 'banks' | 'modules' | 'free' | 'dynamic' | 'kernel' | 'ramdisk' | 'device-tree';

export function likelyParts(board: Board, reader: string): LikelyParts {
  // Where the kernel puts what says no address is what it does when nothing else asks first.
  if (reader === 'linux') return new Set(['dynamic']);
  const byReader: Readonly<Record<string, Readonly<Record<string, readonly LikelyPart[]>>>> = {
    xen: { modules: ['modules'], heap: ['free'] },
    dom0: {
      'dom0.banks': ['banks', 'free'],
      'dom0.kernel': ['kernel'],
      'dom0.initrd': ['ramdisk'],
      'dom0.dtb': ['device-tree'],
    },
  };
  const unsure = new Set(board.xen[0]?.uncertain.map(({ what }) => what));
  return new Set(
    Object.entries(byReader[reader] ?? {}).flatMap(([what, parts]) =>
      unsure.has(what) ? parts : [],
    ),
  );
}

/** Back to numbers. */
export function toRange({ start, end }: JsonRange): Range {
  return { start: BigInt(start), end: BigInt(end) };
}
