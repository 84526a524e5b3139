// Reads severities by rule: of `dtmap.json`, and of the setting `dtmap.severity`.

import * as v from 'valibot';
import { allRules } from '../rules/all-rules.ts';
import type { Severity } from '../rules/finding.ts';
import { didYouMean } from '../text/nearest-name.ts';
import { faultOf, plainObject } from './read-json.ts';

/** `on` is a rule's own severity, also for a rule that is off by default. */
export type SeveritySetting = Severity | 'off' | 'on';

export type Severities = Readonly<Record<string, SeveritySetting>>;

const ids: ReadonlySet<string> = new Set(allRules.map(({ id }) => id));

/** What an object of severities must be. */
export const severities = v.pipe(
  plainObject('must be an object of severities by rule'),
  v.record(
    v.pipe(
      v.string(),
      v.check(
        (id) => ids.has(id),
        ({ input }) => `no such rule${didYouMean(input, ids)}`,
      ),
    ),
    v.picklist(
      ['error', 'warning', 'information', 'hint', 'off', 'on'],
      'must be "error", "warning", "information", "hint", "on" or "off"',
    ),
  ),
);

/** The entries of `value` that can be used, and each fault of the others, worded as `rule: what is wrong`. */
export function readSeverities(value: unknown): {
  readonly severities: Severities;
  readonly faults: readonly string[];
} {
  const result = v.safeParse(severities, value);
  if (result.success) return { severities: result.output, faults: [] };
  const faulty = new Set(result.issues.map((issue) => issue.path?.[0]?.key));
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return {
    severities: Object.fromEntries(entries.filter(([id]) => !faulty.has(id))),
    faults: result.issues.map(faultOf),
  };
}
