// Computes the memory map view's model from a board and its findings.

import { formatAddress, formatSizeBriefly } from '../addresses/format.ts';
import {
  compareRanges,
  intersection,
  overlaps,
  subtract,
  union,
  type Range,
} from '../addresses/region.ts';
import { domainOf } from '../memory/domain-of.ts';
import { allRules } from '../rules/all-rules.ts';
import { wordUnreadText } from '../memory/unread-text.ts';
import type { Board } from '../rules/board.ts';
import { labelLines } from '../rules/target-lines.ts';
import type { Finding } from '../rules/finding.ts';
import { systemOf } from '../systems/all-systems.ts';
import { viewsUnder } from '../systems/verdicts-for.ts';
import { releaseNameOf, type Boot } from '../target/boot.ts';
import { domainColours } from '../target/domain-colours.ts';
import type { ReaderMap } from '../target/reader-map.ts';
import type { System } from '../target/system.ts';
import type { Block, Holding, Stop } from '../target/view.ts';
import { lineIndexOf, type LineColumn } from '../text/line-index.ts';
import { printable } from '../text/printable.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import {
  cellsOf,
  spanOf,
  walkNodes,
  type Definition,
  type DtNode,
  type Written,
} from '../tree/device-tree.ts';
import { branchOf, isAbout } from './lay-out-map.ts';
import { isSameOwner } from './same-owner.ts';
import type {
  BlockKind,
  LaneStop,
  MapBlock,
  MapCollision,
  MapDynamic,
  MapLane,
  MapNote,
  MapOrigin,
  MapPlace,
  MapRange,
  MapRegion,
  MapModel,
} from './map-model.ts';

/** How far the drawing goes on past the last known claim when the end of RAM is not known: 256 MiB. */
const PAST_THE_LAST = 0x10000000n;

/** A claim of the tree before edges have numbers. */
interface Claim extends Range {
  readonly region: Omit<MapRegion, 'from' | 'to'>;
  readonly kind: BlockKind;
  readonly texture?: 'no-map' | 'reusable';
  readonly node: DtNode | undefined;
}

function sum(ranges: readonly Range[]): bigint {
  return union(ranges).reduce((bytes, range) => bytes + range.end - range.start, 0n);
}

/** The node's label, else its name; what people call it. */
function nameOf(node: DtNode): string {
  return node.labels[0] ?? node.name;
}

/** Resolves spans to lines, one index per file. */
function placeFinder(
  board: Board,
  { nameFile, positionAt }: MapOptions,
): (span: Span | undefined) => MapPlace | undefined {
  return (span) => {
    const file = span && board.files.get(span.file);
    if (!span || !file || typeof file === 'string') return undefined;
    const at = positionAt ?? ((source, offset) => lineIndexOf(source).positionAt(offset));
    const start = at(file, span.start);
    const end = at(file, span.end);
    return {
      file: nameFile?.(span.file) ?? span.file,
      name: span.file.slice(span.file.lastIndexOf('/') + 1),
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
    };
  };
}

function spanOfWritten(board: Board, written: Written | undefined): Span | undefined {
  return board.source && written ? spanOf(written) : undefined;
}

const LONGEST_ORIGIN = 240;
/** UTF-16 units of a statement that are looked at for that. */
const LONGEST_WRITTEN = 10_000;

/** Reads claims (banks, reservations, modules) out of a board, with where each comes from. */
class ClaimReader {
  readonly place: (span: Span | undefined) => MapPlace | undefined;
  readonly #board: Board;
  readonly #users = new Map<DtNode, string[]>();

  constructor(board: Board, options: MapOptions) {
    this.#board = board;
    this.place = placeFinder(board, options);
    for (const node of walkNodes(board.tree.root)) {
      const property = node.properties.get('memory-region');
      if (!property) continue;
      for (const phandle of cellsOf(property)) {
        const target = board.tree.phandles.get(phandle);
        const known = target && this.#users.get(target);
        if (known) known.push(node.name);
        else if (target) this.#users.set(target, [node.name]);
      }
    }
  }

  usersOf(node: DtNode): readonly string[] {
    return this.#users.get(node) ?? [];
  }

  at(written: Written | undefined): MapPlace | undefined {
    return this.place(spanOfWritten(this.#board, written));
  }

  #origin(written: Written, state: MapOrigin['state']): MapOrigin {
    const span = spanOfWritten(this.#board, written);
    const file = span && this.#board.files.get(span.file);
    // Each range of a long property shows its beginning: not all of it is read for each.
    const end = span ? Math.min(span.end, span.start + LONGEST_WRITTEN) : 0;
    const text = span && file && typeof file !== 'string' ? file.text.slice(span.start, end) : '';
    const joined = text.replace(/\s+/g, ' ').trim() + (span && end < span.end ? '…' : '');
    const place = this.place(span);
    return {
      text: joined.length > LONGEST_ORIGIN ? `${joined.slice(0, LONGEST_ORIGIN)}…` : joined,
      state,
      ...(place && { place }),
    };
  }

  /** The statements that gave `names` their values, overridden ones first. */
  origins(node: DtNode, ...names: readonly string[]): MapOrigin[] {
    return names.flatMap((name) => {
      const property = node.properties.get(name);
      if (!property?.definition) return [];
      const lost = property.overridden.map((each: Definition) =>
        this.#origin(each.whole, 'overridden'),
      );
      return [...lost, this.#origin(property.definition.whole, lost.length > 0 ? 'wins' : 'only')];
    });
  }

  reservation(written: Written): MapOrigin[] {
    return [this.#origin(written, 'only')];
  }

  openings(node: DtNode): MapPlace[] {
    return node.openings.flatMap((opening) => this.at(opening.whole) ?? []);
  }

  /** What all claims made by a node share. */
  fromNode(node: DtNode): Pick<MapRegion, 'name' | 'node' | 'path' | 'users' | 'openings'> {
    return {
      name: nameOf(node),
      node: node.name,
      path: node.path,
      users: this.usersOf(node),
      openings: this.openings(node),
    };
  }
}

const PROPERTY_OF_KIND = {
  static: 'reg',
  'static-mem': 'xen,static-mem',
  'static-heap': 'xen,static-heap',
  'shared-mem': 'xen,shared-mem',
  memreserve: 'reg',
} as const;

function reservedClaims(board: Board, reader: ClaimReader): Claim[] {
  const kindOf = domainColours(board.map);
  const claims: Claim[] = [];
  for (const reserved of board.map.reserved) {
    const { kind, node, enabled, noMap, reusable, start, end } = reserved;
    if (start >= end) continue;
    const twin =
      kind === 'shared-mem' &&
      claims.some((each) => each.region.kind === kind && each.start === start && each.end === end);
    if (twin) continue;
    const flags = [
      ...(noMap ? ['no-map'] : []),
      ...(reusable ? ['reusable'] : []),
      ...(enabled ? [] : ['status = "disabled"']),
    ];
    const shown: BlockKind = !enabled
      ? 'disabled'
      : kind === 'static-mem'
        ? kindOf(node)
        : kind === 'static-heap'
          ? 'heap'
          : kind === 'shared-mem'
            ? 'shared'
            : 'reserved';
    const domain = kind === 'static-mem' ? domainOf(node) : undefined;
    const identity = node
      ? reader.fromNode(node)
      : { name: reserved.reservation?.labels[0] ?? '/memreserve/', users: [], openings: [] };
    const name = domain
      ? `${nameOf(domain)} static-mem`
      : kind === 'static-heap'
        ? 'static-heap'
        : identity.name;
    const origins = node
      ? reader.origins(node, PROPERTY_OF_KIND[kind], ...(enabled ? [] : ['status']))
      : reserved.reservation
        ? reader.reservation(reserved.reservation.written.whole)
        : [];
    const texture = noMap ? 'no-map' : reusable ? 'reusable' : undefined;
    claims.push({
      start,
      end,
      node,
      kind: shown,
      ...(texture && { texture }),
      region: { ...identity, name, kind, enabled, flags, origins },
    });
  }
  return claims;
}

/** The modules of the first boot that knows the places of all of them. */
function loadedModules(board: Board): ReaderMap['modules'] {
  for (const boot of board.boots) {
    const { isHypervisor, readers, readerMap } = systemOf(boot);
    const [own] = readers;
    const map = isHypervisor && own !== undefined ? readerMap(boot, own, board) : undefined;
    if (map && 'modules' in map && !map.likely.includes('modules')) return map.modules;
  }
  return [];
}

function moduleClaims(board: Board, reader: ClaimReader): Claim[] {
  const claims: Claim[] = board.map.modules
    .filter((module) => module.start < module.end)
    .map((module) => ({
      start: module.start,
      end: module.end,
      node: module.node,
      kind: 'loaded',
      region: {
        ...reader.fromNode(module.node),
        name: domainOf(module.node)
          ? `${nameOf(domainOf(module.node) ?? module.node)} ${module.kind}`
          : module.kind,
        kind: 'module',
        enabled: true,
        flags: ['boot module'],
        origins: reader.origins(module.node, 'reg'),
      },
    }));
  // Places that are only assumed are no claims: they must not collide with anything.
  for (const module of loadedModules(board)) {
    if (module.start === 0n || module.start >= module.end) continue;
    if (claims.some((claim) => overlaps(claim, module))) continue;
    claims.push({
      start: module.start,
      end: module.end,
      node: module.node,
      kind: 'loaded',
      region: {
        name: module.kind === 'Xen' ? 'Xen' : module.kind.toLowerCase(),
        kind: 'module',
        enabled: true,
        flags: ['boot module'],
        users: [],
        openings: module.node ? reader.openings(module.node) : [],
        origins: [{ text: 'from the boot profile', state: 'only' }],
      },
    });
  }
  return claims;
}

function bankClaims(board: Board, reader: ClaimReader): Claim[] {
  return board.map.banks.map((bank) => ({
    start: bank.start,
    end: bank.end,
    node: bank.node,
    kind: 'free',
    region: {
      ...reader.fromNode(bank.node),
      kind: 'bank',
      enabled: bank.enabled,
      flags: bank.enabled ? [] : ['status = "disabled"'],
      origins: reader.origins(bank.node, 'reg'),
    },
  }));
}

/** Where a dynamic region may lie: the hull of its `alloc-ranges`, else of RAM. */
function dynamicClaims(board: Board, reader: ClaimReader): (Claim & { size: bigint })[] {
  return board.map.dynamic
    .filter((dynamic) => dynamic.enabled)
    .flatMap((dynamic) => {
      const ram = union(board.map.banks.filter((bank) => bank.enabled));
      const allowed = dynamic.allocRanges.length > 0 ? dynamic.allocRanges : ram;
      const inside = allowed.flatMap((each) =>
        ram.flatMap((bank) => intersection(each, bank) ?? []),
      );
      const within = inside.length > 0 ? union(inside) : [];
      const first = within[0];
      const last = within.at(-1);
      if (!first || !last) return [];
      const flags = [
        'placed by the kernel',
        ...(dynamic.noMap ? ['no-map'] : []),
        ...(dynamic.reusable ? ['reusable'] : []),
      ];
      return [
        {
          start: first.start,
          end: last.end,
          size: dynamic.size,
          node: dynamic.node,
          kind: 'reserved' as const,
          region: {
            ...reader.fromNode(dynamic.node),
            kind: 'dynamic' as const,
            enabled: true,
            flags,
            origins: reader.origins(dynamic.node, 'size', 'alloc-ranges'),
          },
        },
      ];
    });
}

const claimIndexes = new WeakMap<readonly Claim[], Map<bigint, Claim[]>>();

/** The claim that something a reader has stands for: same node, same range. */
function claimOf(
  claims: readonly Claim[],
  entry: Range & { readonly node?: DtNode | undefined },
): Claim | undefined {
  let index = claimIndexes.get(claims);
  if (!index) {
    index = new Map();
    for (const claim of claims) {
      const alike = index.get(claim.start);
      if (alike) alike.push(claim);
      else index.set(claim.start, [claim]);
    }
    claimIndexes.set(claims, index);
  }
  return index.get(entry.start)?.find((each) => each.end === entry.end && each.node === entry.node);
}

/** `4.18.6` for people: the branch alone unless two releases of it are shown. */
function releaseLabel(name: string, all: readonly string[]): string {
  const branch = branchOf(name);
  return all.filter((each) => branchOf(each) === branch).length > 1 ? name : branch;
}

/** A range in a lane, before edges have numbers. Later ones cover earlier ones. */
interface Paint extends Range, Block {
  readonly claim?: Claim;
  readonly guess?: true;
}

interface LaneSketch {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly release?: string;
  readonly paints: readonly Paint[];
  readonly stop?: Omit<LaneStop, 'at'> & { readonly height?: bigint | undefined };
}

/** The hypervisor whose releases are shown one at a time: that of the first such target. */
export function switchedSystem(board: Board): System | undefined {
  return board.boots.map(systemOf).find(({ isHypervisor }) => isHypervisor);
}

/** The lanes of every reader under one boot. */
function lanesUnder(
  boot: Boot,
  board: Board,
  claims: readonly Claim[],
  reader: ClaimReader,
  ram: readonly Range[],
): LaneSketch[] {
  const system = systemOf(boot);
  const release = releaseNameOf(boot.target);
  const all = board.boots
    .filter((each) => systemOf(each) === system)
    .map(({ target }) => releaseNameOf(target));
  const isSwitched = system === switchedSystem(board);
  return viewsUnder(board, boot).map((view): LaneSketch => {
    const label = isSwitched ? releaseLabel(release, all) : all.length > 1 ? release : '';
    return {
      id: isSwitched ? view.id : view.isSystem ? boot.target : `${boot.target}/${view.id}`,
      name: view.isSystem && label !== '' ? `${view.name} ${label}` : view.name,
      summary: view.summary,
      ...(isSwitched && { release }),
      paints: [
        ...(view.isRamOpen ? openRamPaints(ram) : []),
        ...view.holdings.flatMap((holding) => paintOf(holding, claims)),
      ],
      ...(view.stop && { stop: stopOf(view.stop, reader) }),
    };
  });
}

/** Kinds that are what is left of RAM, wherever it is. */
const NOT_A_PLACE: ReadonlySet<BlockKind> = new Set(['unknown', 'heap', 'other']);

function paintOf(holding: Holding, claims: readonly Claim[]): Paint[] {
  const { start, end, block, node, partOf, because } = holding;
  if (!block || start >= end) return [];
  const claim = claimOf(claims, { ...(partOf ?? { start, end }), node });
  const isGuess = because !== undefined && !NOT_A_PLACE.has(block.kind);
  return [{ start, end, ...block, ...(claim && { claim }), ...(isGuess && { guess: true }) }];
}

function stopOf({ title, detail, log, at, written, follows }: Stop, reader: ClaimReader) {
  const place = reader.at(written);
  return {
    title,
    detail,
    ...(log !== undefined && { log }),
    ...(at !== undefined && { height: at }),
    ...(place && { place }),
    ...(follows && { follows }),
  };
}

/** RAM as the picture goes, where a reader does not know it. */
function openRamPaints(ram: readonly Range[]): Paint[] {
  return ram.map(({ start, end }) => ({
    start,
    end,
    kind: 'unknown',
    label: 'RAM?',
    why: 'the end of RAM is not in the tree',
  }));
}

/** Every reader's lanes: those of the switched system first, then the others. */
function sketchLanes(
  board: Board,
  claims: readonly Claim[],
  reader: ClaimReader,
  ram: readonly Range[],
): LaneSketch[] {
  const switched = switchedSystem(board);
  const lanesOf = (boot: Boot): LaneSketch[] => lanesUnder(boot, board, claims, reader, ram);
  const own = board.boots.filter((boot) => systemOf(boot) === switched);
  const others = board.boots.filter((boot) => systemOf(boot) !== switched);
  return [...alignLanes(own.map(lanesOf)), ...others.flatMap(lanesOf)];
}

/** The edges in use, numbered. */
interface Numbering {
  readonly edges: readonly bigint[];
  readonly number: (address: bigint) => number;
}

function numberEdges(ranges: readonly Range[]): Numbering {
  const edges = [...new Set(ranges.flatMap((range) => [range.start, range.end]))].sort((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  const numbers = new Map(edges.map((edge, index) => [edge, index]));
  return { edges, number: (address) => numbers.get(address) ?? 0 };
}

/** Paints a lane segment by segment and joins what one paint covers without a break. */
function paintBlocks(
  paints: readonly Paint[],
  { edges, number }: Numbering,
  indexOf: ReadonlyMap<Claim, number>,
): MapBlock[] {
  const covers = new Array<Paint | undefined>(Math.max(0, edges.length - 1));
  for (const paint of paints) {
    const end = number(paint.end);
    for (let at = number(paint.start); at < end; at++) covers[at] = paint;
  }
  const blocks: MapBlock[] = [];
  for (let from = 0; from < covers.length;) {
    const paint = covers[from];
    let to = from + 1;
    while (to < covers.length && covers[to] === paint) to++;
    if (paint) {
      const region = paint.claim && indexOf.get(paint.claim);
      blocks.push({
        from,
        to,
        kind: paint.kind,
        label: paint.label,
        why: paint.why,
        ...(paint.short && { short: paint.short }),
        ...(paint.texture && { texture: paint.texture }),
        ...(paint.guess && { guess: paint.guess }),
        ...(region !== undefined && { region }),
      });
    }
    from = to;
  }
  return blocks;
}

const CLAIM_WHY: Readonly<Record<MapRegion['kind'], string>> = {
  bank: 'RAM',
  static: 'reserved',
  dynamic: 'placed by the kernel',
  memreserve: 'reserved by /memreserve/',
  'static-mem': 'static memory of a domain',
  'static-heap': 'Xen’s heap',
  'shared-mem': 'shared between domains',
  module: 'loaded here before boot',
};

function devicetreeLane(
  board: Board,
  claims: readonly Claim[],
  numbering: Numbering,
  ram: readonly Range[],
  indexOf: ReadonlyMap<Claim, number>,
): MapLane {
  const free = paintBlocks(
    subtract(ram, claims).map((range) => ({
      ...range,
      ...(board.map.ramKnown
        ? { kind: 'free', label: 'free', why: 'free RAM' }
        : { kind: 'unknown', label: 'not claimed', why: 'RAM if the bank reaches this far' }),
    })),
    numbering,
    indexOf,
  ).map((block): MapBlock => {
    const isLast = !board.map.ramKnown && block.to === numbering.edges.length - 1;
    return isLast ? { ...block, label: 'RAM ends here or later', open: true } : block;
  });
  const claimed = claims.map((claim): MapBlock => {
    const region = indexOf.get(claim);
    return {
      from: numbering.number(claim.start),
      to: numbering.number(claim.end),
      kind: claim.kind,
      label: claim.region.name,
      why: claim.region.enabled ? CLAIM_WHY[claim.region.kind] : 'disabled',
      ...(claim.texture && { texture: claim.texture }),
      ...(region !== undefined && { region }),
    };
  });
  const setAside = sum(
    claims.filter((claim) => claim.region.kind !== 'module' && claim.region.enabled),
  );
  return {
    id: 'devicetree',
    name: 'Devicetree',
    summary: board.map.ramKnown
      ? `${formatSizeBriefly(sum(ram))} RAM, ${setAside === 0n ? 'nothing' : formatSizeBriefly(setAside)} set aside`
      : 'RAM size unknown',
    blocks: [...free, ...claimed].sort((a, b) => a.from - b.from || b.to - a.to),
  };
}

/**
 * Ranges claimed twice. `/memreserve/` repeats what another claim says as often as not (U-Boot adds one for the blob and
 * the ramdisk), so it collides only when a finding says so.
 */
function findCollisions(
  regions: readonly MapRegion[],
  notes: readonly MapNote[],
  segmentCount: number,
): MapCollision[] {
  const claimants: number[][] = Array.from({ length: segmentCount }, () => []);
  for (const [index, region] of regions.entries())
    if (region.enabled && region.kind !== 'dynamic')
      for (let at = region.from; at < region.to; at++) claimants[at]?.push(index);
  const accused = notes
    .filter((note) => note.severity === 'error' || note.severity === 'warning')
    .map((note) => note.regions);
  const collide = (a: number, b: number): boolean =>
    (regions[a]?.kind !== 'memreserve' && regions[b]?.kind !== 'memreserve') ||
    accused.some((parties) => parties.includes(a) && parties.includes(b));
  const collisions: MapCollision[] = [];
  for (let at = 0; at < segmentCount; at++) {
    const here = (claimants[at] ?? []).filter((a, _, all) =>
      all.some((b) => a !== b && collide(a, b)),
    );
    if (here.length < 2) continue;
    const size = (index: number): number => (regions[index]?.to ?? 0) - (regions[index]?.from ?? 0);
    here.sort((a, b) => size(b) - size(a) || a - b);
    const last = collisions.at(-1);
    if (last?.to === at && last.regions.join() === here.join())
      collisions[collisions.length - 1] = { ...last, to: at + 1 };
    else collisions.push({ from: at, to: at + 1, regions: here });
  }
  return collisions;
}

/** The regions a place in the source lies in: those of the smallest node opening around it. */
function regionFinder(
  regions: readonly MapRegion[],
): (place: MapPlace | undefined) => readonly number[] {
  const byFile = new Map<string, { place: MapPlace; index: number }[]>();
  for (const [index, region] of regions.entries()) {
    const places = [
      ...region.openings,
      ...(region.kind === 'memreserve' ? region.origins.flatMap((each) => each.place ?? []) : []),
    ];
    for (const place of places) {
      const known = byFile.get(place.file);
      if (known) known.push({ place, index });
      else byFile.set(place.file, [{ place, index }]);
    }
  }
  return (place) => {
    if (!place) return [];
    const around = (byFile.get(place.file) ?? []).filter((each) => surrounds(each.place, place));
    const lines = Math.min(...around.map((each) => each.place.endLine - each.place.line));
    return [
      ...new Set(
        around
          .filter((each) => each.place.endLine - each.place.line === lines)
          .map((each) => each.index),
      ),
    ];
  };
}

function surrounds(outer: MapPlace, inner: MapPlace): boolean {
  const startsBefore =
    outer.line < inner.line || (outer.line === inner.line && outer.column <= inner.column);
  const endsAfter =
    outer.endLine > inner.line || (outer.endLine === inner.line && outer.endColumn >= inner.column);
  return outer.file === inner.file && startsBefore && endsAfter;
}

/** The id by which the view asks for a finding's fixes: rule, file and offset. */
export function findingId(finding: Finding): string {
  return `${finding.rule}@${finding.at.file}:${finding.at.start}`;
}

function noteOf(
  finding: Finding,
  reader: ClaimReader,
  regionsAt: (place: MapPlace | undefined) => readonly number[],
  regions: readonly MapRegion[],
  bankAt: (place: MapPlace | undefined) => MapRegion | undefined,
  lanes: readonly MapLane[],
  system: MapModel['system'],
): MapNote {
  const id = findingId(finding);
  const place = reader.place(finding.at);
  const related = finding.related.map((each) => {
    const at = reader.place(each.at);
    return { message: each.message, ...(at && { place: at }) };
  });
  const own = regionsAt(place);
  const parties = [
    ...new Set([...own, ...related.flatMap((each) => regionsAt(each.place ?? undefined))]),
  ];
  const first = own[0] === undefined ? undefined : regions[own[0]];
  const other = parties
    .map((index) => regions[index])
    .find(
      (each) => first && each && each !== first && each.from < first.to && first.from < each.to,
    );
  const range: MapRange | undefined =
    first && other
      ? { from: Math.max(first.from, other.from), to: Math.min(first.to, other.to) }
      : (first ?? bankAt(place));
  const fault =
    range &&
    !other &&
    lanes.find(
      (lane) =>
        (lane.release === undefined ||
          finding.targets.some((target) => isAbout(target, lane.release, system))) &&
        lane.blocks.some(
          (block) =>
            (block.kind === 'fault' || block.kind === 'lost') &&
            block.from < range.to &&
            range.from < block.to,
        ),
    );
  return {
    id,
    rule: finding.rule,
    severity: finding.severity,
    title: allRules.find((rule) => rule.id === finding.rule)?.title ?? finding.rule,
    text: finding.message,
    targets: finding.targets,
    lane: fault ? fault.id : 'devicetree',
    regions: parties,
    related,
    ...(finding.log.length > 0 && {
      log: labelLines(finding.log)
        .map(({ label, line }) => `${label}: ${line}`)
        .join('\n'),
    }),
    ...(range && { range: { from: range.from, to: range.to } }),
    ...(place && { place }),
  };
}

/** Marks where each block's owner is another one in other releases, and which lanes stop in some releases only. */
function markDifferences(lanes: readonly MapLane[], segmentCount: number): MapLane[] {
  const rows = new Map(
    lanes.map((lane) => {
      const row = new Array<MapBlock | undefined>(segmentCount);
      for (const block of lane.blocks) row.fill(block, block.from, block.to);
      return [lane, row];
    }),
  );
  return lanes.map((lane) => {
    if (lane.release === undefined) return lane;
    const others = lanes.filter((other) => other.id === lane.id && other !== lane);
    const stops = others.flatMap((other) =>
      (other.stop === undefined) === (lane.stop === undefined) ? [] : (other.release ?? []),
    );
    const compared = others.filter((other) => !other.stop && !lane.stop);
    const blocks = lane.blocks.map((block) => {
      const ranges = new Map(
        compared.map((other) => [other, rangesOfOthers(block, rows.get(other) ?? [])]),
      );
      const differs = compared.flatMap((other) =>
        ranges.get(other)?.length ? (other.release ?? []) : [],
      );
      if (differs.length === 0) return block;
      const at = joinRanges([...ranges.values()].flat());
      const isWhole = at.length === 1 && at[0]?.from === block.from && at[0].to === block.to;
      return { ...block, differs, ...(!isWhole && { differsAt: at }) };
    });
    return { ...lane, blocks, ...(stops.length > 0 && { differs: stops }) };
  });
}

/** The parts of a block that have another owner in a row of blocks by segment. */
function rangesOfOthers(block: MapBlock, row: readonly (MapBlock | undefined)[]): MapRange[] {
  const ranges: MapRange[] = [];
  for (let at = block.from; at < block.to; at++)
    if (!isSameOwner(row[at], block)) ranges.push({ from: at, to: at + 1 });
  return joinRanges(ranges);
}

/** Ranges in ascending order, those that touch or overlap as one. */
function joinRanges(ranges: readonly MapRange[]): MapRange[] {
  const joined: MapRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && range.from <= last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    else joined.push(range);
  }
  return joined;
}

/** Gives every release the same readers in the same order, so that switching never moves a column. */
function alignLanes(sketches: readonly LaneSketch[][]): LaneSketch[] {
  const order = [...new Set(sketches.flatMap((lanes) => lanes.map((lane) => lane.id)))];
  return sketches.flatMap((lanes) =>
    order.flatMap((id) => {
      const own = lanes.find((lane) => lane.id === id);
      if (own) return [own];
      const like = sketches.flat().find((lane) => lane.id === id);
      const release = lanes[0]?.release;
      if (!like || release === undefined) return [];
      return [
        {
          id,
          name: like.name,
          release,
          summary: 'none',
          paints: [],
          stop: { title: `no ${like.name}`, detail: '' },
        },
      ];
    }),
  );
}

export interface MapOptions {
  /** Shown as the map's title; the root file's name otherwise. */
  readonly title?: string;
  readonly file: string;
  /** How places name a file; the file's id when absent. */
  readonly nameFile?: (file: FileId) => string;
  /** How places count lines and columns; UTF-16 units when absent. */
  readonly positionAt?: (file: SourceFile, offset: number) => LineColumn;
  /** Targets that were evaluated for the view alone. */
  readonly tried?: readonly string[];
  /** When the text is broken and the board is that of the last good text. */
  readonly stale?: { readonly message: string; readonly at?: Span };
}

/**
 * The model of a board's memory map: one column for the tree, for every Xen target its readers, for every Linux target
 * one. A board without memory nodes and reservations gives a model with `empty` and no edges.
 */
export function makeMapModel(
  board: Board,
  findings: readonly Finding[],
  options: MapOptions,
): MapModel {
  const reader = new ClaimReader(board, options);
  const banks = bankClaims(board, reader);
  const modules = moduleClaims(board, reader);
  const dynamic = dynamicClaims(board, reader);
  const claims = [...reservedClaims(board, reader), ...modules].sort(compareRanges);
  const enabledBanks = banks.filter((bank) => bank.region.enabled);
  const last = [...claims, ...enabledBanks].reduce(
    (end, { end: own }) => (own > end ? own : end),
    0n,
  );
  const first = claims[0]?.start ?? 0n;
  const ram: readonly Range[] = board.map.ramKnown
    ? enabledBanks
    : claims.length > 0 || enabledBanks.length > 0
      ? [...enabledBanks, { start: first, end: last + PAST_THE_LAST }]
      : [];
  const sketches = sketchLanes(board, claims, reader, ram);
  const system = switchedSystem(board);
  const numbering = numberEdges([
    ...ram.filter((range) => range.start < range.end),
    ...claims,
    ...dynamic,
    ...banks.filter((bank) => bank.start < bank.end),
    ...sketches.flatMap((sketch) => sketch.paints.filter((paint) => paint.start < paint.end)),
  ]);
  const { edges, number } = numbering;
  const listed = [...claims, ...dynamic];
  const indexOf = new Map<Claim, number>(listed.map((claim, index) => [claim, index]));
  const place = (claim: Claim): MapRegion => ({
    ...claim.region,
    from: number(claim.start),
    to: number(claim.end),
  });
  const regions = listed.map(place);
  const bankRegions = banks.map(place);
  const segmentCount = Math.max(0, edges.length - 1);
  const lanes = markDifferences(
    [
      devicetreeLane(board, claims, numbering, ram, indexOf),
      ...sketches.map((sketch): MapLane => {
        const { paints, stop, ...rest } = sketch;
        const { height, ...reason } = stop ?? { title: '', detail: '' };
        return {
          ...rest,
          blocks: paintBlocks(paints, numbering, indexOf),
          ...(stop && { stop: { ...reason, ...(height !== undefined && { at: number(height) }) } }),
        };
      }),
    ],
    segmentCount,
  );
  const regionsAt = regionFinder(regions);
  const bankOf = regionFinder(bankRegions);
  const notes = findings.map((finding) =>
    noteOf(
      finding,
      reader,
      regionsAt,
      regions,
      (at) => bankRegions[bankOf(at)[0] ?? -1],
      lanes,
      system,
    ),
  );
  const collisions = findCollisions(regions, notes, segmentCount);
  const stalePlace = options.stale && reader.place(options.stale.at);
  return withPrintableTexts({
    title: options.title ?? options.file.slice(options.file.lastIndexOf('/') + 1),
    file: options.nameFile?.(options.file) ?? options.file,
    edges: edges.map(formatAddress),
    segments: classifySegments(edges, ram, regions, lanes, collisions, numbering),
    banks: bankRegions,
    regions,
    dynamic: dynamic.map((claim): MapDynamic => {
      const index = indexOf.get(claim) ?? 0;
      return {
        name: claim.region.name,
        size: formatAddress(claim.size),
        region: index,
        from: number(claim.start),
        to: number(claim.end),
      };
    }),
    collisions,
    lanes,
    ...(system && { system: { id: system.id, name: system.name } }),
    releases: board.boots
      .filter((boot) => systemOf(boot) === system)
      .map(({ target }) => releaseNameOf(target)),
    ...(options.tried && options.tried.length > 0 && { tried: options.tried.map(releaseNameOf) }),
    notes,
    ramKnown: board.map.ramKnown,
    ...(options.stale && {
      stale: { message: options.stale.message, ...(stalePlace && { place: stalePlace }) },
    }),
    ...(edges.length === 0 && {
      empty: board.map.unread
        ? `The memory of this board is unknown: ${wordUnreadText(board.map.unread)}.`
        : 'The tree has no memory node and no reserved memory.',
    }),
  });
}

// What is compared or opened, never shown.
const KEPT: ReadonlySet<string> = new Set(['file', 'id', 'lane']);

/**
 * The value with each text in it made printable: a drawing, a table and a page show it. A copy is made only of what
 * changes, since a map is made at every key.
 */
function withPrintableTexts<Value>(value: Value): Value {
  // What a console prints before it stops may be two lines.
  if (typeof value === 'string')
    return (/[^ -~]/.test(value) ? value.split('\n').map(printable).join('\n') : value) as Value;
  if (typeof value !== 'object' || value === null) return value;
  let result = value;
  for (const key in value) {
    if (KEPT.has(key)) continue;
    const shown = withPrintableTexts(value[key]);
    if (shown === value[key]) continue;
    if (result === value)
      result = (Array.isArray(value) ? [...value] : { ...value }) as typeof value;
    result[key] = shown;
  }
  return result;
}

function classifySegments(
  edges: readonly bigint[],
  ram: readonly Range[],
  regions: readonly MapRegion[],
  lanes: readonly MapLane[],
  collisions: readonly MapCollision[],
  { number }: Numbering,
): MapModel['segments'] {
  const segments = Array.from({ length: Math.max(0, edges.length - 1) }, () => 'hole');
  for (const range of ram) segments.fill('plain', number(range.start), number(range.end));
  for (const lane of lanes)
    for (const block of lane.blocks) segments.fill('plain', block.from, block.to);
  for (const region of regions) {
    if (region.kind === 'dynamic' || region.from >= region.to) continue;
    segments[region.from] = 'named';
    segments[region.to - 1] = 'named';
  }
  for (const collision of collisions) segments.fill('collision', collision.from, collision.to);
  return segments as MapModel['segments'];
}
