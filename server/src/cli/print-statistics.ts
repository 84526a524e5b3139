// How many findings there are: by rule for `--statistics`, by severity for the line that ends `check`.

import type { Severity } from '../rules/finding.ts';
import type { JsonFinding } from './json-finding.ts';
import { textLines } from './output.ts';

/** A line for each rule: how often, how severe, which; the most frequent first. Empty without findings. */
export function printStatistics(findings: readonly JsonFinding[]): string {
  const counts = new Map<string, number>();
  for (const { rule, severity } of findings) {
    const key = `${severity} ${rule}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const rows = [...counts].sort(([a, few], [b, many]) => many - few || (a < b ? -1 : 1));
  const width = String(rows[0]?.[1] ?? '').length;
  return textLines(
    rows.map(([key, count]) => {
      const [severity = '', rule = ''] = key.split(' ');
      return `${String(count).padStart(width)}  ${severity.padEnd(11)}  ${rule}`;
    }),
  );
}

/** `2 errors and 1 warning on 3 boards`; undefined when there is neither, which silence says as well. */
export function wordCounts(findings: readonly JsonFinding[], boards: number): string | undefined {
  const count = (wanted: Severity): number =>
    findings.filter(({ severity }) => severity === wanted).length;
  const parts = [...numbered(count('error'), 'error'), ...numbered(count('warning'), 'warning')];
  if (parts.length === 0) return undefined;
  return `${parts.join(' and ')}${boards > 1 ? ` on ${boards} boards` : ''}`;
}

function numbered(count: number, noun: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];
}
