// Which cells `xen,static-mem` is read with, where that is not what its node says.

import { nodeAt, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { firstCell, inheritedCells } from '../cells.ts';
import { reason, type Reason } from '../reasons.ts';

const ADDRESS = '#xen,static-mem-address-cells';
const SIZE = '#xen,static-mem-size-cells';

/**
 * Why ranges of a domain's static memory are others than its node has in mind, when one of these reasons is about that
 * domain; undefined when the release reads the cells that are meant (Xen: process_domain_node).
 */
export function whyOtherCells(state: BootState, because: readonly Reason[]): Reason | undefined {
  if (state.does.staticMem === 'none') return undefined;
  for (const { facts } of because as readonly { readonly facts: object }[]) {
    const node = 'node' in facts ? nodeAt(state.tree, String(facts.node)) : undefined;
    const found = node?.properties.has('xen,static-mem') ? otherCells(state, node) : undefined;
    if (found) return found;
  }
  return undefined;
}

function otherCells({ does }: BootState, node: DtNode): Reason | undefined {
  const own = (name: string): number | undefined => firstCell(node.properties.get(name)?.bytes);
  const [ownAddress, ownSize] = [own(ADDRESS), own(SIZE)];
  if (does.staticMem === 'own-cells')
    return ownAddress === undefined || ownSize === undefined
      ? reason('static-memory-without-cells', { node: node.path })
      : undefined;
  const address = inheritedCells(node, '#address-cells', 2);
  const size = inheritedCells(node, '#size-cells', 1);
  if (ownAddress === undefined && ownSize === undefined) return undefined;
  if (ownAddress === address && ownSize === size) return undefined;
  const parent = node.parent?.path ?? '/';
  return reason('static-memory-other-cells', { node: node.path, parent, address, size });
}
