// What the strings of a node's properties say to Xen.

import { stringsOf, type DtNode } from '../tree/device-tree.ts';

const NONE: readonly string[] = [];

/** The strings of a property as written; none when it is absent. */
export function stringsIn(node: DtNode | undefined, name: string): readonly string[] {
  const property = node?.properties.get(name);
  return property ? stringsOf(property) : NONE;
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
