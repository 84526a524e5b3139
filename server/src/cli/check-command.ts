// `dtmap check`: findings of one board or many, in the format asked for.

import { diffOfDrafts, fixBoard } from './apply-fixes.ts';
import {
  failedBoard,
  failureText,
  recordableOf,
  wordStale,
  type CheckedBoard,
} from './check-boards.ts';
import { checkAll } from './check-in-parallel.ts';
import { DraftFiles } from './draft-files.ts';
import { boards as boardFiles, expandNames, type Expanded } from './expand-names.ts';
import { Failure } from './failure.ts';
import { wordOpenFacts } from '../ide/list-facts.ts';
import { writeBaseline } from '../inputs/read-baseline.ts';
import { SEVERITIES } from '../rules/finding.ts';
import { isFault, mergeFindings, type JsonFinding, type JsonReport } from './json-finding.ts';
import { jsonText, mayColour, textLines, wrapped, writeResult } from './output.ts';
import { printFindingsGithub } from './print-findings-github.ts';
import { gitlabOf } from './print-findings-gitlab.ts';
import { printFindingsJunit } from './print-findings-junit.ts';
import { printFindingsMarkdown } from './print-findings-markdown.ts';
import { sarifOf } from './print-findings-sarif.ts';
import { printFindingsText } from './print-findings-text.ts';
import { printStatistics, wordCounts } from './print-statistics.ts';
import type { CheckOptions } from './program.ts';
import { Progress } from './progress.ts';
import { Session } from './session.ts';
import type { Shell } from './shell.ts';
import { displayPath, styleOf } from './places.ts';
import { settingsFor, showSettings, resolveFile } from './settings.ts';
import { writeTexts } from './write-texts.ts';

/** Status 2 when a board could not be checked, 1 for errors or too many warnings, else 0. */
export async function checkCommand(
  session: Session,
  files: readonly string[],
  options: CheckOptions,
): Promise<number> {
  const { shell } = session;
  if (files.filter((name) => name === '-').length > 1)
    throw new Failure('standard input can be read only once');
  if (options.statistics && options.format !== 'text')
    throw new Failure('--statistics is for --format text');
  const expanded = expandNames(shell, files, boardFiles);
  if (options.as !== undefined && (files.length !== 1 || files[0] !== expanded.names[0]))
    throw new Failure(`--as ${options.as} is for one file`);
  const names = shardOf(expanded.names, options.shard);
  if (options.showSettings) {
    if (options.format !== 'text') throw new Failure('--show-settings is for --format text');
    const lines = names.map((name) =>
      showSettings(shell, resolveFile(name, shell.cwd), options).join('\n'),
    );
    writeResult(shell, options.output, textLines(lines.join('\n\n').split('\n')));
    return 0;
  }
  // Options that are wrong for all boards are said once, not once per board.
  if (names[0] !== undefined)
    settingsFor(shell, resolveFile(names[0], shell.cwd), { ...options, config: false });
  const fixes = options.fix === true || options.fixUnsafe === true;
  if (options.dryRun && !fixes) throw new Failure('--dry-run is for --fix and --fix-unsafe');
  let said: readonly string[] = [];
  if (fixes) {
    if (options.dryRun) return dryRun(session, expanded, options);
    said = await fixAll(session, names, options);
  }
  const progress = new Progress(shell.stderr, names.length);
  const found = await checkAll(session, names, options, (count) => progress.show(count));
  progress.end();
  const inVain = expanded.failures.map(({ name, failure }) => failedBoard(name, failure));
  const boards = [...found, ...inVain];
  const remarked = new Set<string>();
  for (const { failure, remarks } of boards) {
    if (failure !== undefined && !said.includes(failure)) shell.stderr.write(`dtmap: ${failure}\n`);
    if (options.quiet) continue;
    for (const remark of remarks) {
      // What holds for many boards is said once.
      if (!remarked.has(remark)) shell.stderr.write(textLines([`dtmap: ${remark}`]));
      remarked.add(remark);
    }
  }
  if (!options.quiet)
    shell.stderr.write(textLines(wordStale(boards).map((words) => `dtmap: ${words}`)));
  const failed = said.length > 0 || boards.some(({ failure }) => failure !== undefined);
  if (options.writeBaseline !== undefined) {
    writeResult(shell, options.writeBaseline, writeBaseline(recordableOf(boards)));
    return failed ? 2 : 0;
  }
  const checked = boards.filter(({ failure }) => failure === undefined);
  const report = reportOf(shell, boards, options);
  const { facts, findings } = report;
  if (options.format === 'text' && !options.quiet)
    for (const [name, open] of Object.entries(facts)) {
      const words = wordOpenFacts(open.map(({ fact }) => fact)) ?? '';
      shell.stderr.write(textLines([`${name}: note: ${words}; dtmap facts ${name} lists them`]));
    }
  if (options.statistics) writeResult(shell, options.output, printStatistics(findings));
  else {
    const printed = printFindings(report, options.format, shell, {
      verbose: options.verbose === true,
      colours: mayColour(shell, options.output),
    });
    const isText = options.format === 'text' && options.output === undefined;
    writeResult(shell, options.output, isText ? wrapped(printed, shell.stdout.columns) : printed);
  }
  // What reads the findings of one board can count them.
  const isCounted = checked.length > 1 || shell.stderr.isTTY;
  if (options.format === 'text' && !options.quiet && isCounted) {
    const words = wordCounts(findings, checked.length);
    if (words !== undefined) shell.stderr.write(textLines([words]));
  }
  return failed ? 2 : statusOf(findings, options.maxWarnings ?? leastOf(checked));
}

/** What is said of all boards together; its files are as findings name them, sorted, each once. */
export function reportOf(
  { cwd }: Pick<Shell, 'cwd'>,
  boards: readonly CheckedBoard[],
  { minSeverity = 'hint' }: Pick<CheckOptions, 'minSeverity'>,
): JsonReport {
  const checked = boards.filter(({ failure }) => failure === undefined);
  // As the findings name the same board, however it was typed.
  const shown = (name: string): string =>
    name === '-' ? '<stdin>' : displayPath(resolveFile(name, cwd), cwd, styleOf(name, cwd));
  const facts = checked.flatMap(({ name, facts: open }) =>
    open.length > 0 ? [[shown(name), open] as const] : [],
  );
  return sorted({
    version: 1,
    files: checked.map(({ name }) => shown(name)),
    failures: boards.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [{ file: shown(name), because: failure }],
    ),
    facts: Object.fromEntries(facts),
    findings: mergeFindings(checked.flatMap((board) => board.findings)).filter(
      ({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(minSeverity),
    ),
  });
}

function sorted(report: JsonReport): JsonReport {
  return {
    ...report,
    files: [...new Set(report.files)].sort(),
    facts: Object.fromEntries(Object.entries(report.facts).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function shardOf(files: readonly string[], shard: CheckOptions['shard']): readonly string[] {
  if (shard === undefined) return files;
  const { index, count } = shard;
  const from = Math.floor(((index - 1) * files.length) / count);
  return files.slice(from, Math.floor((index * files.length) / count));
}

function leastOf(boards: readonly CheckedBoard[]): number {
  const limits = boards.flatMap(({ maxWarnings }) =>
    maxWarnings === undefined ? [] : [maxWarnings],
  );
  return limits.length === 0 ? 0 : Math.min(...limits);
}

function statusOf(findings: readonly JsonFinding[], maxWarnings: number): number {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.filter(({ severity }) => isFault(severity)).length - errors;
  return errors > 0 || warnings > maxWarnings ? 1 : 0;
}

/** A report in one of the formats of `check`. */
export function printFindings(
  given: JsonReport,
  format: string,
  about: Pick<Shell, 'version' | 'home'>,
  {
    verbose = false,
    colours = false,
  }: { readonly verbose?: boolean; readonly colours?: boolean } = {},
): string {
  const report = sorted(given);
  const { findings, failures, files } = report;
  const isOfMany = files.length > 1 || findings.some(({ boards }) => boards !== undefined);
  switch (format) {
    case 'json':
      return jsonText(report);
    case 'sarif':
      return jsonText(sarifOf(report, about));
    case 'github':
      return printFindingsGithub(findings, failures, isOfMany);
    case 'gitlab':
      return jsonText(gitlabOf(findings, failures));
    case 'junit':
      return printFindingsJunit(report);
    case 'markdown':
      return printFindingsMarkdown(findings, failures, isOfMany);
    default:
      return printFindingsText(findings, { verbose, boards: isOfMany, colours });
  }
}

/** Prints the patch of what `--fix` does: all of it is done, on files in memory. */
async function dryRun(
  { shell }: Session,
  { names, failures: inVain }: Expanded,
  options: CheckOptions,
): Promise<number> {
  for (const { failure } of inVain) shell.stderr.write(`dtmap: ${failure}\n`);
  const drafts = new DraftFiles(shell.files);
  const session = new Session({ ...shell, files: drafts });
  const failures = await fixAll(session, names, options);
  const patch = diffOfDrafts(session, drafts);
  writeResult(shell, options.output, patch);
  return failures.length + inVain.length > 0 ? 2 : patch === '' ? 0 : 1;
}

/** Fixes one board after the other; returns why some could not be. */
async function fixAll(
  session: Session,
  names: readonly string[],
  options: CheckOptions,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const leftOut = new Set<string>();
  for (const name of names) {
    try {
      const fixed = await fixBoard(session, name, options);
      await writeTexts(session, fixed.texts, 'nothing was changed for this board');
      for (const line of fixed.lines) session.shell.stderr.write(`dtmap: ${line}\n`);
      for (const each of fixed.leftOut) leftOut.add(each);
    } catch (error) {
      const failure = failureText(error, session, name);
      failures.push(failure);
      session.shell.stderr.write(`dtmap: ${failure}\n`);
    }
  }
  if (leftOut.size > 0)
    session.shell.stderr.write(
      `dtmap: ${leftOut.size === 1 ? '1 unsafe fix was' : `${leftOut.size} unsafe fixes were`} not applied; --fix-unsafe applies ${leftOut.size === 1 ? 'it' : 'them'} too\n`,
    );
  return failures;
}
