// Reads /chosen: the static heap and a ramdisk named by properties.

import type { BootState } from '../boot-state.ts';
import { readNumber } from '../cells.ts';
import { print } from '../console.ts';
import { EINVAL } from '../errno.ts';
import { addBootModule } from './add-boot-module.ts';
import { readBanks } from './device-tree-get-meminfo.ts';
import type { Visit } from './device-tree-for-each-node.ts';
import { reservedList } from './process-reserved-memory.ts';

/** `xen,static-heap` has the root's cells; `linux,initrd-*` have one or two cells each (Xen: process_chosen_node). */
export function processChosenNode(state: BootState, visit: Visit): number {
  const { node, addressCells, sizeCells } = visit;
  if (state.does.staticHeap && node.properties.has('xen,static-heap')) {
    print(state, 'static-heap-checked', {}, { node });
    const list = reservedList(state, 'static-heap');
    const rc = readBanks(state, node, 'xen,static-heap', addressCells, sizeCells, list);
    if (rc !== 0) return rc;
    state.hasStaticHeap = true;
  }
  print(state, 'initrd-checked', {}, { node });
  const bad = state.does.badInitrdIsError ? EINVAL : 0;
  const first = node.properties.get('linux,initrd-start');
  if (!first) return 0;
  const written = first.definition?.whole;
  const validLength = (length: number): boolean => length === 4 || length === 8;
  if (!validLength(first.bytes.length)) {
    print(
      state,
      'initrd-length',
      { which: 'start', length: first.bytes.length },
      { node, written },
    );
    return bad;
  }
  const last = node.properties.get('linux,initrd-end');
  if (!last) {
    print(state, 'initrd-end-missing', {}, { node, written });
    return bad;
  }
  if (!validLength(last.bytes.length)) {
    const source = { node, written: last.definition?.whole };
    print(state, 'initrd-length', { which: 'end', length: last.bytes.length }, source);
    return bad;
  }
  const start = readNumber(first.bytes, 0, first.bytes.length / 4);
  const end = readNumber(last.bytes, 0, last.bytes.length / 4);
  if (start >= end) {
    print(state, 'initrd-limits', { start, end }, { node, written });
    return bad;
  }
  const to = state.does.moduleEndInclusive ? end - 1n : end;
  print(state, 'initrd', { start, to }, { node, written });
  addBootModule(state, {
    kind: 'Ramdisk',
    start,
    size: end - start,
    node,
    written: first.definition?.value,
    domU: false,
    assumed: false,
  });
  return 0;
}
