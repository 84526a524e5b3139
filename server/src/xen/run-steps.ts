// Boots Xen on paper in one world: step by step, in Xen's own order.

import { walkNodes, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import type { LoaderFile } from '../facts/loader-file.ts';
import type { World } from '../facts/world.ts';
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
import { whyOtherCells } from './steps/static-memory-cells.ts';
import type { Dom0, Outcome, XenBoot } from './xen-boot.ts';

/** What is booted, the same in all worlds. */
export interface Given {
  readonly tree: DeviceTree;
  readonly release: Release;
  readonly files: readonly LoaderFile[];
}

/** A boot that knows nothing of other worlds. */
export type XenBootInWorld = Omit<XenBoot, 'neighbours' | 'settled'>;

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

/** What a boot comes to in one world, which remembers what the steps asked for. */
export function runSteps({ tree, release, files }: Given, world: World): XenBootInWorld {
  const state = newBootState(tree, release, world, files);
  for (const step of STEPS) {
    step(state);
    if (state.outcome) break;
  }
  return {
    release,
    target: `xen:${release.name}`,
    restsOn: world.unsettled(),
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
    domUs: state.domUs,
    uncertain: state.uncertain,
  };
}

/** An outcome that rests on banks which are not determined is itself not determined; what stops before them is. */
function outcomeOf(state: BootState): Outcome {
  const outcome = withCells(state, state.outcome ?? { kind: 'boots' });
  const stops = outcome.kind === 'panics' || outcome.kind === 'hangs';
  if (!state.banksUncertain || stops) return outcome;
  const because = [reason('depends-on-banks', {})];
  state.uncertain.push({ what: 'outcome', because });
  return outcome.kind === 'unknown' ? outcome : { kind: 'unknown', because, likely: outcome };
}

/** Why a domain's static memory is not what its node has in mind is the last reason of what follows from it. */
function withCells(state: BootState, outcome: Outcome): Outcome {
  if (outcome.kind === 'boots') return outcome;
  const cells = whyOtherCells(state, outcome.because);
  return cells ? { ...outcome, because: [...outcome.because, cells] } : outcome;
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
