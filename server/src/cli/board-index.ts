// Which boards of a work tree read a file: found by reading every devicetree file of the tree, when first asked.

import { IncludeIndex, isDevicetreeFile } from '../ide/include-index.ts';
import type { FileId } from '../text/span.ts';
import type { ShellFiles } from './shell.ts';

/** Files that are read, and folders that are listed, beyond which a tree is not searched whole. */
const MOST_FILES = 20_000;
const MOST_FOLDERS = 50_000;
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git', '.repo', '.svn', '.hg']);

/** Whether a folder of that name is not searched: what others have written, or what is no source. */
export function isSkippedFolder(name: string): boolean {
  return SKIPPED.has(name);
}

/** What a search of a work tree found. */
export interface SearchedTree {
  readonly index: IncludeIndex;
  /** Every `dtmap.json`. */
  readonly projects: readonly FileId[];
}

/** Knows a work tree once it has been read; one for a process. Files go by the names that have no link in them. */
export class BoardIndex {
  readonly #files: ShellFiles;
  /** By top folder; undefined when the tree is too large. */
  readonly #trees = new Map<FileId, SearchedTree | undefined>();

  constructor(files: ShellFiles) {
    this.#files = files;
  }

  /** What stands below `top`, and in the folders that links in it lead to. Undefined when that is too much to be searched. */
  treeBelow(top: FileId): SearchedTree | undefined {
    if (!this.#trees.has(top)) this.#trees.set(top, new Search(this.#files, top).tree());
    return this.#trees.get(top);
  }
}

/** Whether a file below `top` stands in a folder that is not searched: what others have written, or what is no source. */
export function isSkipped(file: FileId, top: FileId): boolean {
  return file.slice(top.length).split('/').some(isSkippedFolder);
}

interface Listed {
  readonly folder: FileId;
  readonly names: readonly string[];
}

class Search {
  readonly #files: ShellFiles;
  readonly #index = new IncludeIndex();
  readonly #projects: FileId[] = [];
  readonly #folders: FileId[];
  readonly #seen = new Set<FileId>();
  readonly #listed: Listed[] = [];

  constructor(files: ShellFiles, top: FileId) {
    this.#files = files;
    this.#folders = [top];
  }

  /** Undefined when there is too much. */
  tree(): SearchedTree | undefined {
    for (let folder = this.#folders.pop(); folder !== undefined; folder = this.#folders.pop()) {
      if (this.#seen.has(folder)) continue;
      this.#seen.add(folder);
      this.#list(folder);
      if (this.#seen.size > MOST_FOLDERS || this.#index.size > MOST_FILES) return undefined;
    }
    this.#readIncluded();
    if (this.#index.size > MOST_FILES) return undefined;
    return { index: this.#index, projects: this.#projects };
  }

  #list(folder: FileId): void {
    const { names, links } = this.#files.listFolder(folder);
    this.#listed.push({ folder, names });
    const linked = new Set(links.map(({ name }) => name));
    for (const name of names) {
      if (name.endsWith('/')) {
        const plain = name.slice(0, -1);
        if (!isSkippedFolder(plain)) this.#folders.push(join(folder, plain));
      } else if (name === 'dtmap.json') this.#projects.push(join(folder, name));
      else if (isDevicetreeFile(name) && !linked.has(name)) this.#read(join(folder, name));
    }
    for (const { name, target, isFolder } of links) {
      this.#index.link(join(folder, name), { target, isFolder });
      if (isFolder && !isSkippedFolder(name)) this.#folders.push(target);
      else if (!isFolder && isDevicetreeFile(name)) this.#read(target);
    }
  }

  /** Reads what is no devicetree source by its name, but is included. */
  #readIncluded(): void {
    for (;;) {
      const names = this.#index.takeUnsought();
      if (names.size === 0) return;
      for (const { folder, names: all } of this.#listed)
        for (const name of all) {
          if (!names.has(name.toLowerCase())) continue;
          const file = this.#index.canonical(join(folder, name));
          if (!this.#index.has(file) && this.#index.isIncluded(file)) this.#read(file);
        }
    }
  }

  #read(file: FileId): void {
    if (this.#index.has(file)) return;
    // The texts of a whole tree need not stay in memory.
    const source = this.#files.peek(file);
    if (typeof source !== 'string') this.#index.set(file, source.text);
  }
}

function join(folder: FileId, name: string): FileId {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
