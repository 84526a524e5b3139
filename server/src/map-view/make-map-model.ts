// Computes the memory map view's model from a board and its findings.

import { wordReasons } from '../xen/reasons.ts';
import { PAGE_SIZE } from '../addresses/page.ts';
import { formatAddress, formatSizeBriefly } from '../addresses/format.ts';
import {
  alignDown,
  alignUp,
  compareRanges,
  intersection,
  overlaps,
  subtract,
  union,
  type Range,
} from '../addresses/region.ts';
import type { LinuxBoot } from '../linux/linux-boot.ts';
import { allRules } from '../rules/all-rules.ts';
import type { Board } from '../rules/board.ts';
import { labelLines } from '../rules/target-lines.ts';
import type { Finding } from '../rules/finding.ts';
import { lineIndexOf, type LineColumn } from '../text/line-index.ts';
import { printable } from '../text/printable.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import {
  cellsOf,
  spanOf,
  stringsOf,
  walkNodes,
  type Definition,
  type DtNode,
  type Written,
} from '../tree/device-tree.ts';
import type { LogLine, XenBoot } from '../xen/xen-boot.ts';
import { isAbout } from './lay-out-map.ts';
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

/** A range a reader has, before edges have numbers. Later paint covers earlier. */
interface Paint extends Range {
  readonly kind: BlockKind;
  readonly label: string;
  readonly why: string;
  readonly short?: string;
  readonly texture?: 'no-map' | 'reusable' | 'ruled';
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

const DOMAIN_KINDS = ['domU1', 'domU2', 'domU3'] as const;

function sum(ranges: readonly Range[]): bigint {
  return union(ranges).reduce((bytes, range) => bytes + range.end - range.start, 0n);
}

/** The node's label, else its name; what people call it. */
function nameOf(node: DtNode): string {
  return node.labels[0] ?? node.name;
}

/** The domain node (`compatible = "xen,domain"`) at or above `node`. */
function domainOf(node: DtNode | undefined): DtNode | undefined {
  for (let each = node; each; each = each.parent) {
    const compatible = each.properties.get('compatible');
    if (compatible && stringsOf(compatible).includes('xen,domain')) return each;
  }
  return undefined;
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

/** Which of the three domain colours a domain gets, by its place under `/chosen`. */
function domainKinds(board: Board): (node: DtNode | undefined) => BlockKind {
  const order = new Map<DtNode, number>();
  for (const reserved of board.map.reserved) {
    const domain = domainOf(reserved.node);
    if (domain && reserved.kind === 'static-mem' && !order.has(domain))
      order.set(domain, order.size);
  }
  return (node) => {
    const domain = domainOf(node);
    return DOMAIN_KINDS[((domain && order.get(domain)) ?? 0) % DOMAIN_KINDS.length] ?? 'domU1';
  };
}

/** Why a part of a boot's prediction is not certain; undefined when it is. */
function isUnsure(boot: XenBoot, what: string): string | undefined {
  const unsure = boot.uncertain.find((each) => each.what === what);
  return unsure && wordReasons(unsure.because);
}

const PROPERTY_OF_KIND = {
  static: 'reg',
  'static-mem': 'xen,static-mem',
  'static-heap': 'xen,static-heap',
  'shared-mem': 'xen,shared-mem',
  memreserve: 'reg',
} as const;

function reservedClaims(board: Board, reader: ClaimReader): Claim[] {
  const kindOf = domainKinds(board);
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
  const sure = board.xen.find((boot) => !isUnsure(boot, 'modules'));
  for (const module of sure?.modules ?? []) {
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

/** The claim a reader's entry stands for: same node, same range. */
function claimOf(
  claims: readonly Claim[],
  entry: Range & { readonly node: DtNode | undefined },
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

/** The reason behind a place that is only the likeliest one, as the end of a clause. */
function becauseClause(because: string | undefined): string {
  return because === undefined ? '' : `, most likely here: ${because}`;
}

function xenPaints(boot: XenBoot, board: Board, claims: readonly Claim[]): Paint[] {
  const kindOf = domainKinds(board);
  const paints: Paint[] = [];
  const staticHeap = boot.reserved.some((each) => each.kind === 'static-heap');
  const unsureHeap = isUnsure(boot, 'heap');
  for (const bank of boot.ram)
    paints.push({
      start: bank.start,
      end: bank.end,
      ...(unsureHeap !== undefined && boot.heap.length === 0
        ? { kind: 'unknown', label: 'heap?', why: unsureHeap }
        : staticHeap
          ? { kind: 'other', label: 'to domains', why: 'a static heap is given, so not heap' }
          : { kind: 'other', label: 'not heap', why: 'RAM that the boot heap did not get' }),
    });
  for (const { start, end } of boot.heap)
    paints.push({ start, end, kind: 'heap', label: 'heap', why: 'free for Xen' });
  const unscanned = new Set(boot.unscanned);
  for (const claim of claims) {
    if (!claim.node || !unscanned.has(claim.node) || !claim.region.enabled) continue;
    for (const bank of boot.ram) {
      const part = intersection(claim, bank);
      if (part)
        paints.push({
          ...part,
          kind: 'lost',
          label: 'heap, unread',
          short: 'unread',
          why: `the scan stopped before ${claim.region.name}: Xen takes it as free`,
          claim,
        });
    }
  }
  for (const entry of boot.reserved) {
    const claim = claimOf(claims, entry);
    const name = claim?.region.name ?? (entry.node ? nameOf(entry.node) : '/memreserve/');
    const base = { start: entry.start, end: entry.end, ...(claim && { claim }) };
    if (entry.kind === 'static-mem') {
      const domain = domainOf(entry.node);
      paints.push({
        ...base,
        kind: kindOf(entry.node),
        label: `for ${domain ? nameOf(domain) : 'a domain'}`,
        why: 'static memory',
      });
    } else if (entry.kind === 'static-heap')
      paints.push({ ...base, kind: 'heap', label: 'static heap', why: 'Xen’s whole heap' });
    else if (entry.kind === 'shared-mem')
      paints.push({ ...base, kind: 'shared', label: 'shared', why: 'shared between domains' });
    else
      paints.push({
        ...base,
        kind: 'reserved',
        label: 'not Xen’s',
        why:
          claim?.region.enabled === false
            ? `kept out: this release does not read the status of ${name}`
            : `kept out: ${name} is reserved`,
        ...(claim?.texture && { texture: claim.texture }),
      });
  }
  const unsureBanks = isUnsure(boot, 'dom0.banks');
  for (const [index, { start, end }] of (boot.dom0?.banks ?? []).entries())
    paints.push({
      start,
      end,
      kind: 'dom0',
      label: 'given to dom0',
      short: 'dom0’s',
      why: `dom0 BANK[${index}]${becauseClause(unsureBanks)}`,
      ...(unsureBanks !== undefined && { guess: true }),
    });
  const unsureModules = isUnsure(boot, 'modules');
  for (const module of boot.modules) {
    if (module.start === 0n) continue;
    const own = module.kind === 'Xen';
    paints.push({
      // Xen keeps whole pages.
      start: alignDown(module.start, PAGE_SIZE),
      end: alignUp(module.end, PAGE_SIZE),
      kind: own ? 'xen' : 'module',
      label: own ? 'Xen' : module.kind.toLowerCase(),
      why: `${own ? 'Xen itself' : 'module, freed after boot'}${becauseClause(unsureModules)}`,
      ...(unsureModules !== undefined && { guess: true }),
      ...(own ? {} : { texture: 'ruled' }),
    });
  }
  return paints;
}

/** What dom0 is told: its banks, and ranges named RAM without pages, of which reservations keep some out. */
function dom0Paints(boot: XenBoot, claims: readonly Claim[]): Paint[] {
  const dom0 = boot.dom0;
  if (!dom0) return [];
  const paints: Paint[] = [];
  const told = subtract(
    dom0.memoryNodes.flatMap((node) => node.reg),
    dom0.banks,
  );
  for (const range of told) {
    paints.push({
      ...range,
      kind: 'fault',
      label: 'RAM, no pages',
      short: 'no pages',
      why: 'told it is RAM, and nothing keeps it out',
    });
    for (const claim of claims) {
      const part = claim.region.kind === 'static' ? intersection(claim, range) : undefined;
      if (part && !claim.region.enabled)
        paints.push({
          ...part,
          kind: 'fault',
          label: 'RAM, no pages',
          short: 'no pages',
          why: `told it is RAM, and the disabled node ${claim.region.name} reserves nothing`,
          claim,
        });
    }
    for (const claim of claims) {
      const part = claim.region.kind === 'static' ? intersection(claim, range) : undefined;
      if (part && claim.region.enabled)
        paints.push({
          ...part,
          kind: 'told',
          label: 'reserved',
          why: `told it is RAM; ${claim.region.name} keeps it out`,
          claim,
          ...(claim.texture && { texture: claim.texture }),
        });
    }
  }
  const unsure = isUnsure(boot, 'dom0.banks');
  for (const [index, { start, end }] of dom0.banks.entries())
    paints.push({
      start,
      end,
      kind: 'dom0',
      label: `BANK[${index}]`,
      why: `dom0 RAM${becauseClause(unsure)}`,
      ...(unsure !== undefined && { guess: true }),
    });
  return paints;
}

function linuxPaints(boot: LinuxBoot, claims: readonly Claim[]): Paint[] {
  const paints: Paint[] = boot.memory.map((range) => ({
    start: range.start,
    end: range.end,
    kind: 'linux',
    label: 'RAM',
    why: 'usable',
  }));
  for (const entry of boot.reserved) {
    const claim = claimOf(claims, entry);
    const name = claim?.region.name ?? (entry.node ? nameOf(entry.node) : '/memreserve/');
    const base = { start: entry.start, end: entry.end, ...(claim && { claim }) };
    if (entry.state === 'failed')
      paints.push({
        ...base,
        kind: 'lost',
        label: 'not reserved',
        why: `Linux could not reserve ${name}`,
      });
    else if (entry.kind === 'dynamic' || entry.kind === 'cma')
      paints.push({
        ...base,
        kind: 'reserved',
        label: name,
        why: entry.within ? 'placed by the kernel, most likely here' : 'placed by the kernel',
        texture: entry.state === 'no-map' ? 'no-map' : 'reusable',
        ...(entry.within && { guess: true as const }),
      });
    else if (entry.kind === 'initrd' || entry.kind === 'loaded')
      paints.push({
        ...base,
        kind: 'loaded',
        label: entry.kind === 'initrd' ? 'initrd' : 'kernel or blob',
        why: 'where the boot loader put it',
      });
    else
      paints.push({
        ...base,
        kind: 'reserved',
        label: entry.state,
        why: entry.state === 'no-map' ? `${name}, not mapped` : `${name}, kept by Linux`,
        ...(entry.state === 'no-map' && { texture: 'no-map' as const }),
      });
  }
  return paints;
}

function xenSummary(boot: XenBoot, claims: readonly Claim[]): string {
  if (isUnsure(boot, 'heap') !== undefined && boot.heap.length === 0) return 'heap not known';
  const staticHeap = boot.reserved.filter((each) => each.kind === 'static-heap');
  if (staticHeap.length > 0) return `${formatSizeBriefly(sum(staticHeap))} static heap`;
  const unread = claims.find(
    (each) => each.node !== undefined && boot.unscanned.includes(each.node),
  );
  if (unread) return `scan stops before ${unread.region.name}`;
  return `${formatSizeBriefly(sum(boot.heap))} heap`;
}

function dom0Summary(boot: XenBoot): string {
  const dom0 = boot.dom0;
  if (!dom0) return 'not built';
  const told = sum(
    subtract(
      dom0.memoryNodes.flatMap((node) => node.reg),
      dom0.banks,
    ),
  );
  const banks =
    dom0.banks.length > 0 ? formatSizeBriefly(sum(dom0.banks)) : formatSizeBriefly(dom0.size);
  return told > 0n ? `${banks} + ${formatSizeBriefly(told)} told` : banks;
}

/** `4.18.6` for people: the branch alone unless two releases of it are shown. */
function releaseLabel(name: string, all: readonly string[]): string {
  const branch = name.split('.').slice(0, 2).join('.');
  return all.filter((each) => each === branch || each.startsWith(`${branch}.`)).length > 1
    ? name
    : branch;
}

function xenLanes(
  boot: XenBoot,
  board: Board,
  claims: readonly Claim[],
  reader: ClaimReader,
): LaneSketch[] {
  const release = boot.release.name;
  const label = releaseLabel(
    release,
    board.xen.map((each) => each.release.name),
  );
  const { outcome } = boot;
  const line = 'line' in outcome ? outcome.line : undefined;
  const before = causeLine(boot);
  const about = (node: DtNode | undefined): Claim | undefined =>
    claims.find((each) => each.node !== undefined && each.node === node);
  const claim =
    about(line?.node) ??
    about(before?.node) ??
    claims.find((each) => each.node !== undefined && each.node === boot.unscanned[0]) ??
    firstOverlapping(claims);
  const place = reader.at(line?.written);
  const console = [...new Set([before?.text, line?.text])].filter((text) => text !== undefined);
  const cause = {
    ...('because' in outcome ? { detail: wordReasons(outcome.because) } : { detail: '' }),
    ...(console.length > 0 && { log: console.join('\n') }),
    ...(claim && { height: claim.start }),
    ...(place && { place }),
  };
  const lanes: LaneSketch[] = [];
  const fails = outcome.kind === 'panics' || outcome.kind === 'hangs';
  // A boot that ends after the heap is set up has a memory map all the same; only its domains are missing.
  const ends = fails && boot.heap.length === 0;
  const isUnknown = outcome.kind === 'unknown' && boot.heap.length === 0;
  lanes.push({
    id: 'xen',
    name: `Xen ${label}`,
    release,
    ...(ends
      ? { summary: 'does not boot', paints: [], stop: { title: 'Xen stops here', ...cause } }
      : isUnknown
        ? { summary: 'not known', paints: [], stop: { title: 'Cannot be told', ...cause } }
        : { summary: xenSummary(boot, claims), paints: xenPaints(boot, board, claims) }),
  });
  const follows = { title: 'no dom0', detail: '', follows: true as const };
  const dom0 = { id: 'dom0', name: 'dom0', release };
  if (ends || isUnknown)
    lanes.push({
      ...dom0,
      summary: ends ? 'not built' : 'not known',
      paints: [],
      stop: follows,
    });
  else if (outcome.kind === 'dom0-fails' || (fails && !boot.dom0)) {
    lanes.push({
      ...dom0,
      summary: 'not built',
      paints: [],
      // Not at the height of the claim: the reason need not lie there.
      stop: { ...cause, title: 'dom0 is not built', height: undefined },
    });
  } else if (boot.dom0)
    lanes.push({ ...dom0, summary: dom0Summary(boot), paints: dom0Paints(boot, claims) });
  const domains = new Set(claims.flatMap((each) => domainWithMemory(each) ?? []));
  for (const domain of domains) {
    const own = board.map.reserved.filter(
      (each) =>
        domainOf(each.node) === domain &&
        (each.kind === 'static-mem' || each.kind === 'shared-mem'),
    );
    const ram = own.filter((each) => each.kind === 'static-mem');
    lanes.push({
      id: `domain:${domain.name}`,
      name: nameOf(domain),
      release,
      summary: ends ? 'not built' : `${formatSizeBriefly(sum(ram))} static`,
      paints: ends
        ? []
        : own.map((each) => {
            const claimed = claims.find((c) => c.start === each.start && c.end === each.end);
            return {
              start: each.start,
              end: each.end,
              kind: each.kind === 'static-mem' ? domainKinds(board)(domain) : 'shared',
              label: each.kind === 'static-mem' ? 'RAM' : 'shared',
              why: each.kind === 'static-mem' ? 'static memory' : 'shared between domains',
              ...(claimed && { claim: claimed }),
            };
          }),
      ...(ends && { stop: { ...follows, title: 'not built' } }),
    });
  }
  return lanes;
}

/** How many console lines before the last one are looked at for the cause. */
const LINES_BEFORE_THE_END = 4;

/** The console line that names the cause: the latest about a piece of source, else the one before the last. */
function causeLine(boot: XenBoot): LogLine | undefined {
  const last = boot.log.slice(-1 - LINES_BEFORE_THE_END);
  return (
    last.findLast((line) => line.written !== undefined && boot.heap.length === 0) ?? last.at(-2)
  );
}

/** The first enabled reservation that begins inside another one. */
function firstOverlapping(claims: readonly Claim[]): Claim | undefined {
  let end = 0n;
  for (const claim of claims) {
    if (!claim.region.enabled || claim.region.kind === 'module') continue;
    if (claim.start < end) return claim;
    end = claim.end;
  }
  return undefined;
}

function domainWithMemory(claim: Claim): DtNode | undefined {
  return claim.region.kind === 'static-mem' && claim.region.enabled
    ? domainOf(claim.node)
    : undefined;
}

function linuxLanes(board: Board, claims: readonly Claim[], ram: readonly Range[]): LaneSketch[] {
  return board.linux.map((boot) => {
    const usable = subtract(
      boot.memory,
      boot.reserved.filter((each) => each.state === 'no-map'),
    );
    const known = board.map.ramKnown || boot.memory.length > 0;
    return {
      id: boot.target,
      name: board.linux.length > 1 ? `Linux ${boot.release}` : 'Linux',
      summary: known ? `bare metal, ${formatSizeBriefly(sum(usable))}` : 'RAM unknown',
      paints: [
        ...(known
          ? []
          : ram.map((range): Paint => ({
              start: range.start,
              end: range.end,
              kind: 'unknown',
              label: 'RAM?',
              why: 'the end of RAM is not in the tree',
            }))),
        ...linuxPaints(boot, claims),
      ],
    };
  });
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
          finding.targets.some((target) => isAbout(target, lane.release))) &&
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

/** Marks in which other releases each block's reader has something else, and which lanes stop in some releases only. */
function markDifferences(lanes: readonly MapLane[], segmentCount: number): MapLane[] {
  const kinds = new Map(
    lanes.map((lane) => {
      const row = new Array<BlockKind | undefined>(segmentCount);
      for (const block of lane.blocks) row.fill(block.kind, block.from, block.to);
      return [lane, row];
    }),
  );
  return lanes.map((lane) => {
    if (lane.release === undefined) return lane;
    const others = lanes.filter((other) => other.id === lane.id && other !== lane);
    const stops = others.flatMap((other) =>
      (other.stop === undefined) === (lane.stop === undefined) ? [] : (other.release ?? []),
    );
    const row = kinds.get(lane) ?? [];
    const compared = others.filter((other) => !other.stop && !lane.stop);
    const blocks = lane.blocks.map((block): MapBlock => {
      const differs = compared.flatMap((other) => {
        const there = kinds.get(other) ?? [];
        for (let at = block.from; at < block.to; at++)
          if (there[at] !== row[at]) return other.release ?? [];
        return [];
      });
      return differs.length > 0 ? { ...block, differs } : block;
    });
    return { ...lane, blocks, ...(stops.length > 0 && { differs: stops }) };
  });
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
  const sketches = [
    ...alignLanes(board.xen.map((boot) => xenLanes(boot, board, claims, reader))),
    ...linuxLanes(board, claims, ram),
  ];
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
    noteOf(finding, reader, regionsAt, regions, (at) => bankRegions[bankOf(at)[0] ?? -1], lanes),
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
    releases: board.xen.map((boot) => boot.release.name),
    notes,
    ramKnown: board.map.ramKnown,
    ...(options.stale && {
      stale: { message: options.stale.message, ...(stalePlace && { place: stalePlace }) },
    }),
    ...(edges.length === 0 && {
      empty: 'The tree has no memory node and no reserved memory.',
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
