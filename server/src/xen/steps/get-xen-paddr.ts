// Where Xen is: as loaded, or where it moves itself to.

import { rangeOf, type BootModule, type BootState } from '../boot-state.ts';
import { panic, print } from '../console.ts';
import { reason, type MissingPlace } from '../reasons.ts';
import { knownModule } from './add-boot-module.ts';
import { considerModules } from './consider-modules.ts';
import { reservations } from './dt-unreserved-regions.ts';

const MIB = 1n << 20n;
/** Room for Xen or the blob when their sizes are not known, and for a kernel. */
const ASSUMED_SIZE = 2n * MIB;
const ASSUMED_KERNEL_SIZE = 32n * MIB;

/**
 * Gives modules of unknown place an assumed one: the lowest free, 2 MiB aligned, above the start of RAM. They are
 * not printed, and what follows from them is declared uncertain by the callers.
 */
export function assumePlaces(state: BootState): void {
  const banks = state.ram.map(rangeOf).sort((a, b) => (a.start < b.start ? -1 : 1));
  const { world } = state;
  const xenAddress = world.valueOf('xen.address');
  if (!state.does.xenIsModule) {
    state.modules.push(knownModule('Xen', xenAddress, world.valueOf('xen.size')));
  }
  // Whoever boots a tree without modules adds them: dom0 has a kernel then.
  if (
    state.modules.every(({ kind }) => kind !== 'Kernel') &&
    world.valueOf('kernel.module') === 'loader'
  )
    state.modules.push(knownModule('Kernel', undefined, undefined));
  const missing: MissingPlace[] = [];
  for (const [index, module] of state.modules.entries()) {
    if (!module.assumed) continue;
    missing.push(...missingPlaces(state, module));
    const given = module.kind === 'Xen' ? xenAddress : undefined;
    const size = module.size || (module.kind === 'Kernel' ? ASSUMED_KERNEL_SIZE : ASSUMED_SIZE);
    const known = module.start > 0n ? module.start : undefined;
    const start = given ?? known ?? lowestHole(state, banks, size);
    state.modules[index] = { ...module, start, size };
  }
  if (missing.length === 0) return;
  const because = [reason('places-not-given', { modules: missing })];
  state.uncertain.push({
    what: 'modules',
    because,
    candidates: state.modules.filter(({ assumed }) => assumed).map((module) => rangeOf(module)),
  });
  state.uncertain.push({ what: 'heap', because });
}

/** What would have to be known of a module to place it. */
function missingPlaces({ world }: BootState, { kind, node }: BootModule): MissingPlace[] {
  if (node) return [{ node: node.name }];
  if (kind === 'Kernel') return [{ fact: 'kernel.module' }];
  const facts =
    kind === 'Xen'
      ? (['xen.address', 'xen.size'] as const)
      : (['dtb.address', 'dtb.size'] as const);
  return facts.filter((fact) => world.valueOf(fact) === undefined).map((fact) => ({ fact }));
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
    panic(state, 'relocation-failed', {}, reason('no-place-for-xen', {}));
    return;
  }
  if (!module.assumed) announceMove(state, module, best, size);
  state.modules[xen] = { ...module, start: best };
  state.xenAddress = best;
}

function announceMove(state: BootState, module: BootModule, to: bigint, size: bigint): void {
  print(state, 'xen-placed', { start: to, end: to + size });
  print(state, 'xen-moved', { ...rangeOf(module), toStart: to, toEnd: to + module.size });
}
