// The systems that boards are checked against: the one list of them.

import { linuxSystem } from '../linux/system.ts';
import { systemIdOf, type Boot } from '../target/boot.ts';
import type { System } from '../target/system.ts';
import { xenSystem } from '../xen/system.ts';

/** Every system, in the order of which its targets are offered. */
export const allSystems: readonly System[] = [xenSystem, linuxSystem];

/** The system of a boot. */
export function systemOf(boot: Boot): System {
  const id = systemIdOf(boot.target);
  const system = allSystems.find((each) => each.id === id);
  if (!system) throw new Error(`${boot.target} is of no system`);
  return system;
}
