// The memory of a domain that Xen builds from the tree (dom0less), as the domain sees it.

import { cellsOf, stringsOf, type DtNode, type Written } from '../tree/device-tree.ts';
import { joinCells, regCells, tuplesOf } from '../addresses/cells.ts';
import type { Range } from '../addresses/region.ts';
import type { Module } from '../memory/memory-map.ts';
import type { Board } from '../rules/board.ts';

interface WrittenRange extends Range {
  readonly written: Written | undefined;
}

/** A domain's memory in its own (guest physical) addresses. */
export interface DomainMap {
  readonly found: true;
  readonly node: DtNode;
  readonly banks: readonly WrittenRange[];
  readonly shared: readonly (WrittenRange & { readonly node: DtNode })[];
  /** Where the boot loader left its images: host physical addresses. */
  readonly modules: readonly Module[];
  /** One sentence each. */
  readonly unknown: readonly string[];
}

// xen/include/public/arch-arm.h: GUEST_RAM0_BASE, GUEST_RAM0_SIZE, GUEST_RAM1_BASE, GUEST_RAM1_SIZE.
const GUEST_RAM: readonly Range[] = [
  { start: 0x4000_0000n, end: 0x1_0000_0000n },
  { start: 0x2_0000_0000n, end: 0x100_0000_0000n },
];

/** The domain of that name below /chosen, or the names there are. */
export function mapDomain(
  board: Board,
  name: string,
): DomainMap | { readonly found: false; readonly known: readonly string[] } {
  const domains = domainNodes(board);
  const node = domains.find((each) => each.name === name);
  if (!node) return { found: false, known: domains.map((each) => each.name) };
  const unknown: string[] = [];
  return {
    found: true,
    node,
    banks: banksOf(node, unknown),
    shared: node.children.flatMap(sharedOf),
    modules: board.map.modules.filter((module) => module.node.parent === node),
    unknown,
  };
}

function domainNodes(board: Board): DtNode[] {
  const chosen = board.tree.root.children.find((each) => each.name === 'chosen');
  return (chosen?.children ?? []).filter((each) => isCompatible(each, 'xen,domain'));
}

function isCompatible(node: DtNode, name: string): boolean {
  const property = node.properties.get('compatible');
  return property !== undefined && stringsOf(property).includes(name);
}

function banksOf(node: DtNode, unknown: string[]): WrittenRange[] {
  const memory = node.properties.get('memory');
  const written = memory?.definition?.value;
  const staticMemory = node.properties.get('xen,static-mem');
  const tuples = staticMemory ? tuplesOf(staticMemory, regCells(node)) : [];
  if (node.properties.has('direct-map')) {
    if (tuples.length === 0) unknown.push('it is mapped directly, but names no static memory');
    return tuples.map(({ address, size }) => ({
      start: address,
      end: address + size,
      written: staticMemory?.definition?.value,
    }));
  }
  if (!memory || memory.bytes.length < 4) {
    unknown.push('it has no `memory` property');
    return [];
  }
  // KiB (docs/misc/arm/device-tree/booting.txt).
  let left = joinCells(cellsOf(memory), 0, memory.bytes.length >> 2) * 1024n;
  const banks: WrittenRange[] = [];
  for (const { start, end } of GUEST_RAM) {
    const size = left < end - start ? left : end - start;
    if (size > 0n) banks.push({ start, end: start + size, written });
    left -= size;
  }
  return banks;
}

// <host guest size>, or <guest size> when Xen chooses the host address.
function sharedOf(node: DtNode): (WrittenRange & { readonly node: DtNode })[] {
  const property = node.properties.get('xen,shared-mem');
  if (!property || !isCompatible(node, 'xen,domain-shared-memory-v1')) return [];
  const counts = regCells(node);
  const cells = cellsOf(property);
  const guestAt = cells.length === counts.address * 2 + counts.size ? counts.address : 0;
  if (cells.length < guestAt + counts.address + counts.size) return [];
  const start = joinCells(cells, guestAt, counts.address);
  const size = joinCells(cells, guestAt + counts.address, counts.size);
  return [{ start, end: start + size, node, written: property.definition?.value }];
}
