// Statements in, devicetree out: merges them, fills in references and phandles, and finds what dtc would refuse.

import type { OriginMap } from '../preprocess/origin.ts';
import type { ExpandedSource } from '../preprocess/preprocessed.ts';
import type { StatementDocument } from '../syntax/statement.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import { addFixups, addLocalFixups, addSymbols } from './overlay-tables.ts';
import type { DeviceTree, DtNode, TreeProblem } from './device-tree.ts';
import { mergeDocument } from './merge.ts';
import type { MergedNode } from './merged.ts';
import { resolve } from './resolve.ts';

export interface EvaluateOptions {
  /** Whether to add `/__symbols__` and a phandle for every labelled node, as `dtc -@` does. */
  readonly symbols?: boolean;
  /** Where `/incbin/` finds its files; without it each one is a problem. */
  readonly files?: FileSet;
  /** Folders searched for `/incbin/` files after the root's folder, or that of a file which dtc itself included. */
  readonly includePaths?: readonly FileId[];
  /** Where the text comes from; without it `/incbin/` looks beside the file that has it. */
  readonly source?: Pick<ExpandedSource, 'root' | 'includes'>;
}

/**
 * The tree `dtc -I dts` makes of a text, fixups of overlays included. With problems of level `error` dtc would make no
 * blob; the tree then holds what could be understood.
 */
export function evaluate(
  document: StatementDocument,
  origins: OriginMap,
  options: EvaluateOptions = {},
): DeviceTree {
  const merged = mergeDocument(document, origins);
  const problems: TreeProblem[] = merged.problems;
  const bootCpu = guessBootCpu(merged.root);
  const { references, phandles, needs } = resolve(merged, options);
  if (options.symbols === true) addSymbols(merged.root, phandles);
  if (merged.isPlugin) {
    addFixups(merged.root, references);
    addLocalFixups(merged.root, references);
  }
  const byPhandle = new Map<number, DtNode>();
  finish(merged.root, byPhandle, 0);
  return {
    root: merged.root,
    labels: merged.labels,
    phandles: byPhandle,
    memoryReservations: merged.memoryReservations,
    bootCpu,
    isPlugin: merged.isPlugin,
    problems,
    ...(needs.length > 0 ? { needs } : {}),
  };
}

/** dtc's guess_boot_cpuid: the first `/cpus` child's `reg`, before references in it are resolved. */
function guessBootCpu(root: MergedNode): number {
  const bytes = root.liveChild('cpus')?.children[0]?.liveProperty('reg')?.bytes;
  return bytes?.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) : 0;
}

/** Finishes `node` and all below it, of which it is the node at `place`; the place behind them. */
function finish(node: MergedNode, byPhandle: Map<number, DtNode>, place: number): number {
  node.finish();
  node.place = place;
  if (node.path === '')
    node.path =
      node.parent === undefined
        ? '/'
        : `${node.parent.path === '/' ? '' : node.parent.path}/${node.name}`;
  if (node.phandle !== 0) byPhandle.set(node.phandle, node);
  let next = place + 1;
  for (const child of node.children) next = finish(child, byPhandle, next);
  return next;
}
