// Boots Xen on paper.

import { walkNodes, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import type { BootFacts } from '../facts/boot-facts.ts';
import { World, type FactChange } from '../facts/world.ts';
import { newBootState, rangeOf, type BootState } from './boot-state.ts';
import { print } from './console.ts';
import { reason } from './reasons.ts';
import type { Release } from './releases.ts';
import { readCommandLine } from './steps/boot-fdt-cmdline.ts';
import { bootFdtInfo, checkBlob, registerXen, stopWithoutKnownRam } from './steps/boot-fdt.ts';
import { constructDom0 } from './steps/construct-dom0.ts';
import { createDomUs } from './steps/create-dom-us.ts';
import { earlyPrintInfo } from './steps/early-print.ts';
import { assumePlaces, placeXen } from './steps/get-xen-paddr.ts';
import { judgeDom0 } from './steps/judge-dom0.ts';
import { discardInitialModules } from './steps/discard-initial-modules.ts';
import { setupMm } from './steps/setup-mm.ts';
import type { Dom0, Outcome, XenBoot, XenNeighbour } from './xen-boot.ts';

/** Xen's own order of doing things (Xen: start_xen). */
const STEPS: readonly ((state: BootState) => void)[] = [
  checkBlob,
  registerXen,
  bootFdtInfo,
  earlyPrintInfo,
  readCommandLine,
  assumePlaces,
  stopWithoutKnownRam,
  placeXen,
  setupMm,
  constructDom0,
  createDomUs,
  discardInitialModules,
  warnAboutDom0Memory,
  judgeDom0,
];

function warnAboutDom0Memory(state: BootState): void {
  const { dom0MemoryGiven, open, source } = state.options;
  if (state.hasDom0 && !dom0MemoryGiven && !open) print(state, 'dom0-mem-missing', {}, source);
}

/**
 * What a release of Xen does with a tree in the likely world: never throws, whatever the tree is. Its neighbours are
 * booted when somebody asks for them.
 */
export function bootXen(tree: DeviceTree, release: Release, facts: BootFacts): XenBoot {
  const boot = bootIn(tree, release, new World(facts));
  if (!stops(boot)) return boot;
  // What only an assumed value breaks is not what a working set-up has.
  const saving = boot.neighbours.find(
    ({ changes: [first], boot: other }) =>
      first && facts[first.fact].basis === 'assumed' && !stops(other),
  );
  return saving ? bootIn(tree, release, new World(withValues(facts, saving.changes))) : boot;
}

function stops({ outcome: { kind } }: XenBoot): boolean {
  return kind === 'panics' || kind === 'hangs';
}

/** The facts with other assumed values; those they had are what they may be instead. */
function withValues(facts: BootFacts, changes: readonly FactChange[]): BootFacts {
  const changed = changes.map(({ fact, value }) => {
    const { value: before, basis, because, others } = facts[fact];
    const rest = [before, ...others].filter((each) => each !== undefined && each !== value);
    return [fact, { value, basis, because, others: rest }] as const;
  });
  return { ...facts, ...(Object.fromEntries(changed) as Partial<BootFacts>) };
}

function bootIn(tree: DeviceTree, release: Release, world: World): XenBoot {
  const state = newBootState(tree, release, world);
  for (const step of STEPS) {
    step(state);
    if (state.outcome) break;
  }
  let neighbours: readonly XenNeighbour[] | undefined;
  let settled: XenBoot | undefined;
  return {
    release,
    target: `xen:${release.name}`,
    restsOn: world.unsettled(),
    get settled() {
      return (settled ??= bootSettled(tree, release, world, state));
    },
    get neighbours() {
      return (neighbours ??= bootNeighbours(tree, release, world));
    },
    outcome: outcomeOf(state),
    log: state.log,
    ram: state.ram.map((bank) => ({ ...rangeOf(bank), node: bank.node, written: bank.written })),
    modules: state.modules
      .map((module, index) => ({
        ...rangeOf(module),
        index,
        kind: module.kind,
        node: module.node,
        written: module.written,
        assumed: module.assumed,
      }))
      // No place was assumed where no RAM is known, or the boot ends before: RAM's first 2 MiB are never assumed.
      .filter(({ assumed, start, end }) => !assumed || (start > 0n && start < end)),
    reserved: reservedOf(state),
    heap: state.heap.map(({ start, end }) => ({
      start: BigInt(start) * 4096n,
      end: BigInt(end) * 4096n,
    })),
    valid: state.valid,
    unscanned: unscannedNodes(state),
    dom0: dom0Of(state),
    uncertain: state.uncertain,
  };
}

/** The boot as it would be if Xen and its DTB were where they are assumed to be, on one CPU where the number is not known. */
function bootSettled(
  tree: DeviceTree,
  release: Release,
  world: World,
  state: BootState,
): XenBoot | undefined {
  const changes = state.modules.flatMap(({ kind, start, size, assumed }): FactChange[] => {
    if (!assumed || size === 0n) return [];
    if (kind === 'Xen')
      return [
        { fact: 'xen.address', value: start },
        { fact: 'xen.size', value: size },
      ];
    return kind === 'Device Tree' ? [{ fact: 'dtb.address', value: start }] : [];
  });
  if (world.facts.cpus.value === undefined) changes.push({ fact: 'cpus', value: 1 });
  if (changes.length === 0) return undefined;
  return bootIn(tree, release, new World(world.facts, [...world.changes, ...changes]));
}

/**
 * The worlds next to one: an assumed fact that its boot asked for has another value; and where that boot asks for facts
 * that the first did not, these have other values, too.
 */
function bootNeighbours(tree: DeviceTree, release: Release, world: World): XenNeighbour[] {
  const neighbours: XenNeighbour[] = [];
  const sets = world.otherValues();
  const known = new Set(sets.flatMap((changes) => changes.map(({ fact }) => fact)));
  for (const changes of sets) {
    const next = new World(world.facts, [...world.changes, ...changes]);
    neighbours.push({ changes: next.changes, boot: bootIn(tree, release, next) });
    for (const further of next.otherValues()) {
      if (further.some(({ fact }) => known.has(fact))) continue;
      const far = new World(world.facts, [...next.changes, ...further]);
      neighbours.push({ changes: far.changes, boot: bootIn(tree, release, far) });
    }
  }
  return neighbours;
}

/** An outcome that rests on banks which are not determined is itself not determined; what stops before them is. */
function outcomeOf(state: BootState): Outcome {
  const outcome = state.outcome ?? { kind: 'boots' as const };
  const stops = outcome.kind === 'panics' || outcome.kind === 'hangs';
  if (!state.banksUncertain || stops) return outcome;
  const because = [reason('depends-on-banks', {})];
  state.uncertain.push({ what: 'outcome', because });
  return outcome.kind === 'unknown' ? outcome : { kind: 'unknown', because, likely: outcome };
}

function reservedOf(state: BootState): XenBoot['reserved'] {
  const { does, tree, world } = state;
  const block =
    does.memreserveInReserved || world.valueOf('boot') === 'efi'
      ? []
      : tree.memoryReservations.map(({ address, size, written }) => ({
          start: address,
          end: address + size,
          kind: 'memreserve' as const,
          node: undefined,
          written: written.whole,
        }));
  const listed = state.reserved.map((bank) => ({
    ...rangeOf(bank),
    kind: bank.kind,
    node: bank.node,
    written: bank.written,
  }));
  const shared = state.shared.flatMap(({ start, size, node, written }) =>
    start === undefined
      ? []
      : [{ start, end: start + size, kind: 'shared-mem' as const, node, written }],
  );
  return [...block, ...listed, ...shared].map((bank, index) => ({ ...bank, index }));
}

/** The nodes behind the one whose error ended the scan, in blob order. */
function unscannedNodes(state: BootState): DtNode[] {
  const { scanEndedAt } = state;
  if (!scanEndedAt) return [];
  const inside = new Set(walkNodes(scanEndedAt));
  const nodes = [...walkNodes(state.tree.root)];
  return nodes.slice(nodes.indexOf(scanEndedAt) + 1).filter((node) => !inside.has(node));
}

function dom0Of(state: BootState): Dom0 | undefined {
  if (!state.hasDom0) return undefined;
  const { kernelRange, initrdRange, blobRange } = state;
  return {
    size: state.options.dom0Memory,
    banks: state.dom0Banks,
    memoryNodes: state.memoryNodes,
    exported: state.exported,
    extendedRegions: state.extendedRegions,
    ...(kernelRange && { kernel: kernelRange }),
    ...(initrdRange && { initrd: initrdRange }),
    ...(blobRange && { dtb: blobRange }),
    mapped: state.mapped,
    tree: state.dom0Tree,
    blobSize: BigInt(state.dom0BlobSize),
  };
}
