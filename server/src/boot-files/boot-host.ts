// What reading the files beside a board needs of a shell.

import type { Inflate } from '../inputs/read-xen-image.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

/** The files of a board, and of what boots it; text and bytes may be put on top of them. */
export interface BootFileSet extends FileSet {
  /** Bytes of a file; undefined when there is none. */
  sizeOf(id: FileId): number | undefined;
  /** `no such file`, `is a directory`, `permission denied`; undefined when the file can be read. */
  whyUnreadable(id: FileId): string | undefined;
  setText(id: FileId, text: string): void;
  unset(id: FileId): void;
  setBytes(id: FileId, bytes: Uint8Array): void;
}

/** Where the files are, and what they are called relative to. */
export interface BootHost {
  readonly files: BootFileSet;
  readonly cwd: string;
  /** Unpacks a compressed image of Xen; without it none is read. */
  readonly inflate?: Inflate;
}
