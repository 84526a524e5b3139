// The boards being worked on: analyses them when their files change, the newest text first.

import type { Analysis, BoardRequest } from '../analysis/analyze.ts';
import { isRootFile, type IncludeIndex } from '../ide/include-index.ts';
import { fileName } from '../ide/paths.ts';
import type { UnreadText } from '../memory/unread-text.ts';
import { shiftFinding } from '../ide/shift.ts';
import { allRules } from '../rules/all-rules.ts';
import type { Board } from '../rules/board.ts';
import { joinTargets } from '../systems/targets.ts';
import type { Boot } from '../target/boot.ts';
import type { Target } from '../target/system.ts';
import type { Finding } from '../rules/finding.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { FactSource } from '../facts/gather-facts.ts';
import type { Files } from './files.ts';
import { snapshotOf } from './snapshot.ts';

/** What requests are answered from. */
export interface Model {
  readonly root: FileId;
  /** The last board whose text could be read as a whole; the newest one when there was none. */
  readonly board: Board;
  /** The findings of the newest text. */
  readonly findings: readonly Finding[];
  /** The files the findings were made from. */
  readonly files: FileSet;
  /** Folders in which includes are looked for. */
  readonly includePaths: readonly FileId[];
  /** Every file of the newest text. */
  readonly members: ReadonlySet<FileId>;
  /** Whether `board` is older than `findings`, because the text is broken or not all of it could be read. */
  readonly stale: boolean;
  /** Of the newest text, what could not be read. */
  readonly unread: UnreadText | undefined;
  /** What `board` was made with. */
  readonly good: {
    readonly board: Board;
    readonly findings: readonly Finding[];
    readonly files: FileSet;
    /** Whether its text was read as a whole. */
    readonly isWhole: boolean;
  };
}

export interface BoardsHost {
  readonly files: Files;
  readonly index: IncludeIndex;
  /** Whether the boards of included files are still being looked for. */
  readonly isSearching: () => boolean;
  /** The board that settings apply an overlay to. */
  readonly baseOf: (overlay: FileId) => FileId | undefined;
  readonly isAppliedTo: (overlay: FileId, root: FileId) => boolean;
  /** How a root file is to be analysed. */
  requestFor(root: FileId): Promise<BoardRequest>;
  readonly analyze: (root: FileId, request: BoardRequest, files: FileSet) => Analysis;
  /** Called when nothing more is wanted of a board, and of its files where no other board reads them. */
  forget(root: FileId, members: ReadonlySet<FileId>): void;
  /** Called after each analysis, and with no model when a board is closed. */
  changed(root: FileId, model: Model | undefined): void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Runs `task` in a later turn of the event loop. */
  readonly later: (task: () => void, milliseconds: number) => void;
  readonly failed: (error: unknown) => void;
}

interface OpenBoard {
  readonly root: FileId;
  /** Open documents that are read through this board. */
  readonly documents: Set<FileId>;
  request: Promise<BoardRequest> | undefined;
  model: Model | undefined;
  /** Whether the root is a part whose board is not known: it may be when the index has learned more. */
  isPart: boolean;
  /** Why there is no model. */
  because: string | undefined;
  dirty: boolean;
  /** Counts edits; an analysis of an older count is out of date. */
  edits: number;
  /** Milliseconds the last analysis took. */
  cost: number;
  /** Milliseconds the first complete analysis took. */
  firstCost: number | undefined;
  readonly waiting: (() => void)[];
}

/** An analysis that took longer than this is put off until the typing pauses. */
const CHEAP_MILLISECONDS = 30;
const LONGEST_DELAY_MILLISECONDS = 400;

/** Keeps one model per board that an open document belongs to. */
export class Boards {
  readonly #host: BoardsHost;
  readonly #open = new Map<FileId, OpenBoard>();
  readonly #boardOf = new Map<FileId, FileId>();
  /** The board the user chose for an included file. */
  readonly #chosen = new Map<FileId, FileId>();
  /** Files that the board chosen for them does not include: they are roots, read behind it. */
  readonly #apart = new Set<FileId>();
  /** Boards that turned out not to include a file, although the index says so. */
  readonly #refused = new Map<FileId, Set<FileId>>();
  #scheduled = false;
  /** Counts the edits of all boards. */
  #edits = 0;
  #newest: FileId | undefined;

  constructor(host: BoardsHost) {
    this.#host = host;
  }

  /** The root an open document is read through. */
  rootOf(file: FileId): FileId | undefined {
    return this.#boardOf.get(file);
  }

  get models(): Model[] {
    return [...this.#open.values()].flatMap((board) => board.model ?? []);
  }

  /** The model of an open document, if it was analysed yet. */
  modelOf(file: FileId): Model | undefined {
    const root = this.#boardOf.get(file);
    return root === undefined ? undefined : this.#open.get(root)?.model;
  }

  /** The model of an open document; waits for the first analysis only, and not for boards to be found. */
  async firstModelOf(file: FileId): Promise<Model | undefined> {
    const board = this.#boardWith(file);
    if (!board || board.model || this.#mustWait(board)) return board?.model;
    await new Promise<void>((resolve) => board.waiting.push(resolve));
    return this.modelOf(file);
  }

  /** The model of an open document as it is on screen: waits until no edit is left to analyse. */
  async newestModelOf(file: FileId): Promise<Model | undefined> {
    const board = this.#boardWith(file);
    if (!board) return undefined;
    if (board.dirty && !this.#mustWait(board))
      await new Promise<void>((resolve) => board.waiting.push(resolve));
    return this.modelOf(file);
  }

  /** Why an open document has no model although it was analysed. */
  reasonFor(file: FileId): string | undefined {
    return this.#boardWith(file)?.because;
  }

  /** Milliseconds that analyses of the board of an open document took, or of an open root; undefined before the first. */
  timesOf(file: FileId): { readonly first: number; readonly last: number } | undefined {
    const board = this.#open.get(file) ?? this.#boardWith(file);
    return board?.firstCost === undefined
      ? undefined
      : { first: board.firstCost, last: board.cost };
  }

  /** Whether edits wait to be analysed. */
  isBehind(file: FileId): boolean {
    return this.#boardWith(file)?.dirty ?? false;
  }

  /** Whether edits of any board wait to be analysed, and not for boards to be found. */
  get isBusy(): boolean {
    return this.#dirtyBoards().length > 0;
  }

  /** Whether settings apply an overlay to a board. */
  isAppliedTo(overlay: FileId, root: FileId): boolean {
    return this.#host.isAppliedTo(overlay, root);
  }

  /** How a root file is to be analysed, open or not. */
  requestFor(root: FileId): Promise<BoardRequest> {
    return this.#host.requestFor(root);
  }

  /** The boot of one target, leaving the model as it is; `more` is believed after what the request says. */
  async bootWith(
    root: FileId,
    target: Target,
    more: readonly FactSource[] = [],
  ): Promise<{ readonly board: Board; readonly boot: Boot } | undefined> {
    const request = await this.#host.requestFor(root);
    const facts = [...request.facts, ...more];
    const analysis = this.#host.analyze(
      root,
      { ...request, targets: [target], facts },
      this.#host.files,
    );
    if (analysis.kind !== 'complete') return undefined;
    const { board } = analysis;
    const [boot] = board.boots;
    return boot && { board, boot };
  }

  /**
   * The board with boots of more targets than its own, each in the order of its system's releases, leaving the model as it
   * is; undefined while the text has no tree.
   */
  async analysisWith(
    root: FileId,
    more: readonly Target[],
  ): Promise<{ readonly board: Board; readonly findings: readonly Finding[] } | undefined> {
    const request = await this.#host.requestFor(root);
    const targets = joinTargets(request.targets, more);
    const analysis = this.#host.analyze(root, { ...request, targets }, this.#host.files);
    return analysis.kind === 'complete' ? analysis : undefined;
  }

  open(file: FileId): void {
    this.#attach(file, this.#choose(file));
  }

  close(file: FileId): void {
    this.#detach(file);
    this.#boardOf.delete(file);
  }

  /** The board that the user chose for a file. */
  chosenFor(file: FileId): FileId | undefined {
    return this.#chosen.get(file);
  }

  choose(file: FileId, board: FileId): void {
    this.#chosen.set(file, board);
    this.#apart.delete(file);
    const current = this.#boardWith(file);
    if (!current) return;
    const root = this.#choose(file);
    if (root === current.root) {
      // What it is read with has changed.
      current.request = undefined;
      this.#soil(current);
      return;
    }
    this.#detach(file);
    this.#attach(file, root);
  }

  /** A text changed, or a file appeared or vanished. */
  touch(file: FileId): void {
    for (const board of this.#open.values()) {
      const known = board.model?.members;
      if (!known || known.has(file) || board.documents.has(file)) this.#soil(board);
    }
    this.#newest = this.#boardOf.get(file) ?? this.#newest;
  }

  /** Settings or the set of files changed: everything is analysed anew, with fresh requests. */
  touchAll(): void {
    this.#refused.clear();
    for (const board of this.#open.values()) {
      board.request = undefined;
      this.#soil(board);
    }
  }

  /** How a board is to be analysed changed. */
  renew(root: FileId): void {
    const board = this.#open.get(root);
    if (!board) return;
    board.request = undefined;
    this.#soil(board);
  }

  /** The include index learned something: documents without a board may have one now. */
  rechoose(): void {
    this.#refused.clear();
    this.#rechooseWhere((file, root) => root === file);
    for (const board of this.#open.values()) {
      if (!board.isPart) continue;
      board.request = undefined;
      this.#soil(board);
    }
    const [waiting] = this.#dirtyBoards();
    if (waiting) this.#schedule(waiting);
  }

  #rechooseWhere(isOpenToChange: (file: FileId, root: FileId) => boolean): void {
    for (const [file, root] of [...this.#boardOf]) {
      if (!isOpenToChange(file, root)) continue;
      const better = this.#choose(file);
      if (better === root) continue;
      this.#detach(file);
      this.#attach(file, better);
    }
  }

  // An included file by itself has faults that no board has, so nothing is said before its boards are known.
  #mustWait(board: OpenBoard): boolean {
    return !isRootFile(board.root) && this.#host.isSearching();
  }

  #boardWith(file: FileId): OpenBoard | undefined {
    const root = this.#boardOf.get(file);
    return root === undefined ? undefined : this.#open.get(root);
  }

  // An included file is read through the chosen board, else the last one on screen, else one that is open already, else the
  // first that includes it. What no board includes is a root, and so is an overlay: the request says behind which it is read.
  #choose(file: FileId): FileId {
    const chosen = this.#chosen.get(file);
    if (this.#host.index.isRoot(file))
      return chosen === undefined ? (this.#host.baseOf(file) ?? file) : file;
    if (chosen !== undefined) {
      const isApart = this.#apart.has(file) && !this.#host.index.rootsOf(file).includes(chosen);
      return isApart ? file : chosen;
    }
    const including = [...this.#open.values()].filter(
      (board) => board.root !== file && board.model?.members.has(file),
    );
    const open = including.findLast((board) => board.documents.has(board.root)) ?? including[0];
    const refused = this.#refused.get(file);
    const roots = this.#host.index.rootsOf(file).filter((root) => refused?.has(root) !== true);
    // A board on screen that is still being read has no model yet.
    const onScreen = roots.findLast((root) => this.#open.get(root)?.documents.has(root) === true);
    return open?.root ?? onScreen ?? roots[0] ?? file;
  }

  #attach(file: FileId, root: FileId): void {
    this.#boardOf.set(file, root);
    let board = this.#open.get(root);
    if (!board) {
      board = {
        root,
        documents: new Set(),
        request: undefined,
        model: undefined,
        isPart: false,
        because: undefined,
        dirty: true,
        edits: 0,
        cost: 0,
        firstCost: undefined,
        waiting: [],
      };
      this.#open.set(root, board);
    }
    board.documents.add(file);
    this.#newest = root;
    this.#soil(board);
  }

  #detach(file: FileId): void {
    const board = this.#boardWith(file);
    if (!board) return;
    board.documents.delete(file);
    if (board.documents.size > 0) return;
    this.#open.delete(board.root);
    this.#host.forget(board.root, board.model?.members ?? new Set());
    for (const resolve of board.waiting) resolve();
    this.#host.changed(board.root, undefined);
  }

  // The index goes by names: a board may be gone, or include another file of the same name.
  #leave(board: OpenBoard, isWrong: (file: FileId) => boolean): void {
    for (const file of [...board.documents]) {
      if (this.#host.index.isRoot(file) || file === board.root || !isWrong(file)) continue;
      if (this.#chosen.has(file)) {
        this.#apart.add(file);
        this.#detach(file);
        this.#attach(file, file);
        continue;
      }
      const refused = this.#refused.get(file) ?? new Set();
      this.#refused.set(file, refused.add(board.root));
      const better = this.#choose(file);
      if (better === board.root) continue;
      this.#detach(file);
      this.#attach(file, better);
    }
  }

  #soil(board: OpenBoard): void {
    board.dirty = true;
    board.edits += 1;
    this.#edits += 1;
    this.#schedule(board);
  }

  #schedule(board: OpenBoard): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const delay =
      board.cost <= CHEAP_MILLISECONDS ? 0 : Math.min(board.cost, LONGEST_DELAY_MILLISECONDS);
    this.#host.later(() => {
      this.#runWhenQuiet();
    }, delay);
  }

  // Messages are handled one per turn of the event loop: what is typed faster than that is one edit.
  #runWhenQuiet(): void {
    const edits = this.#edits;
    this.#host.later(() => {
      if (this.#edits !== edits) {
        this.#runWhenQuiet();
        return;
      }
      this.#scheduled = false;
      void this.#run().catch((error: unknown) => {
        this.#host.failed(error);
      });
    }, 0);
  }

  // One board per turn, so that requests that arrived meanwhile are answered in between.
  async #run(): Promise<void> {
    const dirty = this.#dirtyBoards();
    const board = dirty.find((each) => each.root === this.#newest) ?? dirty[0];
    if (!board) return;
    try {
      await this.#analyze(board);
    } catch (error) {
      board.dirty = false;
      this.#host.failed(error);
    }
    if (!board.dirty) for (const resolve of board.waiting.splice(0)) resolve();
    const [next] = this.#dirtyBoards();
    if (next) this.#schedule(next);
  }

  #dirtyBoards(): OpenBoard[] {
    return [...this.#open.values()].filter((board) => board.dirty && !this.#mustWait(board));
  }

  async #analyze(board: OpenBoard): Promise<void> {
    const { files, analyze, now } = this.#host;
    board.request ??= this.#host.requestFor(board.root);
    const request = await board.request;
    board.isPart = request.isPart === true;
    const { edits } = board;
    const started = now();
    const snapshot = snapshotOf(files);
    const analysis = analyze(board.root, request, snapshot);
    board.cost = now() - started;
    if (analysis.kind === 'incomplete') {
      await files.load(analysis.needs);
      return;
    }
    board.firstCost ??= board.cost;
    board.dirty = board.edits !== edits;
    if (this.#open.get(board.root) !== board) return;
    if (analysis.kind === 'unreadable') {
      board.model = undefined;
      board.because = `${fileName(analysis.file)}: ${analysis.because}`;
      this.#leave(board, (file) => !this.#chosen.has(file));
    } else {
      board.because = undefined;
      const isFirst = !board.model;
      board.model = modelFrom(board, request, analysis);
      const { members, stale } = board.model;
      for (const file of members)
        if (this.#chosen.get(file) === board.root) this.#apart.delete(file);
      // Files that were read by themselves until now. One that is read through another board stays: nobody has asked for this one.
      this.#rechooseWhere(
        (file, root) =>
          root === file && root !== board.root && members.has(file) && (isFirst || !stale),
      );
      // An include that is being typed anew is no reason to go.
      if (isFirst || !stale) this.#leave(board, (file) => !members.has(file));
    }
    if (board.documents.size === 0) return;
    this.#host.changed(board.root, board.model);
  }
}

type Complete = Extract<Analysis, { kind: 'complete' }>;

/** The model after an analysis. Of a text that is broken or lacks a file only the text counts; the rest stays as it was. */
function modelFrom(open: OpenBoard, request: BoardRequest, { board, findings }: Complete): Model {
  const { files } = board;
  const common = {
    root: open.root,
    files,
    includePaths: request.preprocessor.includePaths,
    members: new Set([open.root, ...board.sources.flatMap((source) => source.files)]),
  };
  const { unread } = board;
  const isBroken =
    unread !== undefined || board.tree.problems.some((problem) => problem.id === 'syntax');
  const before = open.model?.good;
  // Without a whole text before, the newest is the best there is.
  if (!isBroken || before?.isWhole !== true || isEmpty(before.board)) {
    const good = { board, findings, files, isWhole: !isBroken };
    return { ...common, board, findings, good, stale: false, unread };
  }
  const good = before;
  const syntax = findings.filter((finding) => TEXT_RULES.has(finding.rule));
  const kept = good.findings
    .filter((finding) => !TEXT_RULES.has(finding.rule))
    .map((finding) => shiftFinding(finding, good.files, files));
  return {
    ...common,
    board: good.board,
    findings: [...syntax, ...kept],
    good,
    stale: true,
    unread,
  };
}

/** The rules whose findings hold of a broken text too. */
const TEXT_RULES: ReadonlySet<string> = new Set(
  allRules.filter(({ reads }) => reads === 'text').map(({ id }) => id),
);

function isEmpty(board: Board): boolean {
  return board.tree.root.children.length === 0;
}
