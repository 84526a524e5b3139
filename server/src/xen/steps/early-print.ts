// The table of RAM, modules and reservations that Xen prints after its early scan.

import { rangeOf, type BootState } from '../boot-state.ts';
import { print } from '../console.ts';
import { kindName } from './add-boot-module.ts';

/** Prints the table; blank lines between its parts are left out (Xen: early_print_info). */
export function earlyPrintInfo(state: BootState): void {
  const { does } = state;
  for (const bank of state.ram) {
    const { start, end } = rangeOf(bank);
    print(state, 'ram', { start, last: end - 1n }, bank);
  }
  // The blank line that follows ends whatever is open.
  state.lineOpen = false;
  for (const [index, module] of state.modules.entries()) {
    if (module.assumed) continue;
    const { start, end } = rangeOf(module);
    const to = does.moduleEndInclusive ? end - 1n : end;
    const kind = kindName(state, module.kind);
    const commandLine = state.commandLines.find((line) => line.node === module.node)?.text ?? '';
    print(state, 'module', { index, start, to, kind, commandLine }, module);
  }
  printReserved(state);
  if (!does.moduleCommandLineInTable) {
    for (const { module, owner, text, node, written } of state.commandLines)
      if (module !== undefined)
        print(state, 'module-command-line', { module, owner, text }, { node, written });
  }
}

function printReserved(state: BootState): void {
  const { does } = state;
  let index = 0;
  if (!does.memreserveInReserved && state.world.valueOf('boot') !== 'efi') {
    for (const { address, size, written } of state.tree.memoryReservations) {
      const to = address + size - (does.memreserveEndExclusive ? 0n : 1n);
      print(state, 'reserved', { index, start: address, to }, { written: written.whole });
      index += 1;
    }
  }
  for (const bank of state.reserved) {
    const { start, end } = rangeOf(bank);
    print(state, 'reserved', { index, start, to: end - 1n }, bank);
    index += 1;
  }
  for (const [shared, bank] of state.shared.entries()) {
    const { start, size, node, written } = bank;
    if (start === undefined) continue;
    const last = start + size - 1n;
    print(state, 'shared-memory', { index: shared, start, last }, { node, written });
  }
}
