// Makes dom0's blob as a whole, or says why it cannot be made.

import type { DeviceTree, DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { panic, print } from '../console.ts';
import { EINVAL } from '../errno.ts';
import { finish, newFdtWriter } from './fdt-writer.ts';
import { handleNode, type HostDevices } from './handle-node.ts';

/** libfdt's error for a full buffer. */
const NO_SPACE = -3;

/** Writes the tree; the buffer is a little larger than the host's blob (Xen: prepare_dtb_hwdom). */
export function prepareDtbHwdom(state: BootState, devices: HostDevices): void {
  const writer = newFdtWriter(Number(state.blobSize) + state.does.blobSlack);
  const rc = handleNode(state, writer, state.tree.root, devices);
  if (state.outcome) return;
  if (rc === 0 && !writer.full) state.dom0BlobSize = finish(writer);
  if (rc !== 0 || writer.full) {
    print(state, `Device tree generation failed (${writer.full ? NO_SPACE : rc}).`);
    couldNotSetUp(
      state,
      EINVAL,
      writer.full
        ? `dom0's tree does not fit into ${writer.capacity} bytes: the host's blob and a little more`
        : 'a node of the host cannot be mapped into dom0',
    );
    return;
  }
  if (writer.root) state.dom0Tree = treeOf(writer.root);
}

/** The last message when dom0 cannot be built. */
export function couldNotSetUp(state: BootState, rc: number, because: string): void {
  const texts = {
    plain: 'Could not set up DOM0 guest OS',
    'dom0-rc': `Could not set up DOM0 guest OS (rc = ${rc})`,
    'd0-rc': `Could not set up d0 guest OS (rc = ${rc})`,
  };
  panic(state, texts[state.does.setupPanic], because);
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
