// Fills the include index in the background, a few files per turn, so that requests are answered in between.

import type { WorkDoneProgressServerReporter } from 'vscode-languageserver';
import { indexedNames, isDevicetreeFile, type IncludeIndex } from '../ide/include-index.ts';
import { foldersAbove } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import type { Files } from './files.ts';

export interface ScanHost {
  readonly files: Files;
  readonly index: IncludeIndex;
  readonly later: (task: () => void, milliseconds: number) => void;
  /** Whether a board that is open has read the file. */
  readonly isUsed: (file: FileId) => boolean;
  /** Called when boards were found, and when a scan has ended. */
  learned(): void;
  readonly failed: (error: unknown) => void;
  progress(): Promise<WorkDoneProgressServerReporter>;
}

/** Files read between two turns of the event loop. */
const FILES_PER_TURN = 8;
/** A work tree with more devicetree files than this is not worth reading whole. */
const MOST_FILES = 20_000;
const SKIPPED = new Set(['node_modules/', '.git/', 'dist/', 'out/', 'build/', '.cache/']);

/** Reads the devicetree files of a work tree once, and those that change again. */
export class IndexScan {
  allowProgress = false;
  readonly #host: ScanHost;
  readonly #scanned = new Set<FileId>();
  #running = 0;
  /** Trees that were too large to be read whole. */
  readonly #cut = new Set<FileId>();
  /** Scans that have not found a board yet. */
  readonly #searching = new Set<FileId>();

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
    if (top === undefined || [...this.#scanned].some((done) => `${top}/`.startsWith(`${done}/`)))
      return;
    this.#scanned.add(top);
    this.#running += 1;
    this.#searching.add(top);
    void this.#scan(top, file)
      .catch((error: unknown) => {
        this.#host.failed(error);
      })
      .finally(() => {
        this.#running -= 1;
        this.#answer(top);
      });
  }

  #answer(top: FileId): void {
    this.#searching.delete(top);
    this.#host.learned();
  }

  /** Learns what files include that appeared, changed or vanished; of those a client must be asked for, a moment later. */
  read(files: readonly FileId[]): void {
    // An editor may tell of a file twice: that it is there, and that it has changed.
    const sources = [...new Set(files)].filter(isDevicetreeFile);
    const isMissing = (file: FileId): boolean => this.#host.files.get(file) === 'not-loaded';
    const missing = sources.filter(isMissing);
    for (const file of sources) if (!isMissing(file)) this.#learn(file);
    if (missing.length === 0) return;
    void this.#readBatch(missing)
      .then(() => {
        this.#host.learned();
      })
      .catch((error: unknown) => {
        this.#host.failed(error);
      });
  }

  /** Resolves when nothing is being scanned. */
  async finished(): Promise<void> {
    while (this.#running > 0) await this.#pause();
  }

  async #scan(top: FileId, file: FileId): Promise<void> {
    const { files } = this.#host;
    const progress = this.allowProgress ? await this.#host.progress() : undefined;
    progress?.begin('dtmap: looking for boards', 0, top, false);
    const found: FileId[] = [];
    const folders = [top];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      const names = await files.readDirectory(folder);
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
    for (let at = 0; at < found.length; at += FILES_PER_TURN) {
      if (
        far >= 0 &&
        at >= far &&
        this.#searching.has(top) &&
        this.#host.index.rootsOf(file).length > 0
      )
        this.#answer(top);
      const batch = found.slice(at, at + FILES_PER_TURN);
      await this.#readBatch(batch);
      if (at % 256 === 0) progress?.report(Math.round((100 * at) / found.length));
      await this.#pause();
    }
    progress?.done();
  }

  async #readBatch(batch: readonly FileId[]): Promise<void> {
    const { files } = this.#host;
    const missing = batch.filter((file) => files.get(file) === 'not-loaded');
    if (missing.length > 0) await files.load(missing);
    for (const file of batch) {
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

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#host.later(resolve, 0);
    });
  }
}
