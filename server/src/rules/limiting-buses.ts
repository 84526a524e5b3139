// The buses whose `dma-ranges` limit their devices, and whether they have any.

import { dmaBus, type DmaBus } from '../linux/dma-reach.ts';
import { isEnabled } from '../memory/map-memory.ts';
import { stringOf, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import { nodesWith } from '../tree/nodes-with.ts';

/** Every bus with `dma-ranges` that say something, in blob order, enabled or not. */
export function limitingBuses(tree: DeviceTree): DmaBus[] {
  return nodesWith(tree, ['dma-ranges']).flatMap((node) => dmaBus(node) ?? []);
}

/** Whether a bus and all above it are enabled, and an enabled device that may do DMA is on it; false for no bus. */
export function hasDmaDevices(bus: DtNode | undefined): boolean {
  return bus !== undefined && isInUse(bus) && hasDevices(bus, true);
}

/** Whether a node and all above it are enabled. */
export function isInUse(node: DtNode): boolean {
  for (let each: DtNode | undefined = node; each; each = each.parent)
    if (!isEnabled(each)) return false;
  return true;
}

/** Devices below a bus with a limit of its own do their DMA through that one. */
function hasDevices(bus: DtNode, isFirst: boolean): boolean {
  if (!isFirst && (bus.properties.get('dma-ranges')?.bytes.length ?? 0) > 0) return false;
  // Devices of PCI are found by the system.
  if (stringOf(bus, 'device_type') === 'pci') return true;
  return bus.children.some(
    (node) => isEnabled(node) && (mayDoDma(node) || hasDevices(node, false)),
  );
}

/** Whether a device may be a bus master: a driver binds to it, and it is no bus and no controller of lines. */
function mayDoDma({ properties }: DtNode): boolean {
  return (
    properties.has('compatible') &&
    properties.has('reg') &&
    !['ranges', 'interrupt-controller', 'gpio-controller'].some((name) => properties.has(name))
  );
}
