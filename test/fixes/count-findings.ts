// Findings as the proof tells them apart: by rule, target and the nodes they name, whatever the numbers are.

import type { Finding } from '../../server/src/rules/finding.ts';

/** `grave`: errors, and errors and warnings together; `any`: all, whatever their severity. */
export type Counted = 'grave' | 'any';

/** How often each kind is found; `renamed` is a node's old base name and its new one. */
export function countFindings(
  findings: readonly Finding[],
  counted: Counted,
  renamed?: readonly [string, string],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings)
    for (const key of kindsOf(finding, counted, renamed))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The kinds that a finding counts for: one for each target. */
export function kindsOf(
  { rule, severity, targets, message }: Finding,
  counted: Counted,
  renamed?: readonly [string, string],
): string[] {
  const names = [...message.matchAll(/(?<![\w@])[A-Za-z][\w,.+-]*(?=@)|\/[\w/@,.+-]+/g)]
    .map(([name]) => name.replace(/@[^/]*/g, ''))
    .map((name) => (renamed?.[1] === name ? renamed[0] : name))
    .sort()
    .join(' ');
  const kinds: string[] = [];
  for (const target of targets.length > 0 ? targets : ['']) {
    if (counted === 'any') kinds.push(`${rule} ${target} ${names}`);
    else if (severity === 'error' || severity === 'warning') {
      kinds.push(`error or warning ${rule} ${target} ${names}`);
      if (severity === 'error') kinds.push(`error ${rule} ${target} ${names}`);
    }
  }
  return kinds;
}
