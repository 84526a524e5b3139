// A boot module's node: kernel, ramdisk and so on, with its command line.

import { joinCells } from '../../addresses/cells.ts';
import { writtenTuple } from '../../addresses/decode.ts';
import { stringOf, type DtNode } from '../../tree/device-tree.ts';
import { unknownProperty } from '../../tree/loader-changes.ts';
import type { BootModule, BootState } from '../boot-state.ts';
import { isCompatible } from '../compatible.ts';
import { panic, print } from '../console.ts';
import { reason } from '../reasons.ts';
import { addBootModule } from './add-boot-module.ts';
import { dtReadNumber } from './dt-read-number.ts';
import type { Visit } from './device-tree-for-each-node.ts';

/** Paths longer than this, with their end, are not recognised (MAX_FDT_PATH of process_multiboot_node). */
const PATH_BUFFER = 92;
/** BOOTMOD_MAX_CMDLINE. */
const COMMAND_LINE_LIMIT = 1024;

/** Only the first tuple of `reg` counts (Xen: process_multiboot_node). */
export function processMultibootNode(state: BootState, visit: Visit): void {
  const { does } = state;
  const { node } = visit;
  if (does.dom0less && (!node.path.startsWith('/chosen') || node.path.length >= PATH_BUFFER))
    return;
  if (
    !node.properties.has('reg') &&
    !unknownProperty(state.tree, node, 'reg') &&
    state.world.valueOf('boot') === 'efi' &&
    node.properties.has('xen,uefi-binary')
  ) {
    // The EFI stub loads the file and writes `reg`.
    const domU = does.dom0less && isCompatible(node.parent, 'xen,domain');
    const kind = moduleKind(state, node);
    const module = { kind, start: 0n, size: 0n, node, written: undefined, domU, assumed: true };
    addBootModule(state, module);
    return;
  }
  const place = readPlace(state, visit);
  if (!place) return;
  const kind = moduleKind(state, node);
  const domU = does.dom0less && isCompatible(node.parent, 'xen,domain');
  const text = stringOf(node, 'bootargs');
  const bootargs = node.properties.get('bootargs');
  const line = { node, written: bootargs?.definition?.whole };
  const length = bootargs?.bytes.length ?? 0;
  const tooLong = (): void => {
    const facts = { node: node.path, length, limit: COMMAND_LINE_LIMIT };
    const because = reason('command-line-long', facts);
    panic(state, 'module-command-line-long', { node: node.name }, because, line);
  };
  if (!does.dom0less && length > COMMAND_LINE_LIMIT) {
    tooLong();
    return;
  }
  const { startKnown, ...range } = place;
  addBootModule(state, { kind, node, domU, ...range });
  if (!bootargs) return;
  if (length > COMMAND_LINE_LIMIT) {
    tooLong();
    return;
  }
  const owner = node.parent?.name ?? '';
  if (does.dom0less && state.commandLines.length >= does.moduleLimit) {
    print(state, 'module-command-line-limit', { owner }, line);
    return;
  }
  const module = startKnown ? place.start : undefined;
  state.commandLines.push({ module, owner, text: text ?? '', domU, kind, ...line });
}

interface Place extends Pick<BootModule, 'start' | 'size' | 'written' | 'assumed'> {
  readonly startKnown: boolean;
}

/** What `reg` says, or as much of it as is known of what the boot loader sets; undefined where the boot ends. */
function readPlace(state: BootState, visit: Visit): Place | undefined {
  const { node, addressCells, sizeCells } = visit;
  const unknown = unknownProperty(state.tree, node, 'reg');
  if (unknown) {
    const startKnown = addressCells <= unknown.cells.length;
    const start = startKnown ? joinCells(unknown.cells, 0, addressCells) : 0n;
    return { start, size: 0n, written: undefined, assumed: true, startKnown };
  }
  const property = node.properties.get('reg');
  if (!property) {
    const because = reason('module-without-reg', { node: node.path });
    panic(state, 'module-reg-missing', { node: node.name }, because, { node });
    return undefined;
  }
  const width = addressCells + sizeCells;
  if (property.bytes.length < width * 4) {
    const because = reason('module-reg-short', { node: node.path, cells: width });
    const source = { node, written: property.definition?.whole };
    panic(state, 'reg-too-short', { node: node.name }, because, source);
    return undefined;
  }
  const start = dtReadNumber(state, property.bytes, 0, addressCells, { node });
  const size = dtReadNumber(state, property.bytes, addressCells, sizeCells, { node });
  if (state.outcome) return undefined;
  return {
    start,
    size,
    written: writtenTuple(property, { offset: 0, length: width * 4 }),
    assumed: false,
    startKnown: true,
  };
}

function moduleKind(state: BootState, node: DtNode): BootModule['kind'] {
  const { does } = state;
  const is = (name: string): boolean => isCompatible(node, name);
  if (is('xen,linux-zimage') || is('multiboot,kernel')) return 'Kernel';
  if (is('xen,linux-initrd') || is('multiboot,ramdisk')) return 'Ramdisk';
  if (is('xen,xsm-policy')) return 'XSM';
  if (does.dtbModules && is('multiboot,device-tree')) return 'DTB';
  if (does.microcodeModules && is('multiboot,microcode')) return 'Microcode';
  state.unknownModules += 1;
  if (state.unknownModules === 1) return 'Kernel';
  return state.unknownModules === 2 ? 'Ramdisk' : 'Unknown';
}
