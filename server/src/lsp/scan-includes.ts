// Fills the include index in the background, a few files per turn, so that requests are answered in between.

import type { WorkDoneProgressServerReporter } from 'vscode-languageserver';
import { indexedNames, isDevicetreeFile, type IncludeIndex } from '../ide/include-index.ts';
import { foldersAbove } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import type { Files } from './files.ts';

export interface ScanHost {
  readonly files: Files;
  readonly index: IncludeIndex;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly later: (task: () => void, milliseconds: number) => void;
  /** Whether a board that is open has read the file. */
  readonly isUsed: (file: FileId) => boolean;
  /** Called when boards were found, and when a scan has ended. */
  learned(): void;
  readonly failed: (error: unknown) => void;
  /** Asks the client for a place to show progress in; it may refuse, or never answer. */
  progress(): Promise<WorkDoneProgressServerReporter>;
}

/** Files of which is said at once that they are wanted; progress is told of after so many of them. */
const FILES_PER_BATCH = 8;
const BATCHES_PER_REPORT = 32;
/** After so long it is somebody else's turn. */
const TURN_MILLISECONDS = 10;
/** A work tree with more devicetree files than this is not worth reading whole. */
const MOST_FILES = 20_000;
const SKIPPED = new Set(['node_modules/', '.git/', 'dist/', 'out/', 'build/', '.cache/']);

/** Reads the devicetree files of a work tree once, and those that change again. */
export class IndexScan {
  allowProgress = false;
  readonly #host: ScanHost;
  /** The folders that were scanned or are, each with a mark of its own, so that a scan knows when it is forgotten. */
  readonly #scanned = new Map<FileId, symbol>();
  #running = 0;
  /** Trees that were too large to be read whole. */
  readonly #cut = new Set<FileId>();
  readonly #waiting: (() => void)[] = [];
  #turnBegan = 0;
  /** Scans that have not found a board yet. */
  readonly #searching = new Set<symbol>();

  constructor(host: ScanHost) {
    this.#host = host;
  }

  get isRunning(): boolean {
    return this.#running > 0;
  }

  /** Whether the boards of a file that was asked for are not known yet. */
  get isSearching(): boolean {
    return this.#searching.size > 0;
  }

  /** Whether the tree `file` belongs to has been read whole, so that all its boards are known. */
  isWhole(file: FileId): boolean {
    return ![...this.#cut].some((top) => file.startsWith(`${top}/`));
  }

  /** Scans the tree `file` belongs to: the `dts` folder above it, else the workspace folder, else its own folder. */
  around(file: FileId, folders: readonly FileId[]): void {
    const above = foldersAbove(file);
    const top =
      above.findLast((folder) => /\/dts$/.test(folder)) ??
      folders.find((folder) => file.startsWith(`${folder}/`)) ??
      above[0];
    if (
      top === undefined ||
      [...this.#scanned.keys()].some((done) => `${top}/`.startsWith(`${done}/`))
    )
      return;
    const mark = Symbol(top);
    this.#scanned.set(top, mark);
    this.#running += 1;
    this.#searching.add(mark);
    const progress = new ScanProgress(this.allowProgress ? this.#host.progress() : undefined, top);
    void this.#scan(top, file, mark, progress)
      .catch((error: unknown) => {
        this.#host.failed(error);
      })
      .finally(() => {
        progress.done();
        this.#running -= 1;
        if (this.#running === 0) for (const resolve of this.#waiting.splice(0)) resolve();
        this.#answer(mark);
      });
  }

  /** Forgets what was found in folders that are no longer of interest, but for the files to `keep`. */
  forget(folders: readonly FileId[], keep: (file: FileId) => boolean): void {
    const isBelow = (file: FileId): boolean =>
      folders.some((folder) => `${file}/`.startsWith(`${folder}/`));
    for (const [top, mark] of [...this.#scanned])
      if (isBelow(top)) {
        this.#scanned.delete(top);
        this.#searching.delete(mark);
      }
    for (const file of [...this.#host.index.files()])
      if (isBelow(file) && !keep(file)) this.#host.index.delete(file);
  }

  #answer(mark: symbol): void {
    this.#searching.delete(mark);
    this.#host.learned();
  }

  /** Learns what files include that appeared, changed or vanished; of those a client must be asked for, a moment later. */
  read(files: readonly FileId[]): void {
    // An editor may tell of a file twice: that it is there, and that it has changed.
    const sources = [...new Set(files)].filter(isDevicetreeFile);
    if (sources.length === 0) return;
    this.#turnBegan = this.#host.now();
    void this.#readAll(sources)
      .then(() => {
        this.#host.learned();
      })
      .catch((error: unknown) => {
        this.#host.failed(error);
      });
  }

  /** Resolves when nothing is being scanned. */
  async finished(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async #readAll(sources: readonly FileId[]): Promise<void> {
    for (let at = 0; at < sources.length; at += FILES_PER_BATCH)
      await this.#readBatch(sources.slice(at, at + FILES_PER_BATCH));
  }

  async #scan(top: FileId, file: FileId, mark: symbol, progress: ScanProgress): Promise<void> {
    const { files } = this.#host;
    const isWanted = (): boolean => this.#scanned.get(top) === mark;
    const found: FileId[] = [];
    const folders = [top];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      const names = await files.readDirectory(folder);
      await this.#letOthers();
      if (!isWanted()) return;
      for (const name of names)
        if (name.endsWith('/') && !SKIPPED.has(name))
          folders.push(`${folder}/${name.slice(0, -1)}`);
      for (const name of indexedNames(names)) found.push(`${folder}/${name}`);
      if (found.length > MOST_FILES) {
        this.#cut.add(top);
        break;
      }
    }
    // Boards are mostly beside what they include: the first answer comes from there.
    const beside = file.slice(0, file.lastIndexOf('/') + 1);
    found.sort((a, b) => Number(b.startsWith(beside)) - Number(a.startsWith(beside)));
    const far = found.findIndex((each) => !each.startsWith(beside));
    for (let at = 0; at < found.length; at += FILES_PER_BATCH) {
      if (
        far >= 0 &&
        at >= far &&
        this.#searching.has(mark) &&
        this.#host.index.rootsOf(file).length > 0
      )
        this.#answer(mark);
      await this.#readBatch(found.slice(at, at + FILES_PER_BATCH));
      if (!isWanted()) return;
      if (at % (FILES_PER_BATCH * BATCHES_PER_REPORT) === 0)
        progress.report(Math.round((100 * at) / found.length));
    }
  }

  async #readBatch(batch: readonly FileId[]): Promise<void> {
    const { files } = this.#host;
    const missing = batch.filter((file) => files.get(file) === 'not-loaded');
    if (missing.length > 0) await files.load(missing);
    for (const file of batch) {
      await this.#letOthers();
      this.#learn(file);
      // The texts of a whole kernel need not stay in memory.
      if (!this.#host.isUsed(file)) files.forget(file);
    }
  }

  #learn(file: FileId): void {
    const { files, index } = this.#host;
    const source = files.get(file);
    if (typeof source !== 'string') index.set(file, source.text);
    else if (source !== 'not-loaded') index.delete(file);
  }

  /** Has whatever else is to be done have its turn when ours has lasted long enough. */
  async #letOthers(): Promise<void> {
    const { now, later } = this.#host;
    if (now() - this.#turnBegan < TURN_MILLISECONDS) return;
    await new Promise<void>((resolve) => {
      later(resolve, 0);
    });
    this.#turnBegan = now();
  }
}

/** Progress that is shown from when the client agrees to it; nothing waits for that. */
class ScanProgress {
  #shown: WorkDoneProgressServerReporter | undefined;
  #isDone = false;

  constructor(asked: Promise<WorkDoneProgressServerReporter> | undefined, top: FileId) {
    asked?.then(
      (reporter) => {
        if (this.#isDone) return;
        reporter.begin('dtmap: looking for boards', 0, top, false);
        this.#shown = reporter;
      },
      () => undefined,
    );
  }

  report(percent: number): void {
    this.#shown?.report(percent);
  }

  done(): void {
    this.#isDone = true;
    this.#shown?.done();
  }
}
