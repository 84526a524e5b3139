// How a boot ends, in words for a terminal.

import { wordReasons } from '../xen/reasons.ts';
import type { Outcome } from '../xen/xen-boot.ts';

/** `boots`, `panics: …`, `unknown; likely boots; …`: the kind as in `boot --format json`, and why. */
export function wordOutcome(outcome: Outcome): string {
  if (outcome.kind === 'boots') return outcome.kind;
  const because = wordReasons(outcome.because);
  if (outcome.kind === 'unknown' && outcome.likely)
    return `${outcome.kind}; likely ${wordOutcome(outcome.likely)}; ${because}`;
  return `${outcome.kind}: ${because}`;
}
