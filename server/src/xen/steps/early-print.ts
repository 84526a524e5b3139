// The table of RAM, modules and reservations that Xen prints after its early scan.

import { rangeOf, type BootState } from '../boot-state.ts';
import { paddr, print } from '../console.ts';
import { kindName } from './add-boot-module.ts';

/** Prints the table; blank lines between its parts are left out (Xen: early_print_info). */
export function earlyPrintInfo(state: BootState): void {
  const { does } = state;
  for (const bank of state.ram) {
    const { start, end } = rangeOf(bank);
    print(state, `RAM: ${paddr(start)} - ${paddr(end - 1n)}`, bank);
  }
  // The blank line that follows ends whatever is open.
  state.lineOpen = false;
  for (const [index, module] of state.modules.entries()) {
    if (module.assumed) continue;
    const { start, end } = rangeOf(module);
    const last = does.moduleEndInclusive ? end - 1n : end;
    const kind = kindName(state, module.kind).padEnd(12);
    const commandLine = does.moduleCommandLineInTable
      ? ` ${state.commandLines.find((line) => line.node === module.node)?.text ?? ''}`
      : '';
    print(
      state,
      `MODULE[${index}]: ${paddr(start)} - ${paddr(last)} ${kind}${commandLine}`,
      module,
    );
  }
  printReserved(state);
  if (!does.moduleCommandLineInTable) {
    for (const { module, owner, text, node, written } of state.commandLines)
      print(state, `CMDLINE[${paddr(module)}]:${owner} ${text}`, { node, written });
  }
}

function printReserved(state: BootState): void {
  const { does } = state;
  let index = 0;
  if (!does.memreserveInReserved && state.profile.boot !== 'efi') {
    for (const { address, size, written } of state.tree.memoryReservations) {
      const end = address + size - (does.memreserveEndExclusive ? 0n : 1n);
      print(state, ` RESVD[${index}]: ${paddr(address)} - ${paddr(end)}`, {
        written: written.whole,
      });
      index += 1;
    }
  }
  for (const bank of state.reserved) {
    const { start, end } = rangeOf(bank);
    print(state, ` RESVD[${index}]: ${paddr(start)} - ${paddr(end - 1n)}`, bank);
    index += 1;
  }
  for (const [shared, bank] of state.shared.entries()) {
    if (bank.start === undefined) continue;
    print(
      state,
      ` SHMEM[${shared}]: ${paddr(bank.start)} - ${paddr(bank.start + bank.size - 1n)}`,
      { node: bank.node, written: bank.written },
    );
  }
}
