// Boots Xen on paper.

import { walkNodes, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
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
import type { Dom0, Outcome, XenBoot } from './xen-boot.ts';

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
  const { dom0MemoryGiven, source } = state.options;
  if (state.hasDom0 && !dom0MemoryGiven) print(state, 'dom0-mem-missing', {}, source);
}

/**
 * What a release of Xen does with a tree: never throws, whatever the tree is. `blob.totalSize` is the size in bytes
 * of the compiled tree; a size in the profile wins.
 */
export function bootXen(
  tree: DeviceTree,
  release: Release,
  profile: BootProfile,
  blob: { readonly totalSize: bigint },
): XenBoot {
  const state = newBootState(tree, release, profile, blob.totalSize);
  for (const step of STEPS) {
    step(state);
    if (state.outcome) break;
  }
  return {
    release,
    target: `xen:${release.name}`,
    outcome: outcomeOf(state),
    log: state.log,
    ram: state.ram.map((bank) => ({ ...rangeOf(bank), node: bank.node, written: bank.written })),
    modules: state.modules.map((module, index) => ({
      ...rangeOf(module),
      index,
      kind: module.kind,
      node: module.node,
      written: module.written,
    })),
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

/** An outcome that rests on banks which are not determined is itself not determined. */
function outcomeOf(state: BootState): Outcome {
  const outcome = state.outcome ?? { kind: 'boots' as const };
  if (!state.banksUncertain) return outcome;
  const because = [reason('depends-on-banks', {})];
  state.uncertain.push({ what: 'outcome', because });
  return outcome.kind === 'boots' ? { kind: 'unknown', because } : outcome;
}

function reservedOf(state: BootState): XenBoot['reserved'] {
  const { does, tree, profile } = state;
  const block =
    does.memreserveInReserved || profile.boot === 'efi'
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
