// What the files of a work tree include, kept from one run to the next: who starts again reads no text that has not changed.

import type { Indexed } from '../ide/include-index.ts';
import type { FileId } from '../text/span.ts';

/** What a host keeps from one run to the next. What it has lost, or another version has written, is not there. */
export interface KeptTexts {
  /** Undefined when nothing was kept under the name. */
  read(name: string): Promise<string | undefined>;
  /** Keeps nothing where that is not possible. */
  write(name: string, text: string): Promise<void>;
}

interface Entry {
  /** Changes whenever the file does. */
  readonly stamp: string;
  readonly indexed: Indexed;
}

/** A line of what is kept: a file, without the tree's top, its stamp, and what it includes. */
type Line = readonly [file: string, stamp: string, indexed: Indexed];

/** The files of one work tree, by the stamps they had when they were read. */
export class KeptIncludes {
  readonly #host: KeptTexts;
  readonly #top: FileId;
  /** Of the run before. */
  #before = new Map<string, Entry>();
  /** Of this run. */
  readonly #now = new Map<string, Entry>();
  #taken = 0;
  #read = 0;

  private constructor(host: KeptTexts, top: FileId) {
    this.#host = host;
    this.#top = top;
  }

  /** What was kept of the tree below `top`; `letOthers` is called often. A line that cannot be read is left out. */
  static async load(
    host: KeptTexts,
    top: FileId,
    letOthers: () => Promise<void>,
  ): Promise<KeptIncludes> {
    const kept = new KeptIncludes(host, top);
    const lines = ((await host.read(top)) ?? '').split('\n');
    if (lines[0] === top)
      for (const line of lines.slice(1)) {
        const entry = parseLine(line);
        if (entry) kept.#before.set(entry[0], { stamp: entry[1], indexed: entry[2] });
        await letOthers();
      }
    return kept;
  }

  /** What `file` includes, where it is the one that was read before. */
  get(file: FileId, stamp: string): Indexed | undefined {
    const name = this.#nameOf(file);
    const entry = this.#before.get(name);
    if (entry?.stamp !== stamp) return undefined;
    this.#taken += 1;
    this.#now.set(name, entry);
    return entry.indexed;
  }

  set(file: FileId, stamp: string, indexed: Indexed): void {
    this.#read += 1;
    this.#now.set(this.#nameOf(file), { stamp, indexed });
  }

  /** Keeps what this run has learned, if anything; says what was done. */
  async save(letOthers: () => Promise<void>): Promise<string> {
    if (this.#read > 0) {
      // What was not seen is gone, or had no need to be read since a board had read it.
      const isMostlyGone = this.#before.size > 2 * this.#now.size;
      const all = isMostlyGone ? this.#now : new Map([...this.#before, ...this.#now]);
      const lines: string[] = [this.#top];
      for (const [name, { stamp, indexed }] of all) {
        const line: Line = [name, stamp, indexed];
        lines.push(JSON.stringify(line));
        await letOthers();
      }
      await this.#host.write(this.#top, lines.join('\n'));
    }
    this.#before = new Map();
    return `includes of ${String(this.#taken)} files taken, of ${String(this.#read)} read below ${this.#top}`;
  }

  #nameOf(file: FileId): string {
    // A link leads out of the tree.
    return file.startsWith(`${this.#top}/`) ? file.slice(this.#top.length + 1) : file;
  }
}

function parseLine(line: string): Line | undefined {
  try {
    // Written by `save` of this very version, or not taken by the host.
    const parsed = JSON.parse(line) as Line | null;
    return Array.isArray(parsed) && parsed.length === 3 ? (parsed as Line) : undefined;
  } catch {
    return undefined;
  }
}
