// `dtmap merge`: joins the results of `check --shard` into what one run over all boards would have said.

import { parseJson } from '../inputs/read-json.ts';
import { Failure } from './failure.ts';
import { mergeFindings, type JsonFinding, type JsonReport } from './json-finding.ts';
import { writeResult } from './output.ts';
import { printFindings } from './check-command.ts';
import { readSarif, type ReadReport } from './read-sarif.ts';
import type { MergeOptions } from './program.ts';
import type { Session } from './session.ts';
import { readText } from '../boot-files/named-files.ts';
import { resolveFile } from './settings.ts';

export function mergeCommand(
  session: Session,
  names: readonly string[],
  options: MergeOptions,
): number {
  const { shell } = session;
  const reports = names.map((name) => {
    const json = parseJson(readText(shell, resolveFile(name, shell.cwd), name));
    if (!json.ok) throw new Failure(`${name}: ${json.because}`);
    const report = readReport(json.value) ?? readSarif(json.value);
    if (!report) throw new Failure(`${name}: not a result of dtmap check in json or sarif`);
    return report;
  });
  const formats = new Set(reports.map(({ format }) => format));
  if (formats.size > 1) throw new Failure('the results are of different formats');
  const files = reports.flatMap((report) => report.files);
  const findings = mergeFindings(reports.flatMap((report) => report.findings));
  const [format = 'json'] = formats;
  const failures = reports.flatMap((report) => report.failures);
  const facts = Object.fromEntries(reports.flatMap((report) => Object.entries(report.facts)));
  const merged: JsonReport = { version: 1, files, failures, facts, findings };
  writeResult(shell, options.output, printFindings(merged, format, shell));
  if (failures.length > 0) return 2;
  return findings.some(({ severity }) => severity === 'error' || severity === 'warning') ? 1 : 0;
}

function readReport(value: unknown): ReadReport | undefined {
  const report = value as Partial<JsonReport> | null;
  if (report?.version !== 1 || !Array.isArray(report.findings) || !Array.isArray(report.files))
    return undefined;
  const whole = report.findings.every(
    (finding: Partial<JsonFinding> | null) =>
      typeof finding?.rule === 'string' && typeof finding.at?.file === 'string',
  );
  return whole
    ? {
        format: 'json',
        files: report.files.map(String),
        failures: report.failures ?? [],
        facts: report.facts ?? {},
        findings: report.findings,
      }
    : undefined;
}
