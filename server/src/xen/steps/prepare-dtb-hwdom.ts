// Makes dom0's blob as a whole, or says why it cannot be made.

import type { DeviceTree, DtNode } from '../../tree/device-tree.ts';
import type { BootState, Source } from '../boot-state.ts';
import { panic, print } from '../console.ts';
import { EINVAL } from '../errno.ts';
import { reason, type Reason } from '../reasons.ts';
import { finish, newFdtWriter } from './fdt-writer.ts';
import { handleNode, type HostDevices } from './handle-node.ts';

/** libfdt's error for a full buffer. */
const NO_SPACE = -3;

/** Writes the tree; the buffer is a little larger than the host's blob (Xen: prepare_dtb_hwdom). */
export function prepareDtbHwdom(state: BootState, devices: HostDevices): void {
  const hostSize = state.world.valueOf('dtb.size');
  const writer = newFdtWriter(
    hostSize === undefined ? Infinity : Number(hostSize) + state.does.blobSlack,
  );
  const failure = handleNode(state, writer, state.tree.root, devices);
  if (state.outcome) return;
  if (!failure && !writer.full) state.dom0BlobSize = finish(writer);
  if (writer.full) {
    notMade(state, NO_SPACE, reason('tree-too-large', { size: writer.capacity }));
    return;
  }
  if (failure) {
    const because = reason('node-not-mapped', { node: failure.node.path });
    notMade(state, failure.rc, because, failure.line);
    return;
  }
  if (writer.root) state.dom0Tree = treeOf(writer.root);
}

function notMade(state: BootState, rc: number, because: Reason, source: Source = {}): void {
  print(state, 'tree-generation', { code: rc }, source);
  couldNotSetUp(state, EINVAL, because, source);
}

/** The last message when dom0 cannot be built; `source` is what keeps it from being built. */
export function couldNotSetUp(
  state: BootState,
  rc: number,
  because: Reason,
  source: Source = {},
): void {
  panic(state, 'dom0-construction', { code: rc }, because, source);
}

function treeOf(root: DtNode): DeviceTree {
  const phandles = new Map<number, DtNode>();
  const visit = (node: DtNode): void => {
    for (const name of ['phandle', 'linux,phandle']) {
      const bytes = node.properties.get(name)?.bytes;
      if (bytes?.length !== 4) continue;
      const phandle = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
      if (!phandles.has(phandle)) phandles.set(phandle, node);
    }
    for (const child of node.children) visit(child);
  };
  visit(root);
  return {
    root,
    labels: new Map(),
    phandles,
    memoryReservations: [],
    bootCpu: 0,
    isPlugin: false,
    problems: [],
  };
}
