// Findings as a report of GitLab's Code Quality (the subset of Code Climate's format that GitLab reads), for merge requests.

import { createHash } from 'node:crypto';
import { printable } from '../text/printable.ts';
import type { Severity } from '../rules/finding.ts';
import { labelLines } from '../rules/target-lines.ts';
import { fingerprints, type JsonFinding, type JsonReport } from './json-finding.ts';
import { wordHolds } from './print-findings-text.ts';

interface GitlabIssue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: 'info' | 'minor' | 'major' | 'critical' | 'blocker';
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

const SEVERITIES: Readonly<Record<Severity, GitlabIssue['severity']>> = {
  error: 'critical',
  warning: 'major',
  information: 'minor',
  hint: 'info',
};

/** One issue per finding, and a `blocker` per board that could not be checked; no two fingerprints are the same. */
export function gitlabOf(
  findings: readonly JsonFinding[],
  failures: JsonReport['failures'],
): readonly GitlabIssue[] {
  const ids = fingerprints(findings);
  return [
    ...failures.map(({ file, because }): GitlabIssue => ({
      description: `not checked: ${printable(because)}`,
      check_name: 'not-checked',
      fingerprint: createHash('sha256').update(`not-checked\n${file}`).digest('hex').slice(0, 32),
      severity: 'blocker',
      location: { path: file, lines: { begin: 1 } },
    })),
    ...findings.map((finding, index): GitlabIssue => ({
      description: [
        finding.message,
        ...labelLines(finding.log ?? []).map(({ label, line }) => `${label}: ${line}`),
        ...[wordHolds(finding) ?? []].flat(),
      ]
        .map(printable)
        .join('; '),
      check_name: finding.rule,
      fingerprint: ids[index] ?? '',
      severity: SEVERITIES[finding.severity],
      location: { path: finding.at.file, lines: { begin: finding.at.line } },
    })),
  ];
}
