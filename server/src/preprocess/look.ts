// Asks a shell about the disk, part by part, so that nothing is asked about what lies in a folder that is not there.

import { folderOf } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';

/** What a shell tells about the disk. Each answers "nothing" for what it has not looked at yet. */
export interface TreeFacts {
  /** Whether there is a file or folder. */
  exists(id: FileId): boolean;
  /** The names in a folder, folders with a `/` at the end. */
  namesIn(id: FileId): readonly string[];
  /** The text of a file that exists; undefined when it cannot be read. */
  textOf(id: FileId): string | undefined;
}

/** How many folders above a file are looked at. */
const mostLevels = 16;

/** `folder` and what lies above it, nearest first. */
export function foldersFrom(folder: FileId): readonly FileId[] {
  const found = [folder];
  for (let level = 0; level < mostLevels; level++) {
    const last = found.at(-1) ?? folder;
    const next = folderOf(last);
    if (next === last || next === '') break;
    found.push(next);
  }
  return found;
}

/** The disk as the search for includes sees it. */
export class Look {
  readonly #facts: TreeFacts;

  constructor(facts: TreeFacts) {
    this.#facts = facts;
  }

  /** Whether `path` is there below `folder`, which is. */
  has(folder: FileId, path: string): boolean {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
      if (!this.#facts.exists(`${folder}/${path.slice(0, end)}`)) return false;
    return this.#facts.exists(`${folder}/${path}`);
  }

  /** Whether `id` is there; asked part by part when it lies below `top`, which is. */
  isThere(id: FileId, top: FileId): boolean {
    // What stands before another machine's folders, `//machine`, is no folder that could be listed.
    const isOnMachine = top === '' && id.startsWith('//');
    return id.startsWith(`${top}/`) && !isOnMachine
      ? this.has(top, id.slice(top.length + 1))
      : this.#facts.exists(id);
  }

  /** Whether each of `paths` is there below `folder`. */
  hasAll(folder: FileId, ...paths: readonly string[]): boolean {
    return paths.every((path) => this.has(folder, path));
  }

  /** The names of the folders at `path` below `folder`, sorted. */
  foldersIn(folder: FileId, path: string): readonly string[] {
    if (!this.has(folder, path)) return [];
    return this.#namesIn(`${folder}/${path}`)
      .filter((name) => name.endsWith('/'))
      .map((name) => name.slice(0, -1));
  }

  /** The names of what may be a folder in `folder`, sorted: folders, and what may be a link to one. */
  namesIn(folder: FileId): readonly string[] {
    return this.#namesIn(folder).map((name) => name.replace(/\/$/, ''));
  }

  /** The text of a file; undefined when there is none. */
  textOf(folder: FileId, path: string): string | undefined {
    return this.has(folder, path) ? this.#facts.textOf(`${folder}/${path}`) : undefined;
  }

  #namesIn(id: FileId): readonly string[] {
    return [...this.#facts.namesIn(id)].sort();
  }
}
