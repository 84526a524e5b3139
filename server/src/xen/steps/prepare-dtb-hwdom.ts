// Makes dom0's blob as a whole, or says why it cannot be made.

import type { DeviceTree, DtNode } from '../../tree/device-tree.ts';
import type { BootState, Source } from '../boot-state.ts';
import { panic, print } from '../console.ts';
import { EINVAL } from '../errno.ts';
import { finish, newFdtWriter } from './fdt-writer.ts';
import { handleNode, type HostDevices } from './handle-node.ts';

/** libfdt's error for a full buffer. */
const NO_SPACE = -3;

/** Writes the tree; the buffer is a little larger than the host's blob (Xen: prepare_dtb_hwdom). */
export function prepareDtbHwdom(state: BootState, devices: HostDevices): void {
  const writer = newFdtWriter(Number(state.blobSize) + state.does.blobSlack);
  const failure = handleNode(state, writer, state.tree.root, devices);
  if (state.outcome) return;
  if (!failure && !writer.full) state.dom0BlobSize = finish(writer);
  if (writer.full) {
    const limit = `${writer.capacity} bytes: the host's blob and a little more`;
    notMade(state, NO_SPACE, `dom0's tree does not fit into ${limit}`);
    return;
  }
  if (failure) {
    notMade(state, failure.rc, `${failure.node.path} cannot be mapped into dom0`, failure.line);
    return;
  }
  if (writer.root) state.dom0Tree = treeOf(writer.root);
}

function notMade(state: BootState, rc: number, because: string, source: Source = {}): void {
  print(state, `Device tree generation failed (${rc}).`, source);
  couldNotSetUp(state, EINVAL, because, source);
}

/** The last message when dom0 cannot be built; `source` is what keeps it from being built. */
export function couldNotSetUp(
  state: BootState,
  rc: number,
  because: string,
  source: Source = {},
): void {
  const texts = {
    plain: 'Could not set up DOM0 guest OS',
    'dom0-rc': `Could not set up DOM0 guest OS (rc = ${rc})`,
    'd0-rc': `Could not set up d0 guest OS (rc = ${rc})`,
  };
  panic(state, texts[state.does.setupPanic], because, source);
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
