// What the language server needs from whoever can read files: Node's disk, or the client of a browser.

import type { FileSet } from '../text/source-file.ts';
import type { FolderListing } from '../text/folder-listing.ts';
import type { FileId } from '../text/span.ts';

export interface Files extends FileSet {
  /** Whether each file and each listing is asked of somebody else, who may be far away. */
  readonly isRemote?: boolean;
  /** Puts an editor's text on top of the stored file; the same text again keeps the file's identity. */
  setText(id: FileId, text: string): void;
  /** Takes an editor's text away again. */
  unset(id: FileId): void;
  /** Bytes of a file, where that is known without reading it; undefined when there is none. */
  sizeOf?(id: FileId): number | undefined;
  /** Makes the next question ask anew. */
  forget(id: FileId): void;
  /** Whether there is a file or folder of that name. */
  exists(id: FileId): Promise<boolean>;
  /** The names in a folder, folders with a `/` at the end; empty when it cannot be read. */
  readDirectory(id: FileId): Promise<readonly string[]>;
  /** What stands in a folder, and where its links lead; where links cannot be told from files, there are none. */
  listFolder(id: FileId): Promise<FolderListing>;
  /** Names under which a file was read through links that were checked out as text. */
  aliasesOf(id: FileId): readonly FileId[];
  /** Whether the file exists and may not be written. */
  isReadOnly(id: FileId): boolean;
  /**
   * What changes whenever the stored file does: when it was written, and its size. Undefined for what cannot be told by it, and where
   * that would have to be asked for.
   */
  stampOf?(id: FileId): string | undefined;
  /** Reads what the file set said is `not-loaded`; afterwards `get` and `bytes` know these files. */
  load(ids: readonly FileId[]): Promise<void>;
}
