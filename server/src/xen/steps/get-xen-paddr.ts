// Where Xen is: as loaded, or where it moves itself to.

import { rangeOf, type BootModule, type BootState } from '../boot-state.ts';
import { paddr, panic, print } from '../console.ts';
import { considerModules } from './consider-modules.ts';
import { reservations } from './dt-unreserved-regions.ts';

const MIB = 1n << 20n;
/** A place for Xen and the blob when the profile gives none. */
const ASSUMED_SIZE = 2n * MIB;

/** What the profile would have to say of Xen and of its blob. */
const WHAT_IS_MISSING: Readonly<Partial<Record<BootModule['kind'], string>>> = {
  Xen: "Xen's own address and size",
  'Device Tree': "the blob's address and size",
};

/**
 * Gives modules of unknown place an assumed one: the lowest free, 2 MiB aligned, above the start of RAM. They are
 * not printed, and what follows from them is declared uncertain by the callers.
 */
export function assumePlaces(state: BootState): void {
  const banks = state.ram.map(rangeOf).sort((a, b) => (a.start < b.start ? -1 : 1));
  const { xen } = state.profile;
  if (!state.does.xenIsModule) {
    const { address, size } = xen ?? {};
    state.modules.push({
      kind: 'Xen',
      start: address ?? 0n,
      size: size ?? 0n,
      node: undefined,
      written: undefined,
      domU: false,
      assumed: address === undefined || size === undefined,
    });
  }
  const missing: string[] = [];
  for (const [index, module] of state.modules.entries()) {
    if (!module.assumed) continue;
    missing.push(
      WHAT_IS_MISSING[module.kind] ?? `where ${module.node?.name ?? 'a module'} is loaded`,
    );
    const given = module.kind === 'Xen' ? xen?.address : undefined;
    const size = module.size || ASSUMED_SIZE;
    const start = given ?? lowestHole(state, banks, size);
    state.modules[index] = { ...module, start, size };
  }
  if (missing.length === 0) return;
  const because = `the boot profile does not give ${missing.join(' and ')}`;
  state.uncertain.push({
    what: 'modules',
    because,
    candidates: state.modules.filter(({ assumed }) => assumed).map((module) => rangeOf(module)),
  });
  state.uncertain.push({ what: 'heap', because });
}

function lowestHole(
  state: BootState,
  banks: readonly { start: bigint; end: bigint }[],
  size: bigint,
): bigint {
  const taken = [
    ...state.modules.filter((module) => module.start > 0n).map(rangeOf),
    ...reservations(state),
  ];
  const align = 2n * MIB;
  for (const bank of banks) {
    let start = ((bank.start + align - 1n) / align) * align + align;
    while (start + size <= bank.end) {
      const at = start;
      const obstacle = taken.find((range) => range.start < at + size && at < range.end);
      if (!obstacle) return start;
      start = ((obstacle.end + align - 1n) / align) * align;
    }
  }
  return banks[0]?.start ?? 0n;
}

/** 4.11 moves itself to the highest hole that avoids modules and the reservation block (Xen: get_xen_paddr). */
export function placeXen(state: BootState): void {
  const xen = state.modules.findIndex(({ kind }) => kind === 'Xen');
  const module = state.modules[xen];
  if (!module) return;
  state.xenAddress = module.start;
  if (!state.does.relocates || state.arm32) return;
  const align = 2n * MIB;
  const size = ((module.size + align - 1n) / align) * align;
  let best = 0n;
  for (const bank of state.ram) {
    if (bank.size < size) continue;
    const end = considerModules(state, rangeOf(bank), size, align);
    if (end !== undefined && end - size > best) best = end - size;
  }
  if (best === 0n) {
    panic(state, 'Not enough memory to relocate Xen', 'no free hole for Xen to move to');
    return;
  }
  if (!module.assumed) announceMove(state, module, best, size);
  state.modules[xen] = { ...module, start: best };
  state.xenAddress = best;
}

function announceMove(state: BootState, module: BootModule, to: bigint, size: bigint): void {
  print(state, `Placing Xen at 0x${paddr(to)}-0x${paddr(to + size)}`);
  const { start, end } = rangeOf(module);
  print(
    state,
    `Update BOOTMOD_XEN from ${paddr(start)}-${paddr(end)} => ${paddr(to)}-${paddr(to + module.size)}`,
  );
}
