// The boots next to one: what becomes of it where an assumed fact has another value.

import type { Boot } from '../target/boot.ts';
import type { BootNeighbour } from '../target/system.ts';
import { systemOf } from './all-systems.ts';

/** Predicted when it is asked for; none where a system's boots rest on no assumed fact. */
export function neighboursOf(boot: Boot): readonly BootNeighbour[] {
  return systemOf(boot).neighbours?.(boot) ?? [];
}
