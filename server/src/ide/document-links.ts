// The includes of a file as links.

import type { Include } from '../preprocess/preprocessed.ts';
import type { FileId, Span } from '../text/span.ts';

export interface DocumentLink {
  readonly at: Span;
  readonly target: FileId;
}

/** A link for each include of `file` whose file was found; the path without its quotes. */
export function documentLinks(includes: readonly Include[], file: FileId): DocumentLink[] {
  return includes.flatMap(({ at, target }) =>
    at.file === file && target !== undefined
      ? [{ at: { file, start: at.start + 1, end: at.end - 1 }, target }]
      : [],
  );
}
