// Who uses a reserved region.

import { cellsOf, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import { nodesWith } from '../tree/nodes-with.ts';
import type { Board } from './board.ts';

const known = new WeakMap<DeviceTree, ReadonlyMap<DtNode, readonly DtNode[]>>();

/** The nodes that name `node` in `memory-region`, in blob order. */
export function usersOf({ tree }: Pick<Board, 'tree'>, node: DtNode): readonly DtNode[] {
  let users = known.get(tree);
  if (users === undefined) {
    users = listUsers(tree);
    known.set(tree, users);
  }
  return users.get(node) ?? [];
}

function listUsers(tree: DeviceTree): ReadonlyMap<DtNode, readonly DtNode[]> {
  const users = new Map<DtNode, DtNode[]>();
  for (const user of nodesWith(tree, ['memory-region'])) {
    const property = user.properties.get('memory-region');
    if (!property) continue;
    for (const phandle of new Set(cellsOf(property))) {
      const used = tree.phandles.get(phandle);
      if (!used) continue;
      const others = users.get(used);
      if (others) others.push(user);
      else users.set(used, [user]);
    }
  }
  return users;
}
