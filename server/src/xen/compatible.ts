// The strings of a node's properties, read once for all releases.

import { stringsOf, type DtNode, type DtProperty } from '../tree/device-tree.ts';

const NONE: readonly string[] = [];
/** A tree is booted in many releases, and every node's `compatible` is asked for several times in each. */
const known = new WeakMap<DtProperty, readonly string[]>();

/** The strings of a property as written; none when it is absent. */
export function stringsIn(node: DtNode | undefined, name: string): readonly string[] {
  const property = node?.properties.get(name);
  if (!property) return NONE;
  let strings = known.get(property);
  if (!strings) {
    strings = stringsOf(property);
    known.set(property, strings);
  }
  return strings;
}

/** Whether `compatible` lists a string exactly (libfdt: fdt_node_check_compatible). */
export function isCompatible(node: DtNode | undefined, name: string): boolean {
  return stringsIn(node, 'compatible').includes(name);
}

/** Whether `compatible` lists one of some lower-case strings, in any case (Xen: dt_device_is_compatible). */
export function isOneOf(node: DtNode, names: ReadonlySet<string>): boolean {
  return stringsIn(node, 'compatible').some(
    (name) => names.has(name) || names.has(name.toLowerCase()),
  );
}
