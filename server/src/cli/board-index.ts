// Which boards of a work tree read a file: found by reading every devicetree file of the tree, when first asked.

import { IncludeIndex, indexedNames } from '../ide/include-index.ts';
import { foldersAbove } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import type { ShellFiles } from './shell.ts';

/** Files and folders of a tree beyond which it is not searched whole. */
const MOST_FILES = 20_000;
const MOST_FOLDERS = 20_000;
const SKIPPED: ReadonlySet<string> = new Set(['node_modules/', '.git/', '.repo/', '.svn/']);

/** Knows a work tree once it has been read; one for a process. */
export class BoardIndex {
  readonly #files: ShellFiles;
  /** By top folder; undefined when the tree is too large. */
  readonly #trees = new Map<FileId, IncludeIndex | undefined>();

  constructor(files: ShellFiles) {
    this.#files = files;
  }

  /**
   * The boards and overlays that read `file`, itself when it is one, sorted. They are looked for in the outermost folder
   * `dts` above it, else in `project`. Undefined when that is too large to be searched, or does not hold the file.
   */
  boardsReading(file: FileId, project: FileId): readonly FileId[] | undefined {
    const top = foldersAbove(file).findLast((folder) => folder.endsWith('/dts')) ?? project;
    if (!this.#trees.has(top)) this.#trees.set(top, this.#read(top));
    const index = this.#trees.get(top);
    return index?.has(file) ? index.rootsOf(file) : undefined;
  }

  #read(top: FileId): IncludeIndex | undefined {
    const index = new IncludeIndex();
    const folders = [top];
    let seen = 0;
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      seen += 1;
      const names = this.#files.readDirectory(folder);
      for (const name of names)
        if (name.endsWith('/') && !SKIPPED.has(name)) folders.push(join(folder, name.slice(0, -1)));
      for (const name of indexedNames(names)) this.#learn(index, join(folder, name));
      if (seen > MOST_FOLDERS || index.size > MOST_FILES) return undefined;
    }
    return index;
  }

  #learn(index: IncludeIndex, file: FileId): void {
    // The texts of a whole tree need not stay in memory.
    const source = this.#files.peek(file);
    if (typeof source !== 'string') index.set(file, source.text);
  }
}

function join(folder: FileId, name: string): FileId {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
