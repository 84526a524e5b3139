// Fills the include index in the background, a few files per turn, so that requests are answered in between.

import type { WorkDoneProgressServerReporter } from 'vscode-languageserver';
import {
  distantBoardFolders,
  isDevicetreeFile,
  indexedFrom,
  isOverlayFile,
  type IncludeIndex,
} from '../ide/include-index.ts';
import { foldersAbove } from '../ide/paths.ts';
import type { FolderListing } from '../text/folder-listing.ts';
import type { FileId } from '../text/span.ts';
import type { Files } from './files.ts';
import { KeptIncludes, type KeptTexts } from './kept-includes.ts';

export interface ScanHost {
  readonly files: Files;
  readonly index: IncludeIndex;
  /** What the host keeps from one run to the next; undefined where it keeps nothing. */
  readonly kept: KeptTexts | undefined;
  /** Whether an edit waits to be analysed: nothing is scanned meanwhile. */
  readonly isBusy: () => boolean;
  /** Told what was kept, for whoever looks into the server. */
  readonly debug: (message: string) => void;
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
/** After so long it is somebody else's turn; and so long it is, when an edit waits. */
const TURN_MILLISECONDS = 10;
/** Files and folders that are asked of a client for the boards of one file, and how many at a time. */
const MOST_REQUESTS = 400;
const REQUESTS_AT_ONCE = 16;
/** A work tree with more devicetree files or folders than this is not worth reading whole. */
const MOST_FILES = 20_000;
const MOST_FOLDERS = 50_000;
const SKIPPED: ReadonlySet<string> = new Set([
  ...['node_modules', '.git', '.repo', '.svn', '.hg', 'dist', 'out', 'build', '.cache'],
]);
/** Files that the client tells of when they change. */
const WATCHED = /\.(?:dts|dtsi|dtso|overlay|h)$/;

interface Listed extends FolderListing {
  readonly folder: FileId;
}

/** Reads the devicetree files of a work tree once, and those that change again. */
export class IndexScan {
  allowProgress = false;
  readonly #host: ScanHost;
  /** The folders that were scanned or are, each with a mark of its own, so that a scan knows when it is forgotten. */
  readonly #scanned = new Map<FileId, symbol>();
  #running = 0;
  /** Trees that were too large to be read whole. */
  readonly #cut = new Set<FileId>();
  /** Trees of a client that were read until the first boards were found, and the files whose boards are looked for there. */
  readonly #partly = new Set<FileId>();
  readonly #wanted = new Map<FileId, Set<FileId>>();
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
    return ![...this.#cut, ...this.#partly].some((top) => file.startsWith(`${top}/`));
  }

  /** Whether `file` stands in a folder that is not scanned with those around it. */
  isSkipped(file: FileId): boolean {
    const tops = [...this.#scanned.keys()].filter((top) => file.startsWith(`${top}/`));
    const isBelow = (top: FileId): boolean =>
      file
        .slice(top.length)
        .split('/')
        .some((name) => SKIPPED.has(name));
    return tops.length > 0 && tops.every(isBelow);
  }

  /**
   * Scans the tree `file` belongs to: the `dts` folder above it, else the workspace folder, else its own folder. Where a client has to be
   * asked for each file, no further than to the first boards of `file`, until somebody asks for all.
   */
  around(
    file: FileId,
    folders: readonly FileId[],
    extent: 'first boards' | 'all' = 'first boards',
  ): void {
    // Which board an overlay is read behind, its name tells, and other files.
    const isPart =
      extent === 'first boards' && this.#host.files.isRemote === true && !isOverlayFile(file);
    const above = foldersAbove(file);
    const top =
      above.findLast((folder) => /\/dts$/.test(folder)) ??
      folders.find((folder) => file.startsWith(`${folder}/`)) ??
      above[0];
    if (isPart) this.#beginPart(top, file);
    else this.#begin(top, file);
    for (const folder of distantBoardFolders(file))
      if (isPart) this.#beginPart(folder, file);
      else this.#begin(folder, file);
  }

  /** Scans all in which somebody may include `file`: the outermost workspace folder above it, or `dts` above that. */
  throughout(file: FileId, folders: readonly FileId[]): void {
    const above = foldersAbove(file);
    const top = above.findLast((folder) => /\/dts$/.test(folder) || folders.includes(folder));
    this.#begin(top ?? above[0], file);
  }

  #begin(top: FileId | undefined, file: FileId): void {
    if (top === undefined) return;
    if ([...this.#scanned.keys()].some((done) => `${top}/`.startsWith(`${done}/`))) {
      this.#lookBeside(file);
      return;
    }
    const mark = Symbol(top);
    this.#scanned.set(top, mark);
    const progress = new ScanProgress(this.allowProgress ? this.#host.progress() : undefined, top);
    this.#search(mark, this.#scan(top, file, mark, progress), () => {
      progress.done();
    });
  }

  /** As `#begin`, no further than to boards of `file`; what was asked for before is remembered. */
  #beginPart(top: FileId | undefined, file: FileId): void {
    if (top === undefined || this.#hasBoard(file)) return;
    if ([...this.#scanned.keys()].some((done) => `${top}/`.startsWith(`${done}/`))) {
      this.#lookBeside(file);
      return;
    }
    const wanted = this.#wanted.get(top) ?? new Set();
    const isRunning = wanted.size > 0;
    this.#wanted.set(top, wanted.add(file));
    this.#partly.add(top);
    if (isRunning) return;
    const mark = Symbol(top);
    const progress = new ScanProgress(this.allowProgress ? this.#host.progress() : undefined, top);
    this.#search(mark, this.#scanPart(top, wanted, progress), () => {
      progress.done();
    });
  }

  /** Whether a board is known that includes `file`; a part that is named as a board is, counts for one until then. */
  #hasBoard(file: FileId): boolean {
    return this.#host.index.rootsOf(file).some((root) => root !== file);
  }

  /** Looks for boards of the files that are `wanted`, near each of them first. */
  async #scanPart(top: FileId, wanted: Set<FileId>, progress: ScanProgress): Promise<void> {
    try {
      for (const file of wanted) {
        await this.#lookAround(file, top, progress);
        this.#host.learned();
      }
    } finally {
      wanted.clear();
    }
  }

  /** Reads the folder of `file`, what is below it, then the same of each folder above up to `top`, until a board is found. */
  async #lookAround(file: FileId, top: FileId, progress: ScanProgress): Promise<void> {
    const { files, index } = this.#host;
    const name = file.slice(file.lastIndexOf('/') + 1);
    const seen = new Set<FileId>();
    let requests = 0;
    const isEnough = (): boolean =>
      requests >= MOST_REQUESTS || !this.#partly.has(top) || this.#hasBoard(file);
    for (const above of foldersAbove(file)) {
      if (!`${above}/`.startsWith(`${top}/`)) return;
      const folders = [above];
      for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
        if (isEnough()) return;
        if (seen.has(folder)) continue;
        seen.add(folder);
        requests += 1;
        const names = await files.readDirectory(folder);
        const unread = likeliestFirst(names.filter(isDevicetreeFile), name)
          .map((each) => `${folder}/${each}`)
          .filter((each) => !index.has(each));
        for (let at = 0; at < unread.length && !isEnough(); at += REQUESTS_AT_ONCE) {
          const batch = unread.slice(at, at + REQUESTS_AT_ONCE);
          requests += batch.length;
          await this.#readBatch(batch);
          progress.report(Math.min(100, Math.round((100 * requests) / MOST_REQUESTS)));
        }
        for (const each of names)
          if (each.endsWith('/') && !SKIPPED.has(each.slice(0, -1)))
            folders.push(`${folder}/${each.slice(0, -1)}`);
      }
    }
  }

  /**
   * Reads what stands beside a file that no known board includes, in a tree that was scanned before: no client hears of all files
   * that are written while their folder is new.
   */
  #lookBeside(file: FileId): void {
    const { files, index } = this.#host;
    const [folder] = foldersAbove(file);
    if (folder === undefined || index.rootsOf(file).length > 0) return;
    const look = async (): Promise<void> => {
      const { names } = await files.listFolder(folder);
      const sources = names.filter(isDevicetreeFile).map((name) => `${folder}/${name}`);
      await this.#readAll(sources.filter((each) => !index.has(each)));
    };
    this.#search(Symbol(folder), look());
  }

  /** Counts as running, and as a search for a board, until `work` ends. */
  #search(mark: symbol, work: Promise<void>, ended?: () => void): void {
    this.#running += 1;
    this.#searching.add(mark);
    void work
      .catch((error: unknown) => {
        this.#host.failed(error);
      })
      .finally(() => {
        ended?.();
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
    for (const top of [...this.#partly]) if (isBelow(top)) this.#partly.delete(top);
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
    const { index } = this.#host;
    const sources = [...new Set(files)].filter((file) => isDevicetreeFile(file) || index.has(file));
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

  /** As `around`; resolves when nothing is being scanned, so that all boards of `file` are known. */
  async wholeAround(file: FileId, folders: readonly FileId[]): Promise<void> {
    this.around(file, folders, 'all');
    await this.finished();
  }

  /** Resolves when nothing is being scanned. */
  async finished(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /**
   * Learns what was not told of: what open files include now, and what files of unusual names do. What is included for
   * the first time is looked for.
   */
  async refresh(open: Iterable<FileId>): Promise<void> {
    const { files, index } = this.#host;
    const unwatched = [...index.files()].filter((file) => !WATCHED.test(file));
    for (const file of unwatched) if (!this.#host.isUsed(file)) files.forget(file);
    await this.#readAll([...new Set([...open, ...unwatched])]);
    const names = index.takeUnsought();
    if (names.size === 0) return;
    for (const [top, mark] of [...this.#scanned]) {
      const listed = await this.#list(top, mark);
      if (listed) await this.#readIncluded(listed, names, mark, top);
    }
  }

  async #readAll(sources: readonly FileId[]): Promise<void> {
    for (let at = 0; at < sources.length; at += FILES_PER_BATCH)
      await this.#readBatch(sources.slice(at, at + FILES_PER_BATCH));
  }

  async #scan(top: FileId, file: FileId, mark: symbol, progress: ScanProgress): Promise<void> {
    const { index } = this.#host;
    const kept =
      this.#host.kept && (await KeptIncludes.load(this.#host.kept, top, () => this.#letOthers()));
    await this.#readBeside(top, file, mark, kept);
    const listed = await this.#list(top, mark);
    if (!listed) return;
    for (const part of this.#partly)
      if (`${part}/`.startsWith(`${top}/`)) this.#partly.delete(part);
    const found = listed.flatMap(({ folder, names, links }) => [
      ...names
        .filter((name) => isDevicetreeFile(name) && !links.some((link) => link.name === name))
        .map((name) => `${folder}/${name}`),
      ...links
        .filter(({ name, isFolder }) => !isFolder && isDevicetreeFile(name))
        .map(({ target }) => target),
    ]);
    // Those below the folder of what is asked for come first.
    const beside = file.slice(0, file.lastIndexOf('/') + 1);
    found.sort((a, b) => Number(b.startsWith(beside)) - Number(a.startsWith(beside)));
    const far = found.findIndex((each) => !each.startsWith(beside));
    for (let at = 0; at < found.length; at += FILES_PER_BATCH) {
      if (far >= 0 && at >= far) this.#answerIfFound(mark, file);
      await this.#readBatch(
        found.slice(at, at + FILES_PER_BATCH).filter((each) => !index.has(each)),
        kept,
      );
      if (!this.#isWanted(top, mark)) return;
      if (at % (FILES_PER_BATCH * BATCHES_PER_REPORT) === 0)
        progress.report(Math.round((100 * at) / found.length));
    }
    await this.#readIncluded(listed, index.takeUnsought(), mark, top);
    if (kept) this.#host.debug(await kept.save(() => this.#letOthers()));
  }

  /** Boards are mostly beside what they include: the first answer comes from there, before the tree is listed. */
  async #readBeside(
    top: FileId,
    file: FileId,
    mark: symbol,
    kept: KeptIncludes | undefined,
  ): Promise<void> {
    const { files, index } = this.#host;
    const [folder] = foldersAbove(file);
    if (folder === undefined || !`${folder}/`.startsWith(`${top}/`)) return;
    const { names, links } = await files.listFolder(folder);
    const sources = names.filter(
      (name) => isDevicetreeFile(name) && !links.some((link) => link.name === name),
    );
    for (let at = 0; at < sources.length && this.#isWanted(top, mark); at += FILES_PER_BATCH) {
      const batch = sources.slice(at, at + FILES_PER_BATCH).map((name) => `${folder}/${name}`);
      await this.#readBatch(
        batch.filter((each) => !index.has(each)),
        kept,
      );
    }
    this.#answerIfFound(mark, file);
  }

  #answerIfFound(mark: symbol, file: FileId): void {
    if (this.#searching.has(mark) && this.#host.index.rootsOf(file).length > 0) this.#answer(mark);
  }

  #isWanted(top: FileId, mark: symbol): boolean {
    return this.#scanned.get(top) === mark;
  }

  /** The folders below `top`, and those that links in it lead to; undefined when they are no longer of interest. */
  async #list(top: FileId, mark: symbol): Promise<readonly Listed[] | undefined> {
    const { files, index } = this.#host;
    const realTop = files.realPath?.(top) ?? top;
    const listed: Listed[] = [];
    const seen = new Set<FileId>();
    let sources = 0;
    const folders = [top];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      if (seen.has(folder)) continue;
      seen.add(folder);
      const listing = await files.listFolder(folder);
      await this.#letOthers();
      if (!this.#isWanted(top, mark)) return undefined;
      const { names } = listing;
      for (const name of names)
        if (name.endsWith('/') && !SKIPPED.has(name.slice(0, -1)))
          folders.push(`${folder}/${name.slice(0, -1)}`);
      const links = listing.links.map((link) => {
        // The client's names of files begin as its name of the workspace does, which may be a link itself.
        const isBelow = `${link.target}/`.startsWith(`${realTop}/`);
        return isBelow ? { ...link, target: top + link.target.slice(realTop.length) } : link;
      });
      for (const { name, target, isFolder } of links) {
        index.link(`${folder}/${name}`, { target, isFolder });
        if (isFolder && !SKIPPED.has(name)) folders.push(target);
      }
      listed.push({ folder, names, links });
      sources += names.filter(isDevicetreeFile).length;
      if (sources > MOST_FILES || seen.size > MOST_FOLDERS) {
        this.#cut.add(top);
        break;
      }
    }
    return listed;
  }

  /** Reads what is no devicetree source by its name, but is included. */
  async #readIncluded(
    listed: readonly Listed[],
    first: ReadonlySet<string>,
    mark: symbol,
    top: FileId,
  ): Promise<void> {
    const { index } = this.#host;
    for (let names = first; names.size > 0; names = index.takeUnsought()) {
      const wanted: FileId[] = [];
      for (const { folder, names: all } of listed)
        for (const name of all) {
          if (!names.has(name.toLowerCase())) continue;
          const file = index.canonical(`${folder}/${name}`);
          if (!index.has(file) && index.isIncluded(file)) wanted.push(file);
        }
      await this.#readAll(wanted);
      if (!this.#isWanted(top, mark)) return;
    }
  }

  async #readBatch(batch: readonly FileId[], kept?: KeptIncludes): Promise<void> {
    const { files } = this.#host;
    const missing = files.isRemote
      ? batch.filter((file) => files.get(file) === 'not-loaded')
      : ([] as const);
    if (missing.length > 0) await files.load(missing);
    for (const file of batch) {
      await this.#letOthers();
      this.#learn(file, kept);
      // The texts of a whole kernel need not stay in memory.
      if (!this.#host.isUsed(file)) files.forget(file);
    }
  }

  #learn(file: FileId, kept?: KeptIncludes): void {
    const { files, index, isUsed } = this.#host;
    // What is open, or was read for a board, has its text at hand.
    const stamp = kept && !isUsed(file) ? files.stampOf?.(file) : undefined;
    const known = stamp === undefined ? undefined : kept?.get(file, stamp);
    if (known) {
      index.add(file, known);
      return;
    }
    const source = files.get(file);
    if (typeof source !== 'string') {
      const indexed = indexedFrom(source.text);
      index.add(file, indexed);
      if (stamp !== undefined) kept?.set(file, stamp, indexed);
    } else if (source !== 'not-loaded') index.delete(file);
  }

  /** Has whatever else is to be done have its turn when ours has lasted long enough, and edits theirs before we go on. */
  async #letOthers(): Promise<void> {
    const { now, later, isBusy } = this.#host;
    if (now() - this.#turnBegan < TURN_MILLISECONDS) return;
    let pause = 0;
    do {
      await new Promise<void>((resolve) => {
        later(resolve, pause);
      });
      pause = TURN_MILLISECONDS;
    } while (isBusy());
    this.#turnBegan = now();
  }
}

/** Names in the order of how much of their beginning they share with `name`: boards are named after what they include. */
function likeliestFirst(names: readonly string[], name: string): readonly string[] {
  const shared = (other: string): number => {
    let count = 0;
    while (count < name.length && name[count] === other[count]) count += 1;
    return count;
  };
  return names
    .map((each) => ({ each, count: shared(each) }))
    .sort((a, b) => b.count - a.count)
    .map(({ each }) => each);
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
