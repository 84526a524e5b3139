// The texts of boards that were closed: kept for a while, since boards are opened again, and not for ever.

import type { FileId } from '../text/span.ts';

/** About two large boards with all they include. */
const MOST_UNUSED = 120;

export interface UnusedFilesHost {
  /** Whether a board that is open reads the file, or the editor shows it. */
  readonly isUsed: (file: FileId) => boolean;
  readonly forget: (file: FileId) => void;
}

/** Files that no open board reads; those unused the longest are forgotten first. */
export class UnusedFiles {
  readonly #host: UnusedFilesHost;
  readonly #files = new Set<FileId>();

  constructor(host: UnusedFilesHost) {
    this.#host = host;
  }

  /** To be told of the files of each board that is closed. */
  add(files: Iterable<FileId>): void {
    for (const file of files) {
      this.#files.delete(file);
      this.#files.add(file);
    }
    for (const file of this.#files) {
      if (this.#files.size <= MOST_UNUSED) return;
      this.#files.delete(file);
      if (!this.#host.isUsed(file)) this.#host.forget(file);
    }
  }
}
