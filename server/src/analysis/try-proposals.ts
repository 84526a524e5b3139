// Tries a proposal before it is offered: it must change what it says, on every board, and nothing else.

import type { PreprocessCache } from '../preprocess/preprocess.ts';
import { allRules } from '../rules/all-rules.ts';
import type { Board } from '../rules/board.ts';
import type { Finding, Severity } from '../rules/finding.ts';
import type { Edits, Proposal } from '../rules/proposal.ts';
import { isSafe } from '../rules/is-safe.ts';
import { editsByFile, filesAfter, withLineEnds, type Fix, type TextEdit } from '../text/edit.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import { changesInOverlay } from '../tree/changes-in-overlay.ts';
import { compareTrees, type Expectation, type TreeDifference } from '../tree/compare-trees.ts';
import type { TreeChange } from '../tree/tree-change.ts';
import { analyze, type Analysis, type BoardRequest } from './analyze.ts';
import { KnownFindings } from './known-findings.ts';

export type CompleteAnalysis = Extract<Analysis, { kind: 'complete' }>;

/** A board as it is now. */
export interface TrialBoard {
  readonly request: BoardRequest;
  readonly analysis: Pick<CompleteAnalysis, 'board' | 'findings'>;
}

/** Why a proposal is not offered. */
export type Refusal =
  /** Nothing in the text makes this change by itself. */
  | { readonly code: 'no-text' }
  /** It would have to be made in a macro, which makes more than this. */
  | { readonly code: 'made-by-macro'; readonly macro: string }
  /** The text cannot be read as a whole, so that nothing can be said of a change. */
  | { readonly code: 'text-broken'; readonly board: FileId }
  | { readonly code: 'board-unreadable'; readonly board: FileId }
  /** cpp or dtc would complain: what the finding says of it, when there is one. */
  | { readonly code: 'breaks-text'; readonly board: FileId; readonly problem?: string }
  | { readonly code: 'changes-more'; readonly board: FileId; readonly difference: TreeDifference }
  | {
      readonly code: 'new-finding';
      readonly board: FileId;
      readonly severity: Severity;
      readonly rule: string;
      readonly message: string;
    }
  /** The finding it is for would stay. */
  | { readonly code: 'finding-stays'; readonly board: FileId }
  /** A file that must not be changed, and why, as the shell says it. */
  | { readonly code: 'file-locked'; readonly file: FileId; readonly because: string }
  /** More boards read the file than are tried. */
  | { readonly code: 'too-many-boards'; readonly file: FileId; readonly count: number }
  /** The work tree is too large to find all boards that read the file. */
  | { readonly code: 'boards-unknown'; readonly file: FileId }
  /** Nobody looks for boards where the file is. */
  | { readonly code: 'not-searched'; readonly file: FileId };

export type Offer =
  | {
      readonly ok: true;
      readonly fix: Fix;
      /** The board of the trial, as the fix leaves it. */
      readonly after: TrialBoard;
    }
  | { readonly ok: false; readonly title: string; readonly refusal: Refusal };

/** What trials need of their surroundings. */
export interface TrialHost {
  readonly files: FileSet;
  readonly cache: PreprocessCache;
  /**
   * How to analyse every other board that reads one of `files`, and the board itself as others read it where that
   * differs, or why they cannot all be tried.
   */
  boardsReading(files: readonly FileId[]): Promise<readonly BoardRequest[] | Refusal>;
  /** Reads files that an analysis asked for. */
  load(files: readonly FileId[]): Promise<void>;
  /** Lets others work between two analyses. */
  pause(): Promise<void>;
  /** Why an edit must not be made, whatever it does; undefined when it may. */
  lockedBecause(edit: TextEdit): string | undefined;
}

/** A proposal on its way through the boards. */
interface Candidate {
  readonly proposal: Proposal;
  /** The ways that were not refused yet; the first is the one that is being tried. */
  ways: readonly Edits[];
  after: TrialBoard | undefined;
  /** Why the plainest way is refused. */
  refusal: Refusal | undefined;
}

/**
 * What becomes of each proposal about `own`, in order: a fix made of the first of its ways that changes the trees of all
 * boards as the proposal says, removes `finding` (undefined for a refactoring), and adds no error and no warning.
 */
export async function tryProposals(
  proposals: readonly Proposal[],
  own: TrialBoard,
  finding: Finding | undefined,
  host: TrialHost,
): Promise<readonly Offer[]> {
  const broken = brokenText(own);
  const candidates = proposals.map((proposal): Candidate => ({
    proposal,
    ways:
      broken && !proposal.repairs
        ? []
        : proposal.ways.map((edits) => inFileStyle(edits, host.files)),
    after: undefined,
    refusal: proposal.repairs ? undefined : broken,
  }));
  for (let open = candidates; open.length > 0;) {
    for (const candidate of open) await findWay(candidate, own, finding, host);
    const tried = open.filter(({ after }) => after !== undefined);
    // Those that another board refuses go on with their next way.
    open = await tryElsewhere(tried, own.analysis.board, host);
  }
  return candidates.map((candidate) => offerOf(candidate, own));
}

/** The edits with the line ends of their files: what is shown is what was tried. */
function inFileStyle(edits: Edits, files: FileSet): Edits {
  return [...editsByFile(edits)].flatMap(([file, own]) => {
    const source = files.get(file);
    return typeof source === 'string' ? own : withLineEnds(source.text, own);
  });
}

function offerOf(
  { proposal, ways: [edits], after, refusal }: Candidate,
  { analysis }: TrialBoard,
): Offer {
  const { title, change, preferred, macro } = proposal;
  if (after && edits) {
    const safe = isSafe(change, analysis.board.tree);
    const fix = { title, edits, safe, ...(preferred === true && { preferred }) };
    return { ok: true, fix, after };
  }
  if (macro !== undefined && refusal?.code !== 'text-broken')
    return { ok: false, title, refusal: { code: 'made-by-macro', macro } };
  return { ok: false, title, refusal: refusal ?? { code: 'no-text' } };
}

/** Leaves the ways from the first on that its own board accepts. */
async function findWay(
  candidate: Candidate,
  own: TrialBoard,
  finding: Finding | undefined,
  host: TrialHost,
): Promise<void> {
  const { proposal } = candidate;
  candidate.after = undefined;
  for (let edits = candidate.ways[0]; edits; edits = candidate.ways[0]) {
    await host.pause();
    const refusal =
      lockOf(edits, host) ??
      (await judge(proposal, edits, own, 'all', finding, host, (after) => {
        candidate.after = after;
      }));
    if (!refusal) return;
    refuse(candidate, refusal);
  }
}

function refuse(candidate: Candidate, refusal: Refusal): void {
  candidate.after = undefined;
  candidate.ways = candidate.ways.slice(1);
  candidate.refusal ??= refusal;
}

function lockOf(edits: Edits, host: TrialHost): Refusal | undefined {
  for (const edit of edits) {
    const because = host.lockedBecause(edit);
    if (because !== undefined) return { code: 'file-locked', file: edit.at.file, because };
  }
  return undefined;
}

/** Tries the candidates on all other boards that read what they edit; returns those that one refuses. */
async function tryElsewhere(
  candidates: readonly Candidate[],
  own: Board,
  host: TrialHost,
): Promise<Candidate[]> {
  const refused: Candidate[] = [];
  const filesOf = ({ ways: [edits] }: Candidate): FileId[] => [
    ...new Set((edits ?? []).map(({ at }) => at.file)),
  ];
  const realPath = (file: FileId): FileId => host.files.realPath?.(file) ?? file;
  const requests = await host.boardsReading([...new Set(candidates.flatMap(filesOf))]);
  if ('code' in requests) {
    for (const candidate of candidates) refuse(candidate, requests);
    return [...candidates];
  }
  for (const request of requests) {
    const left = candidates.filter((each) => !refused.includes(each));
    if (left.length === 0) break;
    await host.pause();
    const before = await analyzeLoaded(request, host.files, host);
    const members = before && new Set([...filesRead(before)].map(realPath));
    for (const candidate of left) {
      if (members && !filesOf(candidate).some((file) => members.has(realPath(file)))) continue;
      await host.pause();
      const [edits = []] = candidate.ways;
      const refusal: Refusal | undefined = before
        ? await judge(
            asSeenBy(before, candidate.proposal, own),
            edits,
            before,
            'some',
            undefined,
            host,
          )
        : { code: 'board-unreadable', board: request.root };
      if (!refusal) continue;
      refuse(candidate, refusal);
      refused.push(candidate);
    }
  }
  return refused;
}

/** A proposal about `own` as another board has it: an overlay by itself has the nodes in its fragments. */
function asSeenBy(
  { analysis: { board } }: TrialBoard,
  { change, repairs }: Proposal,
  own: Board,
): Parameters<typeof judge>[0] {
  if (repairs) return { change, repairs };
  if (!board.tree.isPlugin) return { change };
  return { change: changesInOverlay(change, board.tree, own.tree), elsewhere: change };
}

/** Every file that the board was made from. */
function filesRead({ request, analysis: { board } }: TrialBoard): ReadonlySet<FileId> {
  return new Set([request.root, ...board.sources.flatMap(({ files }) => files)]);
}

/** Undefined when the board cannot be read. */
async function analyzeLoaded(
  request: BoardRequest,
  files: FileSet,
  host: TrialHost,
): Promise<TrialBoard | undefined> {
  let asked = '';
  for (;;) {
    const analysis = analyze(request, files, host.cache);
    if (analysis.kind === 'complete') return { request, analysis };
    const needs = analysis.kind === 'incomplete' ? analysis.needs : [];
    // Asked for again, they cannot be had.
    if (needs.length === 0 || needs.join() === asked) return undefined;
    asked = needs.join();
    await host.load(needs);
  }
}

/** Why the edits must not be made, as far as one board tells; `accept` is told of the board when nothing speaks against. */
async function judge(
  {
    change,
    elsewhere,
    repairs,
  }: Pick<Proposal, 'change' | 'repairs'> & { readonly elsewhere?: readonly TreeChange[] },
  edits: Edits,
  before: TrialBoard,
  expectation: Expectation,
  finding: Finding | undefined,
  host: TrialHost,
  accept?: (after: TrialBoard) => void,
): Promise<Refusal | undefined> {
  const board = before.request.root;
  const after = await analyzeLoaded(before.request, filesAfter(host.files, edits), host);
  if (!after) return { code: 'board-unreadable', board };
  if (repairs) {
    const refusal = judgeRepair(before, after, edits, expectation, finding);
    if (!refusal) accept?.(after);
    return refusal;
  }
  const difference = compareTrees(
    before.analysis.board.tree,
    after.analysis.board.tree,
    change,
    expectation,
    elsewhere,
  );
  // What stands in the way says more than what dtc says of the result.
  const isObstacle = difference?.code === 'node-exists' || difference?.code === 'still-used';
  const problem = newProblem(before.analysis.board, after.analysis.board);
  if (problem !== undefined && !isObstacle)
    return { code: 'breaks-text', board, ...messageOfNew(before, after, edits) };
  if (difference) return { code: 'changes-more', board, difference };
  const known = new KnownFindings(before.analysis.findings, edits);
  if (finding && known.isLeft(finding, after.analysis.findings))
    return { code: 'finding-stays', board };
  for (const found of after.analysis.findings) {
    if (!isGrave(found) || known.take(found)) continue;
    const { severity, rule, message } = found;
    return { code: 'new-finding', board, severity, rule, message };
  }
  accept?.(after);
  return undefined;
}

/** A repair leaves fewer faults of syntax, none of a kind that there was less of; what it brings to light is no fault of its own. */
function judgeRepair(
  before: TrialBoard,
  after: TrialBoard,
  edits: Edits,
  expectation: Expectation,
  finding: Finding | undefined,
): Refusal | undefined {
  const board = before.request.root;
  const was = syntaxFaults(before.analysis.board);
  const left = syntaxFaults(after.analysis.board);
  if (isMore(left, was))
    return { code: 'breaks-text', board, ...messageOfNew(before, after, edits) };
  const isFewer = left.length < was.length;
  const known = new KnownFindings(before.analysis.findings, edits);
  const stays = finding && known.isLeft(finding, after.analysis.findings);
  if (stays || (expectation === 'all' && !isFewer)) return { code: 'finding-stays', board };
  return undefined;
}

/** The kinds of what keeps a text from being read as a whole. */
function syntaxFaults({ tree }: Board): string[] {
  return tree.problems.flatMap(({ id, level, facts }) =>
    id === 'syntax' && level === 'error' ? [facts['because'] ?? id] : [],
  );
}

/** How much of a board cannot be read. */
export function faultsOf({ analysis: { board } }: TrialBoard): number {
  return syntaxFaults(board).length;
}

/** A board as the files of `host` have it; undefined when it cannot be read. */
export function boardNow(request: BoardRequest, host: TrialHost): Promise<TrialBoard | undefined> {
  return analyzeLoaded(request, host.files, host);
}

/** Whether a finding is one that a fix must not add. */
export function isGrave({ severity }: Pick<Finding, 'severity'>): boolean {
  return severity === 'error' || severity === 'warning';
}

/** Faults of syntax that leave no doubt about what is meant. */
const CLEAR: ReadonlySet<string | undefined> = new Set([
  'property-after-subnode',
  'version-missing',
]);

/** Faults after which a text says something else than was meant, or nothing. */
function brokenText({ request, analysis: { board } }: TrialBoard): Refusal | undefined {
  const isBroken =
    board.excess !== undefined ||
    board.tree.problems.some(
      ({ id, level, facts }) =>
        id === 'syntax' && level === 'error' && !CLEAR.has(facts['because']),
    ) ||
    board.sources.some(({ problems }) =>
      problems.some(({ code }) => code !== 'macro-redefined' && code !== 'warning-directive'),
    );
  return isBroken ? { code: 'text-broken', board: request.root } : undefined;
}

/** What a new finding about the text says. */
function messageOfNew(
  before: TrialBoard,
  after: TrialBoard,
  edits: Edits,
): { readonly problem?: string } {
  const known = new KnownFindings(before.analysis.findings, edits);
  const found = after.analysis.findings.find(
    (finding) => isGrave(finding) && TEXT_RULES.has(finding.rule) && !known.take(finding),
  );
  return found ? { problem: found.message } : {};
}

/** Those that say what cpp or dtc complains of. */
const TEXT_RULES: ReadonlySet<string> = new Set(
  allRules.filter(({ reads }) => reads !== undefined && reads !== 'beside').map(({ id }) => id),
);

/** The kind of a problem that cpp or dtc had less often before; undefined when there is none. */
function newProblem(before: Board, after: Board): string | undefined {
  return firstNew(problemsOf(after), problemsOf(before));
}

function isMore(after: readonly string[], before: readonly string[]): boolean {
  return firstNew(after, before) !== undefined;
}

function firstNew(after: readonly string[], before: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const kind of before) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  for (const kind of after) {
    const left = counts.get(kind) ?? 0;
    if (left === 0) return kind;
    counts.set(kind, left - 1);
  }
  return undefined;
}

function problemsOf({ tree, sources }: Board): string[] {
  return [
    ...sources.flatMap(({ problems }) => problems.map(({ code }) => code)),
    ...tree.problems.map(({ id, facts }) => facts['because'] ?? id),
  ];
}
