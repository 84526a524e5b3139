// A range as hovers write it.

import { formatGrouped } from '../addresses/format.ts';
import type { Range } from '../addresses/region.ts';

/** `0x1_a000_0000 – 0x1_a0ff_ffff`: first and last byte, as people write ranges. */
export function rangeText(range: Range): string {
  if (range.end <= range.start) return `${formatGrouped(range.start)} (empty)`;
  return `\`${formatGrouped(range.start)} – ${formatGrouped(range.end - 1n)}\``;
}
