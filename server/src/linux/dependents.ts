// What of a boot of Linux depends on facts that are only assumed.

import type { Range } from '../addresses/region.ts';
import type { FactName } from '../facts/boot-facts.ts';
import type { LinuxBoot } from './linux-boot.ts';

/** The parts of a boot that other values of assumed facts change, by fact; facts on which nothing depends are left out. */
export function dependents(boot: LinuxBoot): ReadonlyMap<FactName, ReadonlySet<string>> {
  const found = new Map<FactName, Set<string>>();
  const parts = partsOf(boot);
  for (const { changes, boot: other } of boot.neighbours) {
    const others = partsOf(other);
    for (const [what, text] of parts) {
      if (others.get(what) === text) continue;
      for (const { fact } of changes) {
        const known = found.get(fact);
        if (known) known.add(what);
        else found.set(fact, new Set([what]));
      }
    }
  }
  return found;
}

/** The parts of a boot by name, as text that is equal when they are. */
function partsOf({ memory, reserved, recorded, log }: LinuxBoot): Map<string, string> {
  const ranges = (list: readonly Range[]): string =>
    list.map(({ start, end }) => `${start}-${end}`).join(' ');
  const refused = recorded.filter((each) => each.refused).map(({ node }) => node.path);
  return new Map([
    ['log', log.map(({ text }) => text).join('\n')],
    ['ram', ranges(memory)],
    ['reserved', [ranges(reserved), ...refused].join('\n')],
  ]);
}
