// A number in the cells of a property, of as many cells as the tree says.

import type { BootState, Source } from '../boot-state.ts';
import { cellAt, readNumber } from '../cells.ts';
import { crash, event, print } from '../console.ts';
import { reason } from '../reasons.ts';

/**
 * The low 64 bits of `count` cells from a cell index. Later releases read one or two: of any other count they complain and
 * take the first cell, and debug builds end the boot; what is returned then has no meaning (Xen: dt_read_number).
 */
export function dtReadNumber(
  state: BootState,
  bytes: Uint8Array,
  index: number,
  count: number,
  source: Source,
): bigint {
  if (state.does.wideNumbers === 'low-64' || count === 1 || count === 2)
    return readNumber(bytes, index, count);
  // It has asserted before.
  if (state.outcome) return 0n;
  print(state, 'number-size', { cells: count }, source);
  if (state.world.valueOf('xen.debug'))
    crash(
      state,
      event('assertion', { assertion: 'unreachable', place: './include/xen/bootfdt.h' }),
      reason('number-size', { node: source.node?.path ?? '', cells: count }),
      source,
    );
  return BigInt(cellAt(bytes, index));
}
