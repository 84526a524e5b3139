// The bindings of the open boards' work trees: found, read a few files per turn, and read again when they change.

import type { WorkDoneProgressServerReporter } from 'vscode-languageserver';
import { BindingIndex, type CoreSchemas, type ListedBinding } from '../bindings/binding-index.ts';
import type { Bindings } from '../bindings/bindings.ts';
import { bindingFolders, isBindingName } from '../bindings/find-bindings.ts';
import type { FileId } from '../text/span.ts';
import type { Files } from './files.ts';

export interface BoardBindingsHost {
  readonly files: Files;
  /** dtschema's own schemas. */
  coreSchemas(): Promise<CoreSchemas>;
  /** The folder that the settings name; an empty name where the work tree is asked, undefined where there shall be none. */
  folderFor(root: FileId): FileId | undefined;
  readonly now: () => number;
  /** Resolves in a later turn of the event loop. */
  pause(): Promise<void>;
  /** The bindings of a board are there, or others than before. */
  learned(root: FileId): void;
  /** Names what could not be read, once. */
  complain(message: string): void;
  readonly failed: (error: unknown) => void;
  /** Asks the client for a place to show progress in; undefined where it has none. */
  progress(): Promise<WorkDoneProgressServerReporter> | undefined;
}

/** What is known of a board's bindings. */
export type BindingsState =
  | { readonly kind: 'none' }
  | { readonly kind: 'reading'; readonly folder: FileId }
  | { readonly kind: 'ready'; readonly folder: FileId; readonly bindings: Bindings };

const turnMilliseconds = 10;
const filesPerBatch = 16;
const batchesPerReport = 16;
/** A tree with more files is cut, and said to be. */
const mostFiles = 20_000;

/** One folder of bindings. */
interface Tree {
  readonly index: BindingIndex;
  /** How often each file was told to have changed: its stamp. */
  readonly changes: Map<FileId, number>;
  readonly boards: Set<FileId>;
  listed: readonly ListedBinding[] | undefined;
  bindings: Bindings | undefined;
  isReading: boolean;
  isStale: boolean;
}

/** Keeps the bindings of each work tree with an open board. */
export class BoardBindings {
  readonly #host: BoardBindingsHost;
  readonly #trees = new Map<FileId, Tree>();
  /** The folder of each board; undefined for one that has none. */
  readonly #folders = new Map<FileId, FileId | undefined>();
  readonly #complaints = new Set<string>();
  #core: Promise<CoreSchemas> | undefined;

  constructor(host: BoardBindingsHost) {
    this.#host = host;
  }

  /** The bindings of a board, once they were read. Nothing is begun. */
  of(root: FileId): Bindings | undefined {
    const folder = this.#folders.get(root);
    return folder === undefined ? undefined : this.#trees.get(folder)?.bindings;
  }

  stateOf(root: FileId): BindingsState {
    const folder = this.#folders.get(root);
    const tree = folder === undefined ? undefined : this.#trees.get(folder);
    if (folder === undefined || !tree) return { kind: 'none' };
    const { bindings } = tree;
    return bindings ? { kind: 'ready', folder, bindings } : { kind: 'reading', folder };
  }

  /** A board has been analysed: its bindings are wanted now. */
  want(root: FileId): void {
    if (this.#folders.has(root)) return;
    this.#folders.set(root, undefined);
    this.#find(root).catch(this.#host.failed);
  }

  /** Settings changed: which folders are wanted is asked anew. */
  forgetFolders(): void {
    this.#folders.clear();
  }

  /** A board is not open any more; a tree without boards is forgotten. */
  forget(root: FileId): void {
    const folder = this.#folders.get(root);
    this.#folders.delete(root);
    const tree = folder === undefined ? undefined : this.#trees.get(folder);
    tree?.boards.delete(root);
    if (folder !== undefined && tree?.boards.size === 0) this.#trees.delete(folder);
  }

  /** Files of the disk changed, came or went. */
  changed(files: readonly FileId[]): void {
    // A board that had none may have some now.
    if (files.some((file) => isBindingName(file)))
      for (const [root, folder] of [...this.#folders]) {
        if (folder !== undefined) continue;
        this.#folders.delete(root);
        this.want(root);
      }
    for (const [folder, tree] of this.#trees) {
      const own = files.filter((file) => file.startsWith(`${folder}/`) && isBindingName(file));
      const isGone = files.some((file) => folder === file || folder.startsWith(`${file}/`));
      if (own.length === 0 && !isGone) continue;
      for (const file of own) tree.changes.set(file, (tree.changes.get(file) ?? 0) + 1);
      tree.listed = undefined;
      this.#read(folder, tree).catch(this.#host.failed);
    }
  }

  async #find(root: FileId): Promise<void> {
    const folder = await this.#folderOf(root);
    if (folder === undefined || !this.#folders.has(root)) return;
    this.#folders.set(root, folder);
    let tree = this.#trees.get(folder);
    if (!tree) {
      this.#core ??= this.#host.coreSchemas();
      tree = {
        index: new BindingIndex(await this.#core),
        changes: new Map(),
        boards: new Set(),
        listed: undefined,
        bindings: undefined,
        isReading: false,
        isStale: false,
      };
      this.#trees.set(folder, tree);
    }
    tree.boards.add(root);
    if (tree.bindings) this.#host.learned(root);
    else await this.#read(folder, tree);
  }

  async #folderOf(root: FileId): Promise<FileId | undefined> {
    const { files } = this.#host;
    const named = this.#host.folderFor(root);
    if (named !== '') return named;
    // A kernel has three thousand of them: no client is asked for so many files that nobody named.
    if (files.isRemote === true) return undefined;
    for (const folder of bindingFolders(root)) if (await files.exists(folder)) return folder;
    return undefined;
  }

  async #read(folder: FileId, tree: Tree): Promise<void> {
    if (tree.isReading) {
      tree.isStale = true;
      return;
    }
    tree.isReading = true;
    const progress = this.#host.progress();
    let reporter: WorkDoneProgressServerReporter | undefined;
    void progress?.then((each) => {
      if (!tree.isReading) return;
      reporter = each;
      each.begin('dtmap: reading bindings', 0);
    }, this.#host.failed);
    try {
      do {
        tree.isStale = false;
        await this.#readOnce(folder, tree, (percent) => reporter?.report(percent));
      } while (tree.isStale);
    } finally {
      tree.isReading = false;
      reporter?.done();
    }
    for (const root of tree.boards) this.#host.learned(root);
  }

  async #readOnce(folder: FileId, tree: Tree, report: (percent: number) => void): Promise<void> {
    const { files, now } = this.#host;
    const listed = (tree.listed ??= await this.#list(folder, tree));
    const missing = tree.index.missing(listed);
    let began = now();
    for (let first = 0; first < missing.length; first += filesPerBatch) {
      const batch = missing.slice(first, first + filesPerBatch);
      if (files.isRemote) await files.load(batch.map(({ file }) => file));
      for (const each of batch) {
        const source = files.get(each.file);
        tree.index.add(each, typeof source === 'string' ? undefined : source.text);
        // The index has what is needed of it.
        files.forget(each.file);
      }
      if (first % (filesPerBatch * batchesPerReport) === 0)
        report(Math.round((100 * first) / missing.length));
      if (now() - began < turnMilliseconds) continue;
      await this.#host.pause();
      began = now();
    }
    tree.bindings = listed.length === 0 ? undefined : tree.index.bindings(folder, listed);
    if (listed.length === 0) this.#complain(`${folder} has no bindings (.yaml).`);
  }

  async #list(folder: FileId, tree: Tree): Promise<readonly ListedBinding[]> {
    const found: FileId[] = [];
    const waiting = [folder];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      for (const name of await this.#host.files.readDirectory(next))
        if (name.endsWith('/')) waiting.push(`${next}/${name.slice(0, -1)}`);
        else if (isBindingName(name)) found.push(`${next}/${name}`);
    if (found.length > mostFiles)
      this.#complain(`${folder} has ${found.length} bindings; the first ${mostFiles} are read.`);
    return found
      .sort()
      .slice(0, mostFiles)
      .map((file) => ({ file, stamp: String(tree.changes.get(file) ?? 0) }));
  }

  #complain(message: string): void {
    if (this.#complaints.has(message)) return;
    this.#complaints.add(message);
    this.#host.complain(message);
  }
}
