// What the strings of a node's properties say to Xen.

import { stringsIn, type DtNode } from '../tree/device-tree.ts';

/** Whether `compatible` lists a string exactly (libfdt: fdt_node_check_compatible). */
export function isCompatible(node: DtNode | undefined, name: string): boolean {
  return node !== undefined && stringsIn(node, 'compatible').includes(name);
}

/** Whether `compatible` lists one of some lower-case strings, in any case (Xen: dt_device_is_compatible). */
export function isOneOf(node: DtNode, names: ReadonlySet<string>): boolean {
  return stringsIn(node, 'compatible').some(
    (name) => names.has(name) || names.has(name.toLowerCase()),
  );
}
