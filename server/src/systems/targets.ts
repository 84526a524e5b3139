// Which releases of which systems a board is checked against.

import { systemIdOf, releaseNameOf } from '../target/boot.ts';
import type { Target } from '../target/system.ts';
import { nearestName } from '../text/nearest-name.ts';
import { allSystems } from './all-systems.ts';

export type Targets = readonly Target[];

/** What is assumed when none was chosen: the newest Xen and the current long-term Linux. */
export const defaultTargets: readonly string[] = ['xen:4.22', 'linux:6.12'];

/** A target name that is none, with the names that would do. */
export interface UnknownTarget {
  readonly name: string;
  readonly known: readonly string[];
}

/**
 * `xen:4.18`, `xen:4.18.2`, `xen:unstable`, `linux:6.12` as releases, in the order given, without repeats; names that
 * are no target come back in `unknown`.
 */
export function parseTargets(names: readonly string[]): {
  readonly targets: Targets;
  readonly unknown: readonly UnknownTarget[];
} {
  const targets = new Map<string, Target>();
  const unknown: UnknownTarget[] = [];
  for (const name of names) {
    const system = allSystems.find(({ id }) => id === systemIdOf(name));
    const target = system?.parse(releaseNameOf(name));
    if (target && !targets.has(target.name)) targets.set(target.name, target);
    else if (!target)
      unknown.push({
        name,
        known: system
          ? system.branches.map((branch) => `${system.id}:${branch.name}`)
          : allSystems.map(({ id }) => `${id}:RELEASE`),
      });
  }
  return { targets: [...targets.values()], unknown };
}

/** Why a name is no target: `no such release; known are xen:4.11, …`. */
export function wordUnknownTarget({ name, known }: UnknownTarget): string {
  if (allSystems.some(({ id }) => id === systemIdOf(name)))
    return `no such release; known are ${known.join(', ')}`;
  const all = allSystems.flatMap(({ id, branches }) =>
    branches.map((branch) => `${id}:${branch.name}`),
  );
  const meant = all.find((each) => each.endsWith(`:${name}`)) ?? nearestName(name, all);
  return `no such target; ${meant === undefined ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`}`;
}

/** Both lists without repeats: the systems in the order of `targets`, each one's releases ascending. */
export function joinTargets(targets: Targets, more: Targets): Targets {
  const all = new Map([...targets, ...more].map((target) => [target.name, target]));
  const systems = [...new Set([...all.keys()].map(systemIdOf))];
  return [...all.values()].sort(
    (a, b) =>
      systems.indexOf(systemIdOf(a.name)) - systems.indexOf(systemIdOf(b.name)) ||
      a.order - b.order,
  );
}

/** `xen:4.18.6` as the user asked for it: `xen:4.18`. Names that were not asked for stay as they are. */
export function targetAsAsked(name: string, targets: Targets): string {
  return targets.find((target) => target.name === name)?.asked ?? name;
}

/** `Xen 4.18` for `xen:4.18`; what is of no system stays as it is. */
export function targetInWords(name: string): string {
  const system = allSystems.find(({ id }) => id === systemIdOf(name));
  return system ? `${system.name} ${releaseNameOf(name)}` : name;
}

/** `Xen 4.17, 4.18, Linux 6.12` for their names, in that order and without repeats. */
export function targetsInWords(names: readonly string[]): string {
  const words: string[] = [];
  let before: string | undefined;
  for (const name of new Set(names)) {
    const system = systemIdOf(name);
    words.push(system === before ? releaseNameOf(name) : targetInWords(name));
    before = system;
  }
  return words.join(', ');
}
