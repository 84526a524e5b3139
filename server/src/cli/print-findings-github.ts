// Findings as GitHub's workflow commands: annotations on the lines of a pull request.

import { printable } from '../text/printable.ts';
import type { JsonFinding, JsonReport } from './json-finding.ts';
import { wordBoards, wordHolds } from './print-findings-text.ts';
import type { Severity } from '../rules/finding.ts';
import { labelLines } from '../rules/target-lines.ts';

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
  hint: 'notice',
};

/**
 * One workflow command per finding, and one per board that could not be checked; the other parties are named in its message,
 * and the board where `withBoards`.
 */
export function printFindingsGithub(
  findings: readonly JsonFinding[],
  failures: JsonReport['failures'],
  withBoards: boolean,
): string {
  const unchecked = failures.map(
    ({ file, because }) =>
      `::error file=${escapeProperty(printable(file))},title=not checked::${escapeText(printable(because))}\n`,
  );
  const commands = findings.map((finding) => {
    const { at } = finding;
    const properties = [
      ['file', at.file],
      ['line', String(at.line)],
      ['endLine', String(at.endLine)],
      // GitHub ignores columns when a range spans lines.
      ...(at.line === at.endLine
        ? [
            ['col', String(at.column)],
            ['endColumn', String(at.endColumn)],
          ]
        : []),
      ['title', finding.rule],
    ] as const;
    const message = [
      finding.message,
      ...finding.related.map(({ message, at }) => `${at.file}:${at.line}: ${message}`),
      ...labelLines(finding.log ?? []).map(({ label, line }) => `${label}: ${line}`),
      ...[wordHolds(finding) ?? []].flat(),
      ...(withBoards ? [wordBoards(finding) ?? []].flat() : []),
    ]
      .map(printable)
      .join('\n');
    const written = properties.map(
      ([name, value]) => `${name}=${escapeProperty(printable(value ?? ''))}`,
    );
    return `::${COMMANDS[finding.severity]} ${written.join(',')}::${escapeText(message)}\n`;
  });
  return [...unchecked, ...commands].join('');
}

function escapeText(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeText(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
