// How a board came to be read as it is: for people who ask.

import type { FoundIncludes } from '../preprocess/find-includes.ts';
import type { FileId } from '../text/span.ts';

/** How the includes of a board were looked for. */
export interface BoardReading {
  readonly found: FoundIncludes;
  /** Folders that settings name, and which setting does. */
  readonly named: ReadonlyMap<FileId, string>;
  readonly overlays: readonly FileId[];
  /** The boot profile, where there is one; without a file it stands in the setting. */
  readonly profile: { readonly file?: FileId; readonly isFaulty: boolean } | undefined;
}
