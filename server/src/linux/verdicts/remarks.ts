// Where Linux puts a region that has no address of its own.

import type { DynamicReserved } from '../../memory/memory-map.ts';
import type { Remark } from '../../target/system.ts';
import type { LinuxBoot } from '../linux-boot.ts';

/** The likeliest place of a region, or why it has none. */
export function remarkOnDynamic(boot: LinuxBoot, { node }: DynamicReserved): Remark {
  const view = `Linux ${boot.release}`;
  const placed = boot.reserved.find((each) => each.node === node);
  if (placed) return { view, text: '', ranges: [placed], isLikely: true };
  const isIgnored = boot.ignored.some((each) => each.node === node);
  const text = isIgnored ? 'cannot be placed' : 'its place is not known';
  return { view, text, ranges: [], isLikely: false };
}
