// What stands in a folder of the disk.

import type { FileId } from './span.ts';

/** A symbolic link, and the file or folder that it leads to in the end, under the name that has no link in it. */
export interface ListedLink {
  readonly name: string;
  readonly target: FileId;
  readonly isFolder: boolean;
}

export interface FolderListing {
  /** Sorted, folders with a `/` at the end; links are among them without one. Empty when it cannot be read. */
  readonly names: readonly string[];
  /** Those links that lead somewhere. */
  readonly links: readonly ListedLink[];
}
