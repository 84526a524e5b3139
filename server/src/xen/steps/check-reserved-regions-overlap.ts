// Whether a new region meets one that Xen already knows, with the line it prints then.

import { rangeOf, type BootState, type Source } from '../boot-state.ts';
import { print } from '../console.ts';
import type { Range } from '../../addresses/region.ts';

/**
 * True, after printing the first conflict, when [start, start + size) meets a reserved bank, static shared memory or
 * a boot module. Ends wrap at 64 bits; an empty region inside another counts. A region inside one `/memreserve/`
 * entry passes in releases that tolerate it, unless it is shared memory (Xen: check_reserved_regions_overlap).
 */
export function overlapsReserved(
  state: BootState,
  start: bigint,
  size: bigint,
  source: Source,
  memreserve: 'tolerated' | 'refused' = 'tolerated',
): boolean {
  const region = { start, end: BigInt.asUintN(64, start + size) };
  const tolerant = state.does.toleratesMemreserve && memreserve === 'tolerated';
  for (const [index, bank] of state.reserved.entries()) {
    const other = wrappedRange(bank);
    if (!conflicts(region, other)) continue;
    if (tolerant && bank.kind === 'memreserve' && inside(region, other)) continue;
    return report(state, region, { list: 'bank', index }, other, source);
  }
  for (const [index, bank] of state.shared.entries()) {
    if (bank.start === undefined) continue;
    const other = wrappedRange({ start: bank.start, size: bank.size });
    if (conflicts(region, other))
      return report(state, region, { list: 'bank', index }, other, source);
  }
  for (const [index, module] of state.modules.entries()) {
    if (module.assumed) continue;
    const other = wrappedRange(module);
    if (conflicts(region, other))
      return report(state, region, { list: 'mod', index }, other, source);
  }
  return false;
}

function wrappedRange(bank: { start: bigint; size: bigint }): Range {
  const { start, end } = rangeOf(bank);
  return { start, end: BigInt.asUintN(64, end) };
}

function conflicts(region: Range, other: Range): boolean {
  return !(region.end <= other.start || region.start >= other.end);
}

function inside(region: Range, other: Range): boolean {
  return region.start >= other.start && region.end <= other.end;
}

function report(
  state: BootState,
  region: Range,
  entry: { readonly list: string; readonly index: number },
  other: Range,
  source: Source,
): boolean {
  const facts = { ...region, ...entry, otherStart: other.start, otherEnd: other.end };
  print(state, 'region-overlap', facts, source);
  return true;
}
