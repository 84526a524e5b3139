// How a boot of Xen ends, in sentences.

import type { Ending, Subject } from '../../target/system.ts';
import { endOf, stopsForCertain } from '../ending.ts';
import { wordReasons } from '../reasons.ts';
import type { XenBoot } from '../xen-boot.ts';

/** How the boot ends and what is not certain, in sentences. */
export function wordEnding(boot: XenBoot, subject: Subject): Ending {
  return {
    sentence: sentenceOf(boot, subject),
    uncertain: uncertainties(boot),
  };
}

/** What people call the parts of a boot. */
const PARTS: Readonly<Record<string, string>> = {
  dom0: 'dom0',
  'dom0.banks': "dom0's RAM",
  'dom0.dtb': "the place of dom0's DTB",
  'dom0.extendedRegions': "dom0's extended regions",
  'dom0.initrd': "the place of dom0's ramdisk",
  'dom0.kernel': "the place of dom0's kernel",
  'dom0.memoryNodes': "dom0's memory nodes",
  heap: "Xen's heap",
  log: 'some lines',
  modules: 'boot modules',
  outcome: 'how the boot ends',
  reserved: 'reserved ranges',
};

/** One sentence for each reason, with all that it leaves open. */
function uncertainties({ uncertain }: XenBoot): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { what, because } of uncertain) {
    const reason = wordReasons(because);
    const parts = byReason.get(reason) ?? [];
    byReason.set(reason, parts);
    parts.push(PARTS[what] ?? what);
  }
  return [...byReason].map(([reason, parts]) => `${[...new Set(parts)].join(', ')}: ${reason}`);
}

const LIKELY = {
  boots: 'likely boots',
  panics: 'likely panics',
  hangs: 'likely hangs',
  'dom0-fails': 'likely boots and dom0 fails',
  'dom0-at-risk': 'likely boots and dom0 is at risk',
} as const;

function sentenceOf(boot: XenBoot, subject: Subject): string {
  const { outcome } = boot;
  const name = `Xen ${boot.release.name}`;
  if (outcome.kind === 'boots') return `${name} boots.`;
  const because = wordReasons(outcome.because);
  const isSure = !endOf(boot) || stopsForCertain(boot, subject) !== undefined;
  switch (outcome.kind) {
    case 'panics':
      return isSure ? `${name} panics: ${because}` : `${name} may panic: ${because}`;
    case 'hangs':
      return isSure ? `${name} hangs: ${because}` : `${name} may hang: ${because}`;
    case 'dom0-fails':
      return `dom0 fails under ${name}: ${because}`;
    case 'dom0-at-risk':
      return `dom0 is at risk under ${name}: ${because}`;
    case 'unknown':
      return outcome.likely
        ? `${name} ${LIKELY[outcome.likely.kind]}, ${because}`
        : `How ${name} boots is not known: ${because}`;
  }
}
