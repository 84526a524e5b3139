// New contents for files that were read, as values: what a set of fixes writes, and what stopped it.

import type { FileId } from './span.ts';

/** A file's bytes as they were read, and as they shall be. */
export interface Replacement {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Why a set of replacements was not made. */
export interface Unreplaced {
  /** The file that stopped it. */
  readonly file: FileId;
  /** In a few words. */
  readonly because: string;
  /** Files that have their new content all the same, since they could not be put back; most often none. */
  readonly changed: readonly ChangedFile[];
}

export interface ChangedFile {
  readonly file: FileId;
  /** The path of a file with its previous content. */
  readonly copy: string;
}
