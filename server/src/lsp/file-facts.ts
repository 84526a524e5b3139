// What the search for includes asks of files that answer later: it is told "nothing" at first, and asks again.

import type { TreeFacts } from '../preprocess/look.ts';
import type { FileId } from '../text/span.ts';
import type { Files } from './files.ts';

/** The answers so far; what was asked and is not known yet is found out by `lookUp`. */
export class FileFacts implements TreeFacts {
  readonly #files: Files;
  readonly #exists = new Map<FileId, boolean>();
  readonly #names = new Map<FileId, readonly string[]>();
  readonly #texts = new Map<FileId, string | undefined>();
  readonly #wanted = new Map<string, () => Promise<unknown>>();

  constructor(files: Files) {
    this.#files = files;
  }

  exists(id: FileId): boolean {
    const known = this.#exists.get(id) ?? this.#isListed(id);
    if (known === undefined) this.#wanted.set(`exists ${id}`, () => this.find(id));
    return known ?? false;
  }

  /** Whether a listing has it; undefined where there is none, or where an editor may have what the disk has not. */
  #isListed(id: FileId): true | undefined {
    const slash = id.lastIndexOf('/');
    const names = this.#names.get(id.slice(0, slash));
    const name = id.slice(slash + 1);
    return names && (names.includes(`${name}/`) || names.includes(name)) ? true : undefined;
  }

  namesIn(id: FileId): readonly string[] {
    const known = this.#names.get(id);
    if (known === undefined)
      this.#wanted.set(`names ${id}`, async () => {
        this.#names.set(id, await this.#files.readDirectory(id));
      });
    return known ?? [];
  }

  textOf(id: FileId): string | undefined {
    if (!this.#texts.has(id))
      this.#wanted.set(`text ${id}`, async () => {
        if (this.#files.get(id) === 'not-loaded') await this.#files.load([id]);
        const source = this.#files.get(id);
        this.#texts.set(id, typeof source === 'string' ? undefined : source.text);
      });
    return this.#texts.get(id);
  }

  /** Whether there is a file or folder, for whoever can wait. */
  async find(id: FileId): Promise<boolean> {
    const found = this.#exists.get(id) ?? (await this.#files.exists(id));
    this.#exists.set(id, found);
    return found;
  }

  /** Finds out what was asked since the last time, all at once; whether there was anything. */
  async lookUp(): Promise<boolean> {
    const wanted = [...this.#wanted.values()];
    this.#wanted.clear();
    await Promise.all(wanted.map((each) => each()));
    return wanted.length > 0;
  }
}
