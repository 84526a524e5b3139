// What a boot loader does to a tree that source cannot say: values that are not known, entries of the reservation block.

import type { Span } from '../text/span.ts';
import type { DeviceTree, DtNode, UnknownProperty, Written } from './device-tree.ts';

export interface LoaderChanges {
  readonly unknown: readonly UnknownProperty[];
  /** In the order in which they are made; `size` in bytes, `at` where somebody wrote them. */
  readonly reservations: readonly (
    | { readonly address: bigint; readonly size: bigint; readonly at: Span }
    /** The one at this place in the block is taken away, when there is one. */
    | { readonly removed: bigint }
  )[];
}

/** `tree` with what the boot loader changes. */
export function applyLoaderChanges(tree: DeviceTree, changes: LoaderChanges): DeviceTree {
  const { unknown, reservations } = changes;
  let memoryReservations = [...tree.memoryReservations];
  for (const each of reservations) {
    if ('removed' in each) {
      memoryReservations = memoryReservations.filter((_, index) => BigInt(index) !== each.removed);
      continue;
    }
    const { address, size, at } = each;
    const whole = writtenAt(at);
    memoryReservations.push({
      address,
      size,
      labels: [],
      written: { whole, address: whole, size: whole },
    });
  }
  const unknownProperties = new Map<string, Map<string, UnknownProperty>>();
  for (const each of unknown) {
    const ofNode = unknownProperties.get(each.path) ?? new Map<string, UnknownProperty>();
    unknownProperties.set(each.path, ofNode.set(each.name, each));
  }
  return {
    ...tree,
    memoryReservations,
    unknownProperties,
  };
}

/** Something that stands in no expanded text, but at one place of a file. */
function writtenAt(span: Span): Written {
  const { start, end } = span;
  return { in: { originOf: () => ({ span }), expandedOffset: () => undefined }, start, end };
}

/** What is known of a property whose value is not known; undefined for all others. */
export function unknownProperty(
  tree: DeviceTree,
  node: DtNode,
  name: string,
): UnknownProperty | undefined {
  return tree.unknownProperties?.get(node.path)?.get(name);
}
