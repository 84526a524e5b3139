// The memory map as plain data, as one reader of the tree sees it: `map --format json`, see server/docs/json.md.

import { formatAddress } from '../addresses/format.ts';
import { subtract, type Range } from '../addresses/region.ts';
import { wordUnknown } from '../ide/word-unknown.ts';
import { mapDomain } from '../analysis/map-domain.ts';
import { wordUnreadText, type UnreadText } from '../memory/unread-text.ts';
import type { Module } from '../memory/memory-map.ts';
import type { Board } from '../rules/board.ts';
import { guestsOf, passedNodes, passedRanges } from '../rules/guests/guests-of.ts';
import { spanOf, stringOf, type DtNode, type Written } from '../tree/device-tree.ts';
import { allSystems, systemOf } from '../systems/all-systems.ts';
import { bootInWords, verdictsUnder } from '../systems/verdicts-for.ts';
import { targetAsAsked, type Targets } from '../systems/targets.ts';
import { releaseNameOf, systemIdOf, type Boot } from '../target/boot.ts';
import type { Placed, ReaderMap } from '../target/reader-map.ts';
import type { System } from '../target/system.ts';
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
  readonly version: 1;
  readonly for: string;
  /** The target the view holds for, as it was asked for: `xen:4.18`; absent for the host, which is the tree itself. */
  readonly target?: string;
  /** Its point release: `4.18.6`. */
  readonly release?: string;
  /** Why there is no such reader under this target, in a sentence; every list is empty then. */
  readonly absent?: string;
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

/** The readers that have a map, the domains of a tree aside. */
const READERS: readonly string[] = ['host', ...allSystems.flatMap(({ readers }) => readers)];

/**
 * The boots that decide what `reader` has, in the order they were asked for: those of its system, or of the one that builds
 * domains. None for the host, and for a domain when no release is asked for.
 */
export function bootsFor(board: Board, reader: string): readonly Boot[] {
  if (board.map.unread || reader === 'host') return [];
  const system = allSystems.find(({ readers }) => readers.includes(reader));
  if (!system) return board.boots.filter((each) => systemOf(each).isHypervisor);
  firstBoot(board, system);
  return board.boots.filter(({ target }) => systemIdOf(target) === system.id);
}

/**
 * The map for `reader`: `host`, `xen`, `dom0`, `linux` or the name of a domain's node below /chosen; under `boot`, one of
 * `bootsFor`, else under the first of them.
 */
export function mapJson(
  board: Board,
  reader: string,
  places: Places,
  targets: Targets,
  boot: Boot | undefined = bootsFor(board, reader)[0],
): JsonMap {
  const view = new View(board, places, targets);
  if (board.map.unread) return view.unread(reader, board.map.unread);
  if (reader === 'host') return view.host();
  const system = allSystems.find(({ readers }) => readers.includes(reader));
  return system && boot ? view.under(boot, reader) : view.domain(reader, boot);
}

/** The map of a reader that `boot` does not come to: all lists are empty. `absent` is the sentence that says so. */
export function absentMapJson(
  reader: string,
  boot: Boot,
  targets: Targets,
  absent: string,
): JsonMap {
  return { ...emptyMap(reader), ...releaseOf(boot, targets), absent };
}

/** `{ target: 'xen:4.18', release: '4.18.6' }`: as it was asked for, and what that is. */
export function releaseOf(
  { target }: Pick<Boot, 'target'>,
  targets: Targets,
): { readonly target: string; readonly release: string } {
  return { target: targetAsAsked(target, targets), release: releaseNameOf(target) };
}

function emptyMap(reader: string): JsonMap {
  return {
    version: 1,
    for: reader,
    banks: [],
    reserved: [],
    modules: [],
    devices: [],
    free: [],
    unknown: [],
  };
}

/** Whether a reader of a system comes to read the tree at all: there is no dom0 where Xen stops before. */
export function hasReader(board: Board, reader: string): boolean {
  const system = allSystems.find(({ readers }) => readers.includes(reader));
  if (!system || board.map.unread) return true;
  const boot = firstBoot(board, system);
  return !('absent' in systemOf(boot).readerMap(boot, reader, board));
}

function firstBoot({ boots, foreignReader }: Board, { id, name }: System): Boot {
  const first = boots.find(({ target }) => systemIdOf(target) === id);
  if (!first && foreignReader !== undefined)
    throw new Failure(`this device tree is for ${foreignReader}, not for ${name}`);
  if (!first) throw new Failure(`no ${name} release among the targets; name one with --${id}`);
  return first;
}

function mapUnder(board: Board, boot: Boot, reader: string): ReaderMap {
  const map = systemOf(boot).readerMap(boot, reader, board);
  if ('absent' in map) throw new Failure(wordAbsent(boot, reader, map.absent));
  return map;
}

/** Why a reader has no map under a boot, in a sentence; undefined when it has one. */
export function whyAbsent(board: Board, boot: Boot, reader: string): string | undefined {
  // A name that is no reader at all is another fault.
  if (isDomain(reader) && !mapDomain(board, reader).found) return undefined;
  const map = systemOf(boot).readerMap(boot, reader, board);
  return 'absent' in map ? wordAbsent(boot, reader, map.absent) : undefined;
}

function wordAbsent(boot: Boot, reader: string, because: string): string {
  return `no ${reader} under ${bootInWords(boot)}: ${because}`;
}

class View {
  readonly #board: Board;
  readonly #places: Places;
  readonly #targets: Targets;

  constructor(board: Board, places: Places, targets: Targets) {
    this.#board = board;
    this.#places = places;
    this.#targets = targets;
  }

  /** Of a tree of which text was not read. */
  unread(reader: string, unread: UnreadText): JsonMap {
    const because = wordUnreadText(unread);
    return {
      ...emptyMap(reader),
      unknown: [{ node: '/', at: this.#places.placeOf(unread.at), because }],
    };
  }

  host(): JsonMap {
    const { map } = this.#board;
    const banks = map.banks.filter(({ enabled }) => enabled);
    const kept = map.reserved.filter(({ enabled }) => enabled);
    const boot = this.#board.boots.find((each) => systemOf(each).isHypervisor);
    return {
      version: 1,
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
          owner: (boot && this.#ownerUnder(boot, each, boot.target)) ?? ownName(each.node),
        })),
      modules: map.modules.map((each) => this.#module(each, each.kind, each.node, each.written)),
      devices: map.devices.map((each) => this.#placed(each, each.node, each.written)),
      free: subtract(banks, [...kept, ...map.modules]).map(jsonRange),
      unknown: this.#unknown(),
    };
  }

  /** `passed`: what is known of devices that the reader has beside those of its map. */
  under(boot: Boot, reader: string, passed: readonly Placed[] = []): JsonMap {
    const map = mapUnder(this.#board, boot, reader);
    return {
      version: 1,
      for: reader,
      ...releaseOf(boot, this.#targets),
      banks: map.banks.map((each) => this.#placedAt(each)),
      reserved: map.reserved.map((each) => ({
        ...this.#placedAt(each),
        kind: each.kind,
        ...flagsOf(each.node),
        owner: each.owner ?? this.#ownerUnder(boot, each, reader) ?? ownName(each.node),
      })),
      modules: map.modules.map((each) => ({ ...this.#placedAt(each), kind: each.kind })),
      devices: [...map.devices, ...passed].map((each) => this.#placedAt(each)),
      free: map.free.map(jsonRange),
      unknown: [
        ...(systemOf(boot).isHypervisor ? [] : this.#unknown()),
        ...map.unknown.map(({ node, because }) => ({ ...this.#named(node, undefined), because })),
      ],
    };
  }

  /** What the verdict of a reader says; that of the system itself for its target. */
  #ownerUnder(boot: Boot, range: Range, reader: string): string | undefined {
    const verdicts = verdictsUnder(this.#board, boot, range);
    const [own] = verdicts;
    const other = verdicts.find(({ view }) => view.startsWith(`${reader} `));
    return (other ?? own)?.owner;
  }

  /** As `boot`, which builds domains, has it; as the tree describes it where no such release is asked for. */
  domain(name: string, boot: Boot | undefined): JsonMap {
    const domain = mapDomain(this.#board, name);
    if (!domain.found) {
      const known = [...READERS, ...domain.known];
      throw new Failure(`${name}: no such reader; there are ${known.join(', ')}`);
    }
    if (boot) {
      const { devices, unknown } = this.#passedTo(domain.modules);
      const map = this.under(boot, name, devices);
      const where = this.#named(domain.node, undefined);
      return {
        ...map,
        unknown: [...map.unknown, ...unknown.map((because) => ({ ...where, because }))],
      };
    }
    return {
      version: 1,
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

  /**
   * Devices of the host, where the domain of these modules sees them: the tree that assigns them is a guest beside the
   * board, loaded where a module of the domain is, or the only one for the only domain that wants one.
   */
  #passedTo(modules: readonly Module[]): { devices: Placed[]; unknown: string[] } {
    const isTree = ({ kind }: Module): boolean => kind === 'device-tree';
    const own = modules.find(isTree);
    if (!own) return { devices: [], unknown: [] };
    const trees = guestsOf(this.#board).filter(({ tree }) => tree !== undefined);
    const isOnly = trees.length === 1 && this.#board.map.modules.filter(isTree).length === 1;
    const guest = trees.find(
      ({ loadedAt }) => loadedAt === own.start || (isOnly && loadedAt === undefined),
    );
    if (!guest?.tree)
      return {
        devices: [],
        unknown: ['devices passed to it: --guest gives the device tree that assigns them'],
      };
    const devices = [...passedNodes(guest.tree)].flatMap((node) =>
      passedRanges(node).map(({ start, end, guest: seen, written }) => ({
        start: seen,
        end: seen + end - start,
        node,
        written,
      })),
    );
    return { devices, unknown: [] };
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

  #placedAt({ start, end, node, written, madeNode }: Placed): JsonPlaced {
    return {
      ...this.#placed({ start, end }, node, written),
      ...(madeNode !== undefined && { node: madeNode }),
    };
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
export type LikelyParts = ReadonlySet<string>;

/** Under `boot`, one of `bootsFor`; empty for what no boot decides. */
export function likelyParts(board: Board, reader: string, boot: Boot | undefined): LikelyParts {
  return new Set(boot && mapUnder(board, boot, reader).likely);
}

/** Whether a reader is a domain of the tree, of which all devices are worth a line. */
export function isDomain(reader: string): boolean {
  return !READERS.includes(reader);
}

/** Back to numbers. */
export function toRange({ start, end }: JsonRange): Range {
  return { start: BigInt(start), end: BigInt(end) };
}
