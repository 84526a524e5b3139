// What of a predicted boot holds whatever the assumed facts are.

import type { BootFacts, FactName } from '../facts/boot-facts.ts';
import { decidingFact, reason } from './reasons.ts';
import type { LogLine, Outcome, Uncertain, XenBoot } from './xen-boot.ts';

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
    log = commonLines(log, other.log);
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
    if (fact === undefined) return;
    const known = found.get(fact);
    if (known) known.add(what);
    else found.set(fact, new Set([what]));
  };
  for (const { what, because } of boot.uncertain) add(decidingFact(because), what);
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

/** Lines that stand in both logs in the same order: a longest such list. */
function commonLines(a: readonly LogLine[], b: readonly LogLine[]): readonly LogLine[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head]?.text === b[head]?.text) head += 1;
  if (head === a.length) return a;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail]?.text === b[b.length - 1 - tail]?.text
  )
    tail += 1;
  const mine = a.slice(head, a.length - tail);
  const theirs = b.slice(head, b.length - tail);
  return [...a.slice(0, head), ...commonMiddle(mine, theirs), ...a.slice(a.length - tail)];
}

function commonMiddle(a: readonly LogLine[], b: readonly LogLine[]): LogLine[] {
  const width = b.length + 1;
  // lengths[i * width + j]: how many lines a from i and b from j have in common.
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        a[i]?.text === b[j]?.text
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const common: LogLine[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const line = a[i] as LogLine;
    if (line.text === b[j]?.text) {
      common.push(line);
      i += 1;
      j += 1;
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  return common;
}
