// Findings as JUnit's XML, which Jenkins, GitLab, Azure and others show as test results: a suite for each board.

import { printable } from '../text/printable.ts';
import { labelLines } from '../rules/target-lines.ts';
import { boardsOf, isFault, type JsonFinding, type JsonReport } from './json-finding.ts';
import { wordHolds } from './print-findings-text.ts';

/**
 * A test case fails for each error and warning of a board; a board without one passes. What is less severe is a line of the
 * suite's output, and a board that could not be checked is an error.
 */
export function printFindingsJunit({
  files,
  failures,
  findings,
}: Pick<JsonReport, 'files' | 'failures' | 'findings'>): string {
  const boards = [...new Set([...files, ...findings.flatMap(boardsOf)])].sort();
  const suites = [
    ...failures.map(({ file, because }) =>
      suite(file, { tests: 1, failures: 0, errors: 1 }, [
        testcase(file, 'dtmap check', '', [
          `      <error message="${attribute(because)}" type="not-checked"/>`,
        ]),
      ]),
    ),
    ...boards.map((board) =>
      suiteOf(
        board,
        findings.filter((each) => boardsOf(each).includes(board)),
      ),
    ),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="dtmap">',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteOf(board: string, findings: readonly JsonFinding[]): string {
  const faults = findings.filter(({ severity }) => isFault(severity));
  const notes = findings.filter(({ severity }) => !isFault(severity));
  const cases = faults.map((finding) => {
    const { at, rule, severity, message } = finding;
    return testcase(board, rule, ` file="${attribute(at.file)}" line="${at.line}"`, [
      `      <failure message="${attribute(message)}" type="${severity}">${content(wholeText(finding))}</failure>`,
    ]);
  });
  return suite(board, { tests: Math.max(1, cases.length), failures: cases.length, errors: 0 }, [
    ...(cases.length > 0 ? cases : [testcase(board, 'dtmap check', '', [])]),
    ...(notes.length > 0
      ? [`    <system-out>${content(notes.map(wholeText).join('\n'))}</system-out>`]
      : []),
  ]);
}

/** As a terminal shows it. */
function wholeText(finding: JsonFinding): string {
  const { at, severity, message, rule, related, log } = finding;
  return [
    `${at.file}:${at.line}:${at.column}: ${severity}: ${message} [${rule}]`,
    ...related.map((each) => `${each.at.file}:${each.at.line}:${each.at.column}: ${each.message}`),
    ...labelLines(log ?? []).map(({ label, line }) => `${label}: ${line}`),
    ...[wordHolds(finding) ?? []].flat(),
  ]
    .map(printable)
    .join('\n');
}

function suite(
  name: string,
  counts: Readonly<Record<'tests' | 'failures' | 'errors', number>>,
  inner: readonly string[],
): string {
  const { tests, failures, errors } = counts;
  return [
    `  <testsuite name="${attribute(name)}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="0">`,
    ...inner,
    '  </testsuite>',
  ].join('\n');
}

function testcase(board: string, name: string, more: string, inner: readonly string[]): string {
  const start = `    <testcase classname="${attribute(board)}" name="${attribute(name)}"${more}`;
  return inner.length === 0 ? `${start}/>` : [`${start}>`, ...inner, '    </testcase>'].join('\n');
}

/** Of printable text, in which is nothing that XML cannot hold. */
function content(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function attribute(text: string): string {
  return content(printable(text)).replace(/"/g, '&quot;');
}
