// Checks boards one after the other and gives plain data: the part of `check` that a worker thread can do.

import { leaveOut } from '../analysis/state-consequences.ts';
import { listValues, openFacts } from '../ide/list-facts.ts';
import { parseJson } from '../inputs/read-json.ts';
import type { Finding } from '../rules/finding.ts';
import { folderOf, relativePath } from '../text/join-path.ts';
import { printable } from '../text/printable.ts';
import { Failure, oneLine } from './failure.ts';
import { findBoards, MOST_BOARDS_OF_PART, readsNamedFile } from './find-boards.ts';
import {
  findingKey,
  fingerprints,
  mergeFindings,
  toJson,
  type JsonFact,
  type JsonFinding,
} from './json-finding.ts';
import type { CheckOptions } from './program.ts';
import type { BoardFile, OpenBoard, Session } from './session.ts';
import { trialHostFor, tryFixesOf } from './try-fixes.ts';
import { readText } from '../boot-files/named-files.ts';
import { resolveFile, settingsFor } from './settings.ts';

/** What became of one board. */
export interface CheckedBoard {
  /** As typed. */
  readonly name: string;
  readonly findings: readonly JsonFinding[];
  /** Why the board could not be checked. */
  readonly failure?: string;
  readonly remarks: readonly string[];
  /** Boot facts of a tree made for Xen that are assumed or not known. */
  readonly facts: readonly JsonFact[];
  readonly maxWarnings?: number;
  /** Of all findings, the recorded ones included: what `--write-baseline` records. */
  readonly fingerprints: readonly string[];
}

/**
 * Checks what was named: one board, or the boards that include it when it is a part of boards. Whatever goes wrong is in the
 * result, so that the others go on.
 */
export async function checkBoard(
  session: Session,
  name: string,
  options: CheckOptions,
): Promise<CheckedBoard> {
  try {
    const boards = await findBoards(session, name, options);
    const checked: CheckedBoard[] = [];
    // Boards that lack an include may be meant to read the file there; they tell why no board reads it.
    let broken: OpenBoard | undefined;
    let left = boards.length;
    for (const boardFile of boards) {
      if (checked.length === MOST_BOARDS_OF_PART) break;
      left -= 1;
      const settings = settingsFor(session.shell, boardFile.file, options);
      const opened = session.open(boardFile, settings, 'findings');
      if (readsNamedFile(opened, session))
        checked.push(await checkOpened(session, opened, options));
      else if (opened.board.map.unread) broken ??= opened;
    }
    if (broken && checked.length === 0) checked.push(await checkOpened(session, broken, options));
    const [first, ...others] = checked;
    if (!first) throw new Failure(`${name}: no board reads this file; name one with --root`);
    const isPart =
      boards.some(({ root, file, behind }) => root !== file || behind !== undefined) &&
      options.root === undefined;
    const through = isPart ? [wordThrough(session, boards, checked.length, left)] : [];
    if (others.length === 0) return { ...first, remarks: [...through, ...first.remarks] };
    const all = mergeFindings(checked.flatMap(({ findings }) => findings));
    return {
      ...first,
      findings: all,
      remarks: [...new Set([...through, ...checked.flatMap(({ remarks }) => remarks)])],
      fingerprints: [...new Set(checked.flatMap((each) => each.fingerprints))],
    };
  } catch (error) {
    return failedBoard(name, failureText(error, session, name));
  }
}

/** A board that could not be checked, and why in one line. */
export function failedBoard(name: string, failure: string): CheckedBoard {
  return { name, findings: [], failure, remarks: [], facts: [], fingerprints: [] };
}

/** Through which boards a part was checked; `left` were not tried any more. */
function wordThrough(
  session: Session,
  boards: readonly BoardFile[],
  count: number,
  left: number,
): string {
  const [first] = boards;
  const name = first?.name ?? '';
  if (first && boards.length === 1)
    return `${name}: checked through ${session.shown(first.behind ?? first.root)}`;
  return left > 0
    ? `${name}: checked through ${count} boards; ${left} more may include it, --root names one of them`
    : `${name}: checked through ${count} ${count === 1 ? 'board' : 'boards'}`;
}

async function checkOpened(
  session: Session,
  opened: OpenBoard,
  options: CheckOptions,
): Promise<CheckedBoard> {
  const { settings, boardFile } = opened;
  const found = await jsonFindings(session, opened, options);
  const all = mergeFindings(found.values());
  const base = baselineFolder(session, options, settings.baseline);
  const ids = fingerprints(all, (name) => {
    const file = resolveFile(name, session.shell.cwd);
    return relativePath(base, file) ?? file;
  });
  const recorded =
    settings.baseline === undefined || options.writeBaseline !== undefined
      ? undefined
      : readBaseline(session, settings.baseline);
  return {
    name: boardFile.name,
    findings: recorded
      ? withoutRecorded(
          opened,
          found,
          all.filter((_, index) => recorded.has(ids[index] ?? '')),
        )
      : all,
    remarks: opened.remarks,
    facts: unsettledFacts(opened),
    ...(settings.maxWarnings === undefined ? {} : { maxWarnings: settings.maxWarnings }),
    fingerprints: ids,
  };
}

function unsettledFacts({ board }: OpenBoard): JsonFact[] {
  const open = openFacts(board);
  return open.length === 0 ? [] : listValues(board.facts).filter(({ fact }) => open.includes(fact));
}

/** One line for the user; a fault of ours is named as such. */
export function failureText(error: unknown, session: Session, name: string): string {
  if (error instanceof Failure) return printable(error.message);
  if (session.shell.env['DTMAP_DEBUG'] === '1' && error instanceof Error)
    return error.stack ?? error.message;
  const reason = error instanceof Error ? error.message : String(error);
  return oneLine(`${name}: a fault of dtmap itself: ${reason.slice(0, 200)}`);
}

/** The findings that are printed, as plain data. */
async function jsonFindings(
  session: Session,
  opened: OpenBoard,
  options: CheckOptions,
): Promise<ReadonlyMap<Finding, JsonFinding>> {
  const { file, root, behind } = opened.boardFile;
  const isWhole = file === root && behind === undefined;
  const { unread } = opened.board.map;
  const hints = options.hints === true || options.format === 'json';
  const findings = opened.findings
    .filter(({ severity }) => hints || severity !== 'hint')
    // Of an include file's board, what concerns the include file, and why nothing more does.
    .filter(
      ({ at, related }) =>
        isWhole ||
        at.file === file ||
        related.some((each) => each.at.file === file) ||
        (at.file === unread?.at.file && at.start === unread.at.start),
    );
  // Trying fixes costs analyses, and other formats do not show them.
  const showsFixes = options.format === 'json' || options.format === 'sarif';
  const offers = showsFixes
    ? await tryFixesOf(opened, findings, trialHostFor(session, opened, options))
    : undefined;
  return new Map(
    findings.map((finding) => [
      finding,
      toJson(
        finding,
        boardNameOf(opened),
        opened.places,
        (offers?.get(finding) ?? []).flatMap((offer) => (offer.ok ? [offer.fix] : [])),
      ),
    ]),
  );
}

/** The board as findings name it. */
function boardNameOf({ boardFile: { name, root, file, behind }, places }: OpenBoard): string {
  if (name === '-' && root === file) return '<stdin>';
  return places.nameOf(behind ?? root);
}

/** What is left of `found` without what a baseline records, and what has to be said in its place. */
function withoutRecorded(
  opened: OpenBoard,
  found: ReadonlyMap<Finding, JsonFinding>,
  recorded: readonly JsonFinding[],
): JsonFinding[] {
  const texts = new Set(recorded.map(findingKey));
  // That a system does not boot is no debt to be paid later.
  const left = [...found].filter(
    ([{ severity, states }, json]) =>
      texts.has(findingKey(json)) && !(states === 'boot-ends' && severity === 'error'),
  );
  const kept = leaveOut([...found.keys()], new Set(left.map(([finding]) => finding)));
  return mergeFindings(
    kept.map(
      (finding) => found.get(finding) ?? toJson(finding, boardNameOf(opened), opened.places, []),
    ),
  );
}

function baselineFolder(
  session: Session,
  options: CheckOptions,
  baseline: string | undefined,
): string {
  const file =
    options.writeBaseline === undefined
      ? baseline
      : resolveFile(options.writeBaseline, session.shell.cwd);
  return file === undefined ? session.shell.cwd : folderOf(file);
}

/** What `--write-baseline` writes. */
export interface Baseline {
  readonly version: 1;
  readonly fingerprints: readonly string[];
}

function readBaseline(session: Session, file: string): ReadonlySet<string> {
  const name = session.shown(file);
  const json = parseJson(readText(session.shell, file, name));
  if (!json.ok) throw new Failure(`${name}: ${json.because}`);
  const baseline = json.value as Partial<Baseline> | null;
  const ids = baseline?.fingerprints;
  if (baseline?.version !== 1 || !Array.isArray(ids))
    throw new Failure(`${name}: not a baseline of dtmap`);
  return new Set(ids.map(String));
}
