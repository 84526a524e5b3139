// Text that a program wrote in place of a user: what a boot script does to a tree, as source.

import type { FileId } from '../text/span.ts';

/** Text that was made from another file: only lines of that file can be told. */
export interface MadeText {
  readonly file: FileId;
  /** Offsets from here on are made text; 0 when all of the file is. */
  readonly from: number;
  /** The file the text was made from and the line there, for an offset counted from `from`. */
  readonly originOf: (offset: number) => { readonly file: FileId; readonly line: number };
}
