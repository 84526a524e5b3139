// A boot module's node: kernel, ramdisk and so on, with its command line.

import { writtenTuple } from '../../addresses/decode.ts';
import { stringOf, type DtNode } from '../../tree/device-tree.ts';
import type { BootModule, BootState } from '../boot-state.ts';
import { readNumber } from '../cells.ts';
import { isCompatible } from '../compatible.ts';
import { panic, print } from '../console.ts';
import { addBootModule } from './add-boot-module.ts';
import { readableCells } from './device-tree-get-meminfo.ts';
import type { Visit } from './device-tree-for-each-node.ts';

/** Paths longer than this, with their end, are not recognised (MAX_FDT_PATH of process_multiboot_node). */
const PATH_BUFFER = 92;
/** BOOTMOD_MAX_CMDLINE. */
const COMMAND_LINE_LIMIT = 1024;

/** Only the first tuple of `reg` counts (Xen: process_multiboot_node). */
export function processMultibootNode(state: BootState, visit: Visit): void {
  const { does } = state;
  const { node, addressCells, sizeCells } = visit;
  if (does.dom0less && (!node.path.startsWith('/chosen') || node.path.length >= PATH_BUFFER))
    return;
  const property = node.properties.get('reg');
  if (!property && state.profile.boot === 'efi' && node.properties.has('xen,uefi-binary')) {
    // The EFI stub loads the file and writes `reg`.
    const domU = does.dom0less && isCompatible(node.parent, 'xen,domain');
    const kind = moduleKind(state, node);
    const module = { kind, start: 0n, size: 0n, node, written: undefined, domU, assumed: true };
    addBootModule(state, module);
    return;
  }
  if (!property) {
    panic(state, `node ${node.name} missing \`reg' property`, `${node.path} has no reg`, { node });
    return;
  }
  const width = addressCells + sizeCells;
  if (property.bytes.length < width * 4) {
    panic(
      state,
      `fdt: node \`${node.name}': \`reg\` property length is too short`,
      `reg of ${node.path} is shorter than ${width} cells`,
      { node, written: property.definition?.whole },
    );
    return;
  }
  if (!readableCells(state, addressCells, node) || !readableCells(state, sizeCells, node)) return;
  const start = readNumber(property.bytes, 0, addressCells);
  const size = readNumber(property.bytes, addressCells, sizeCells);
  const written = writtenTuple(property, { offset: 0, length: width * 4 });
  const kind = moduleKind(state, node);
  const domU = does.dom0less && isCompatible(node.parent, 'xen,domain');
  const text = stringOf(node, 'bootargs');
  const bootargs = node.properties.get('bootargs');
  const line = { node, written: bootargs?.definition?.whole };
  const length = bootargs?.bytes.length ?? 0;
  const tooLong = (): void => {
    panic(
      state,
      `module ${node.name} command line too long`,
      `bootargs of ${node.path} has ${length} bytes, more than ${COMMAND_LINE_LIMIT}`,
      line,
    );
  };
  if (!does.dom0less && length > COMMAND_LINE_LIMIT) {
    tooLong();
    return;
  }
  addBootModule(state, { kind, start, size, node, written, domU, assumed: false });
  if (!bootargs) return;
  if (length > COMMAND_LINE_LIMIT) {
    tooLong();
    return;
  }
  const owner = node.parent?.name ?? '';
  if (does.dom0less && state.commandLines.length >= does.moduleLimit) {
    print(state, `Ignoring ${owner} cmdline (too many)`, line);
    return;
  }
  state.commandLines.push({ module: start, owner, text: text ?? '', domU, kind, ...line });
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
