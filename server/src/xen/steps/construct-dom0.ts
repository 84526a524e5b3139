// Builds dom0, from its kernel module to its last loaded byte.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { chosenOf } from '../chosen-of.ts';
import type { BootState } from '../boot-state.ts';
import { giveUp, print } from '../console.ts';
import { reason, type Reason } from '../reasons.ts';
import { EINVAL, ENOENT } from '../errno.ts';
import { allocateMemory11 } from './allocate-memory-11.ts';
import { findModule } from './add-boot-module.ts';
import { findHostDevices, type HostDevices } from './handle-node.ts';
import { loadDom0 } from './kernel-load.ts';
import { placeModules } from './place-modules.ts';
import { takeRoots } from './setup-virt-paging.ts';
import { unpackKernel } from './kernel-decompress.ts';
import { refuseSharedMemory } from './process-shm.ts';
import { couldNotSetUp, prepareDtbHwdom } from './prepare-dtb-hwdom.ts';

const MIB = 1n << 20n;

/** Builds dom0, or says that only domUs are wanted (Xen: create_dom0, construct_dom0). */
export function constructDom0(state: BootState): void {
  const { does } = state;
  const kernels = state.modules.filter(({ kind }) => kind === 'Kernel');
  if (does.dom0lessMode && kernels.length > 0 && kernels.every(({ domU }) => domU)) {
    print(state, 'dom0less', {});
    return;
  }
  print(state, 'loading-dom0', {});
  const kernel = findModule(state, 'Kernel');
  if (!kernel) {
    const source = { node: chosenOf(state.tree) };
    print(state, 'kernel-missing', {}, source);
    couldNotSetUp(state, ENOENT, reason('dom0-kernel-missing', {}), source);
    return;
  }
  state.hasDom0 = true;
  state.dom0Kernel = kernel;
  state.dom0Initrd = findModule(state, 'Ramdisk');
  if (!kernel.assumed) print(state, 'kernel-from', { domain: 'd0', address: kernel.start }, kernel);
  if (state.dom0Initrd && !state.dom0Initrd.assumed)
    print(state, 'ramdisk-from', { address: state.dom0Initrd.start }, state.dom0Initrd);
  if (does.cacheColouring && state.world.valueOf('config.llcColoring')) {
    const because = reason('cache-colouring', {});
    for (const what of ['dom0.banks', 'dom0.extendedRegions', 'log', 'outcome', ...FOLLOWS_BANKS])
      state.uncertain.push({ what, because: [because] });
    const size = Number(state.options.dom0Memory / MIB);
    print(state, 'allocating', { size, domain: 'd0' });
    giveUp(state, because);
    return;
  }
  takeRoots(state);
  unpackKernel(state);
  if (state.outcome) return;
  if (does.grantTableFirst) setGrantTable(state);
  allocateMemory11(state);
  const unknown = state.banksUncertain ? FOLLOWS_BANKS : state.restUncertain ? FOLLOWS_REST : [];
  for (const what of unknown)
    state.uncertain.push({ what, because: [reason('follows-banks', {})] });
  if (state.outcome) return;
  if (!does.grantTableFirst) setGrantTable(state);
  const chosen = chosenOf(state.tree);
  const refused = chosen && refuseSharedMemory(state, chosen, 'd0', 'direct');
  if (refused) {
    couldNotSetUp(state, EINVAL, reason('dom0-shared-memory', {}), refused);
    return;
  }
  buildDom0Tree(state);
  if (state.outcome) return;
  placeModules(state);
  if (state.outcome) return;
  loadDom0(state);
}

/** What lies in dom0's banks, or is made from them. */
const FOLLOWS_BANKS = ['dom0.memoryNodes', 'dom0.kernel', 'dom0.initrd', 'dom0.dtb'];
/** And what is when only the last few MiB have an unknown place. */
const FOLLOWS_REST = ['dom0.memoryNodes', 'dom0.dtb'];

/** The grant table is told to lie over Xen's own text, at most as long as that (Xen: find_gnttab_region). */
function setGrantTable(state: BootState): void {
  const textSize = state.world.valueOf('xen.textSize');
  const frames = BigInt(state.options.grantFrames);
  const textPages = textSize === undefined ? undefined : (textSize + PAGE_SIZE - 1n) / PAGE_SIZE;
  const pages = textPages !== undefined && textPages < frames ? textPages : frames;
  const start = state.xenAddress;
  const end = start + pages * PAGE_SIZE;
  state.grantTable = { start, end };
  const xen = state.modules.find(({ kind }) => kind === 'Xen');
  if (xen?.assumed && state.world.valueOf('xen.address') === undefined) return;
  if (xen?.assumed && state.does.relocates) return;
  print(state, 'grant-table', { start, end });
}

function buildDom0Tree(state: BootState): void {
  const devices = findHostDevices(state);
  prepareDtbHwdom(state, devices);
  explainBlobDoubts(state, devices);
}

function explainBlobDoubts(state: BootState, devices: HostDevices): void {
  const because: Reason[] = [];
  if (state.world.valueOf('dtb.size') === undefined) because.push(reason('blob-size-unknown', {}));
  if (devices.gic === undefined) because.push(reason('no-interrupt-controller', {}));
  if (state.options.dom0Cpus === undefined && state.world.valueOf('cpus') === undefined)
    because.push(reason('cpus-not-given', {}));
  if (because.length === 0 || state.banksUncertain) return;
  state.uncertain.push({ what: 'dom0.dtb', because });
}
