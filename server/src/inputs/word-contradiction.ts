// The words for what cannot be true at the same time.

import { formatAddress, formatRange } from '../addresses/format.ts';
import type { Contradiction, OtherValue, TreeContradiction } from './find-contradictions.ts';
import type { FieldFault } from './read-json.ts';

/** Two fields of one profile that contradict each other. */
export function wordContradiction(contradiction: Contradiction): FieldFault {
  const { path, other } = contradiction;
  return { path, other, because: because(contradiction) };
}

function because(contradiction: Contradiction): string {
  const other = contradiction.other.join('.');
  switch (contradiction.code) {
    case 'ranges-overlap':
      return `overlaps ${other}`;
    case 'dtb-in-xen':
      return `must not put the DTB into Xen, which is at ${other}`;
    case 'text-larger-than-xen':
      return `must not be larger than ${other} (${formatAddress(contradiction.size)})`;
    case 'ends-behind-addresses':
      return `must not reach beyond 2^64 - 1 from ${other}`;
    case 'outside-memory':
      return 'must be in one of the ranges of memory';
    case 'efi-map-without-efi':
      return 'is for boot: "efi", but boot is "dt"';
    case 'unpacked-size-of-plain':
      return 'is for format "gzip" only';
    case 'pages-of-64-bit':
      return 'must be 4096 for architecture "arm32"';
    case 'option-needs-option':
      return `needs ${other}`;
  }
}

/** A field that contradicts the tree; `place` is where the tree says otherwise. */
export function wordTreeContradiction(contradiction: TreeContradiction, place: string): string {
  switch (contradiction.code) {
    case 'cpus-more-than-nodes':
      return `is ${contradiction.cpus}, but the device tree has ${contradiction.nodes} CPU${contradiction.nodes === 1 ? '' : 's'} (${place})`;
    case 'other-architecture':
      return `is "${contradiction.given}", but the device tree has ${contradiction.compatible} (${place})`;
    case 'outside-ram':
      return `is outside the RAM of the device tree, which begins with ${formatRange(contradiction.bank)} (${place})`;
    case 'uefi-module':
      return `is "dt", but only UEFI loads ${contradiction.node} (${place})`;
  }
}

/** A field of which another source, named with its place, says something else. */
export function wordOtherValue({ given, other }: Omit<OtherValue, 'path'>, place: string): string {
  return `is ${shown(given)}, but ${place} says ${shown(other)}`;
}

function shown(value: OtherValue['given']): string {
  return typeof value === 'bigint' ? formatAddress(value) : JSON.stringify(value);
}
