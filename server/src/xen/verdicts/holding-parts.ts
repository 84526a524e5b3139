// What holdings of several views are made of.

import { union, type Range } from '../../addresses/region.ts';
import type { Block } from '../../target/view.ts';
import type { DtNode, Written } from '../../tree/device-tree.ts';
import { wordReasons } from '../reasons.ts';
import type { XenBoot } from '../xen-boot.ts';

/** Why a part of a boot's prediction is not certain; undefined when it is. */
export function whyUnsure(boot: XenBoot, what: string): string | undefined {
  const unsure = boot.uncertain.find((each) => each.what === what);
  return unsure && wordReasons(unsure.because);
}

/** Why something is only likely, as part of a holding. */
export function becauseOf(because: string | undefined): { because?: string } {
  return because === undefined ? {} : { because };
}

/** The reason behind a place that is only the likeliest one, as the end of a clause. */
export function mostLikely(because: string | undefined): string {
  return because === undefined ? '' : `, most likely here: ${because}`;
}

/** The node's label, else its name; what people call it. */
export function nameOf(node: DtNode | undefined): string {
  return node?.labels[0] ?? node?.name ?? '/memreserve/';
}

/** Bytes of the union. */
export function sum(ranges: readonly Range[]): bigint {
  return union(ranges).reduce((bytes, range) => bytes + range.end - range.start, 0n);
}

/** How a region is drawn by what its node asks for. */
export function textureOf(node: DtNode | undefined): Pick<Block, 'texture'> {
  if (node?.properties.has('no-map')) return { texture: 'no-map' };
  return node?.properties.has('reusable') ? { texture: 'reusable' } : {};
}

/** The node and text that something comes from, as part of a holding. */
export function placeOf({
  node,
  written,
}: {
  node?: DtNode | undefined;
  written?: Written | undefined;
}): {
  node?: DtNode;
  written?: Written;
} {
  return { ...(node && { node }), ...(written && { written }) };
}
