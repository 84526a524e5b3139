// The lines of a boot's log by the node they are about.

import type { DtNode } from '../tree/device-tree.ts';

interface Line {
  readonly node?: DtNode | undefined;
}

const known = new WeakMap<readonly Line[], ReadonlyMap<DtNode, Line[]>>();

/** The lines of `log` that are about `node`, in order; none for no node. */
export function linesAbout<T extends Line>(
  { log }: { readonly log: readonly T[] },
  node: DtNode | undefined,
): readonly T[] {
  if (node === undefined) return [];
  let byNode = known.get(log);
  if (byNode === undefined) {
    byNode = groupByNode(log);
    known.set(log, byNode);
  }
  return (byNode.get(node) ?? []) as readonly Line[] as readonly T[];
}

function groupByNode(log: readonly Line[]): ReadonlyMap<DtNode, Line[]> {
  const byNode = new Map<DtNode, Line[]>();
  for (const line of log) {
    if (line.node === undefined) continue;
    const others = byNode.get(line.node);
    if (others) others.push(line);
    else byNode.set(line.node, [line]);
  }
  return byNode;
}
