// How many CPUs Xen brings up, as far as the CPU nodes of a tree decide it.

import { childCells, joinCells } from '../addresses/cells.ts';
import {
  cellsOf,
  nodeAt,
  stringOf,
  stringsIn,
  type DeviceTree,
  type DtNode,
} from '../tree/device-tree.ts';
import { architectureOf } from './architecture-of.ts';
import type { TreeFact } from './tree-fact.ts';

/** What the number of CPUs was taken from, or why the tree does not decide it; nodes are paths. */
export type CpusReason =
  | { readonly code: 'cpu-nodes'; readonly facts: { readonly count: number } }
  /** No /cpus, or no child of it with `device_type = "cpu"` and a `reg`: whoever starts Xen may add them. */
  | { readonly code: 'no-cpu-nodes'; readonly facts: Readonly<Record<string, never>> }
  /** A CPU whose `status` says that it is off, or has failed. */
  | { readonly code: 'cpu-off'; readonly facts: { readonly node: string; readonly status: string } }
  /** Xen stops CPUs whose MIDR differs from the boot CPU's; a tree does not say which CPU boots. */
  | {
      readonly code: 'cpu-models-differ';
      readonly facts: { readonly node: string; readonly other: string };
    }
  /** Nothing that Xen could start the CPU with. */
  | {
      readonly code: 'cpu-not-startable';
      readonly facts: { readonly node: string; readonly method: string };
    }
  /** More than Xen is built for by default (CONFIG_NR_CPUS). */
  | {
      readonly code: 'cpus-limit';
      readonly facts: { readonly count: number; readonly limit: number };
    };

/** CONFIG_NR_CPUS of Arm. */
const BUILT_FOR = 128;

/** Hardware ids have 24 bits of affinity on 32-bit cores, and 8 more, from bit 32, on 64-bit ones (Xen: MPIDR_HWID_MASK). */
const AFFINITY = { arm32: 0xff_ffffn, arm64: 0xff_00ff_ffffn } as const;

/**
 * The CPUs that run once Xen has started (Xen: dt_smp_init_cpus, start_secondary) without `maxcpus` and `hmp-unsafe` on
 * its command line; undefined when the tree leaves it open.
 */
export function cpusOf(tree: DeviceTree): TreeFact<number, CpusReason> {
  const isArm32 = architectureOf(tree).value === 'arm32';
  const cpus = cpuNodes(tree, isArm32 ? AFFINITY.arm32 : AFFINITY.arm64);
  const [first, ...others] = cpus;
  if (!first) return unknown({ code: 'no-cpu-nodes', facts: {} });
  const count = cpus.length;
  if (count > BUILT_FOR) return unknown({ code: 'cpus-limit', facts: { count, limit: BUILT_FOR } });
  // The one that runs Xen need not be started.
  const because =
    others.length === 0
      ? undefined
      : (differing(first, others) ?? firstOff(cpus) ?? firstStuck(tree, cpus, isArm32));
  if (because) return unknown(because);
  return { value: count, because: { code: 'cpu-nodes', facts: { count } } };
}

function unknown(because: CpusReason): TreeFact<number, CpusReason> {
  return { value: undefined, because };
}

/** The CPU nodes that Xen counts: each hardware id once. */
function cpuNodes(tree: DeviceTree, affinity: bigint): DtNode[] {
  const parent = nodeAt(tree, '/cpus');
  if (!parent) return [];
  const { address } = childCells(parent);
  const ids = new Set<bigint>();
  return parent.children.filter((node) => {
    const reg = node.properties.get('reg');
    if (stringOf(node, 'device_type') !== 'cpu' || !reg) return false;
    const cells = cellsOf(reg);
    if (address < 1 || cells.length < address) return false;
    const id = joinCells(cells, 0, address);
    if ((id & ~affinity) !== 0n || ids.has(id)) return false;
    ids.add(id);
    return true;
  });
}

/** Equal names do not make equal cores: some vendors give one to both kinds, and only the capacity tells them apart. */
function modelOf(node: DtNode): string {
  const capacity = node.properties.get('capacity-dmips-mhz');
  return JSON.stringify([stringsIn(node, 'compatible'), capacity ? cellsOf(capacity) : []]);
}

function differing(first: DtNode, others: readonly DtNode[]): CpusReason | undefined {
  const other = others.find((node) => modelOf(node) !== modelOf(first));
  return other && { code: 'cpu-models-differ', facts: { node: first.path, other: other.path } };
}

function firstOff(cpus: readonly DtNode[]): CpusReason | undefined {
  for (const node of cpus) {
    const status = stringOf(node, 'status') ?? 'okay';
    if (status !== 'okay' && status !== 'ok')
      return { code: 'cpu-off', facts: { node: node.path, status } };
  }
  return undefined;
}

/** On 64-bit Arm each CPU says how it is started; on 32-bit Arm without PSCI a driver of the platform may know. */
function firstStuck(
  tree: DeviceTree,
  cpus: readonly DtNode[],
  isArm32: boolean,
): CpusReason | undefined {
  const hasPsci = tree.root.children.some((node) =>
    stringsIn(node, 'compatible').some((name) => /^arm,psci(-0\.2|-1\.0)?$/.test(name)),
  );
  for (const node of cpus) {
    const method = stringOf(node, 'enable-method') ?? '';
    const starts = isArm32 ? hasPsci : method === 'psci' ? hasPsci : method === 'spin-table';
    if (!starts) return { code: 'cpu-not-startable', facts: { node: node.path, method } };
  }
  return undefined;
}
