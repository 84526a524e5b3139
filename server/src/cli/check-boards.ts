// Checks boards one after the other and gives plain data: the part of `check` that a worker thread can do.

import { isRecordable, keyOfFinding, keyText, withoutRecorded } from '../ide/baseline.ts';
import { listValues, openFacts } from '../ide/list-facts.ts';
import { locate } from '../ide/locate.ts';
import { readBaseline, type RecordedFinding } from '../inputs/read-baseline.ts';
import type { Finding } from '../rules/finding.ts';
import { folderOf, relativePath } from '../text/join-path.ts';
import { printable } from '../text/printable.ts';
import type { FileId } from '../text/span.ts';
import { Failure, oneLine } from './failure.ts';
import { findBoards, MOST_BOARDS_OF_PART, readsNamedFile } from './find-boards.ts';
import { mergeFindings, toJson, type JsonFact, type JsonFinding } from './json-finding.ts';
import type { CheckOptions } from './program.ts';
import type { BoardFile, OpenBoard, Session } from './session.ts';
import { trialHostFor, tryFixesOf } from './try-fixes.ts';
import { readText } from '../boot-files/named-files.ts';
import { faultText, resolveFile, settingsFor } from './settings.ts';

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
  /** Of all findings, those that `--write-baseline` records. */
  readonly recordable: readonly RecordedFinding[];
  /** Entries of a baseline about files that were read, which were not found. */
  readonly stale: readonly {
    readonly baseline: string;
    readonly index: number;
    readonly entry: RecordedFinding;
  }[];
  /** The entries that were found: the baseline and their index. */
  readonly met: readonly string[];
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
      recordable: recordableOf(checked),
      stale: checked.flatMap(({ stale }) => stale),
      met: checked.flatMap(({ met }) => met),
    };
  } catch (error) {
    return failedBoard(name, failureText(error, session, name));
  }
}

/** A board that could not be checked, and why in one line. */
export function failedBoard(name: string, failure: string): CheckedBoard {
  return {
    name,
    findings: [],
    failure,
    remarks: [],
    facts: [],
    recordable: [],
    stale: [],
    met: [],
  };
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
  const { settings, boardFile, board } = opened;
  const shown = shownFindings(opened, options);
  const nameOf = baselineNames(session, opened, options);
  const recorded =
    settings.baseline === undefined || options.writeBaseline !== undefined
      ? []
      : readRecorded(session, settings.baseline);
  const left = withoutRecorded(board, shown, recorded, nameOf);
  const found = await jsonFindings(session, opened, left.findings, options);
  const files = new Set(
    [boardFile.file, ...board.sources.flatMap((source) => source.files)].map((file) =>
      nameInBaseline(session, options, settings.baseline, file),
    ),
  );
  return {
    name: boardFile.name,
    findings: mergeFindings(found),
    remarks: opened.remarks,
    facts: unsettledFacts(opened),
    ...(settings.maxWarnings === undefined ? {} : { maxWarnings: settings.maxWarnings }),
    recordable:
      options.writeBaseline === undefined
        ? []
        : shown.filter(isRecordable).map((finding) => {
            const { line, column } = opened.places.placeOf(finding.at);
            const { message } = finding;
            return { ...keyOfFinding(board, finding, nameOf(finding)), line, column, message };
          }),
    stale: recorded.flatMap((entry, index) =>
      !left.used.has(index) && files.has(entry.file)
        ? [{ baseline: session.shown(settings.baseline ?? ''), index, entry }]
        : [],
    ),
    met: [...left.used].map((index) => `${session.shown(settings.baseline ?? '')}\0${index}`),
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

/** The findings that concern what was named. */
function shownFindings(opened: OpenBoard, options: CheckOptions): readonly Finding[] {
  const { file, root, behind } = opened.boardFile;
  const isWhole = file === root && behind === undefined;
  const { unread } = opened.board.map;
  const hints = options.hints === true || options.format === 'json';
  return (
    opened.findings
      .filter(({ severity }) => hints || severity !== 'hint')
      // Of an include file's board, what concerns the include file, and why nothing more does.
      .filter(
        ({ at, related }) =>
          isWhole ||
          at.file === file ||
          related.some((each) => each.at.file === file) ||
          (at.file === unread?.at.file && at.start === unread.at.start),
      )
  );
}

/** As plain data. */
async function jsonFindings(
  session: Session,
  opened: OpenBoard,
  findings: readonly Finding[],
  options: CheckOptions,
): Promise<readonly JsonFinding[]> {
  // Trying fixes costs analyses, and other formats do not show them.
  const showsFixes = options.format === 'json' || options.format === 'sarif';
  const offers = showsFixes
    ? await tryFixesOf(opened, findings, trialHostFor(session, opened, options))
    : undefined;
  return findings.map((finding) =>
    toJson(
      finding,
      boardNameOf(opened),
      opened.places,
      (offers?.get(finding) ?? []).flatMap((offer) => (offer.ok ? [offer.fix] : [])),
      locate(opened.board, finding.at.file, finding.at.start).node?.path,
    ),
  );
}

/** The board as findings name it. */
function boardNameOf({ boardFile: { name, root, file, behind }, places }: OpenBoard): string {
  if (name === '-' && root === file) return '<stdin>';
  return places.nameOf(behind ?? root);
}

/** A file as the baseline that is read or written names it. */
function nameInBaseline(
  { shell }: Session,
  options: CheckOptions,
  baseline: FileId | undefined,
  file: FileId,
): string {
  const own =
    options.writeBaseline === undefined ? baseline : resolveFile(options.writeBaseline, shell.cwd);
  return relativePath(own === undefined ? shell.cwd : folderOf(own), file) ?? file;
}

/** The file of a finding as the baseline names it: of what a script does to the tree, the script. */
function baselineNames(
  session: Session,
  { places, settings }: OpenBoard,
  options: CheckOptions,
): (finding: Finding) => string {
  return ({ at }) => {
    const file = places.isMade(at)
      ? resolveFile(places.placeOf(at).file, session.shell.cwd)
      : at.file;
    return nameInBaseline(session, options, settings.baseline, file);
  };
}

function readRecorded(session: Session, file: FileId): readonly RecordedFinding[] {
  const name = session.shown(file);
  const text = readText(session.shell, file, name);
  const read = readBaseline(text);
  if (!read.ok) throw new Failure(faultText(name, text, read.faults[0]));
  return read.value;
}

/** The findings of all boards for a baseline: each as often as on the board that has it most often. */
export function recordableOf(boards: readonly CheckedBoard[]): readonly RecordedFinding[] {
  const most = new Map<string, readonly RecordedFinding[]>();
  for (const { recordable } of boards) {
    const own = new Map<string, RecordedFinding[]>();
    for (const each of recordable) {
      const key = keyText(each);
      own.set(key, [...(own.get(key) ?? []), each]);
    }
    for (const [key, list] of own)
      if (list.length > (most.get(key)?.length ?? 0)) most.set(key, list);
  }
  return [...most.values()]
    .flat()
    .sort(
      (a, b) =>
        (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
        a.line - b.line ||
        a.column - b.column ||
        (keyText(a) < keyText(b) ? -1 : 1),
    );
}

/** One line for each baseline with entries that no board has met any more. */
export function wordStale(boards: readonly CheckedBoard[]): readonly string[] {
  const met = new Set(boards.flatMap((board) => board.met));
  const byFile = new Map<string, Map<number, RecordedFinding>>();
  for (const { baseline, index, entry } of boards.flatMap((board) => board.stale)) {
    if (met.has(`${baseline}\0${index}`)) continue;
    const entries = byFile.get(baseline) ?? new Map<number, RecordedFinding>();
    byFile.set(baseline, entries.set(index, entry));
  }
  return [...byFile].map(([baseline, entries]) => {
    const [first] = [...entries.values()];
    const where = first ? `${first.rule} at ${first.file}:${first.line}` : '';
    const others = entries.size > 1 ? ` and ${entries.size - 1} more` : '';
    return `${baseline}: no longer found: ${where}${others}; write it again with --write-baseline`;
  });
}
