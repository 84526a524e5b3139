// What of a predicted boot holds whatever the assumed facts are.

import type { BootFacts, FactName } from '../facts/boot-facts.ts';
import { sharedLines } from '../messages/shared-lines.ts';
import { decidingFacts, reason } from './reasons.ts';
import type { Outcome, Uncertain, XenBoot } from './xen-boot.ts';

/**
 * The boot with what all worlds agree on: lines that are printed in each, an outcome that is the same in each, else
 * `unknown`. Where they disagree `uncertain` names the part and the fact that would decide it; parts other than log and
 * outcome keep their likely values. A boot that rests on no assumed fact is returned as it is.
 */
export function certainPart(boot: XenBoot, facts: BootFacts): XenBoot {
  const { neighbours } = boot;
  if (neighbours.length === 0) return boot;
  const uncertain = new Map<string, Uncertain>();
  const parts = partsOf(boot);
  let log = boot.log;
  for (const { boot: other, changes } of neighbours) {
    for (const what of differences(parts, other)) {
      if (uncertain.has(what)) continue;
      uncertain.set(what, {
        what,
        because: [reason('depends-on-fact', { unless: changes, facts })],
      });
    }
    log = sharedLines(log, other.log);
  }
  const open = uncertain.get('outcome');
  const outcome: Outcome =
    open && boot.outcome.kind !== 'unknown'
      ? { kind: 'unknown', because: open.because, likely: boot.outcome }
      : boot.outcome;
  return { ...boot, log, outcome, uncertain: [...boot.uncertain, ...uncertain.values()] };
}

/**
 * What of a boot depends on facts that are assumed or not known, by fact: the names of parts, as in `uncertain`. Facts
 * on which nothing depends are left out.
 */
export function dependents(boot: XenBoot): ReadonlyMap<FactName, ReadonlySet<string>> {
  const found = new Map<FactName, Set<string>>();
  const add = (fact: FactName | undefined, what: string): void => {
    // What is given decides nothing any more.
    if (fact === undefined || !boot.restsOn.includes(fact)) return;
    const known = found.get(fact);
    if (known) known.add(what);
    else found.set(fact, new Set([what]));
  };
  for (const { what, because } of boot.uncertain)
    for (const fact of decidingFacts(because)) add(fact, what);
  const parts = partsOf(boot);
  for (const { boot: other, changes } of boot.neighbours)
    for (const what of differences(parts, other)) add(changes[0]?.fact, what);
  return found;
}

function differences(parts: ReadonlyMap<string, string>, other: XenBoot): string[] {
  const others = partsOf(other);
  return [...parts].flatMap(([what, text]) => (others.get(what) === text ? [] : [what]));
}

/** The parts of a boot by the path that names them in its JSON, as text that is equal when they are. */
function partsOf(boot: XenBoot): Map<string, string> {
  const { dom0 } = boot;
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each));
  const ranges = (list: readonly { start: bigint; end: bigint }[]): string =>
    text(list.map(({ start, end }) => [start, end]));
  return new Map([
    ['outcome', boot.outcome.kind],
    ['log', boot.log.map((line) => line.text).join('\n')],
    ['ram', ranges(boot.ram)],
    ['modules', ranges(boot.modules)],
    ['reserved', ranges(boot.reserved)],
    ['heap', ranges(boot.heap)],
    ['dom0.banks', ranges(dom0?.banks ?? [])],
    ['dom0.memoryNodes', text(dom0?.memoryNodes)],
    ['dom0.extendedRegions', ranges(dom0?.extendedRegions ?? [])],
    ['dom0.kernel', ranges(dom0?.kernel ? [dom0.kernel] : [])],
    ['dom0.initrd', ranges(dom0?.initrd ? [dom0.initrd] : [])],
    ['dom0.dtb', text(dom0?.dtb)],
  ]);
}
