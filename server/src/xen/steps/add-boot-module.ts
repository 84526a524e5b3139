// The list of boot modules.

import { rangeOf, type BootModule, type BootState } from '../boot-state.ts';
import { print } from '../console.ts';
import { overlapsReserved } from './check-reserved-regions-overlap.ts';

/**
 * Registers a module unless the list is full, it overlaps something Xen knows, or the same kind already starts there
 * (then it stops being a domU's when this one is not) (Xen: add_boot_module).
 */
export function addBootModule(state: BootState, module: BootModule): void {
  const { does, modules } = state;
  const source = { node: module.node, written: module.written };
  const { start, end } = rangeOf(module);
  if (modules.length >= does.moduleLimit) {
    const kind = kindName(state, module.kind);
    print(state, 'module-limit', { kind, address: start, end }, source);
    return;
  }
  if (!module.assumed && does.checksOverlaps && overlapsReserved(state, start, module.size, source))
    return;
  const same = does.dom0less
    ? modules.find((other) => other.kind === module.kind && other.start === start && !other.assumed)
    : undefined;
  if (same) {
    if (!module.domU) same.domU = false;
    return;
  }
  modules.push(module);
}

/** Xen's word for a kind of module (Xen: boot_module_kind_as_string). */
export function kindName(state: BootState, kind: BootModule['kind']): string {
  return kind === 'XSM' ? state.does.xsmName : kind;
}

/** The first module of a kind that is not a domU's (Xen: boot_module_find_by_kind). */
export function findModule(state: BootState, kind: BootModule['kind']): BootModule | undefined {
  return state.modules.find((module) => module.kind === kind && !module.domU);
}

/** A module that no node describes; it is `assumed` unless both its address and its size in bytes are known. */
export function knownModule(
  kind: BootModule['kind'],
  address: bigint | undefined,
  size: bigint | undefined,
): BootModule {
  return {
    kind,
    start: address ?? 0n,
    size: size ?? 0n,
    node: undefined,
    written: undefined,
    domU: false,
    assumed: address === undefined || size === undefined,
  };
}
