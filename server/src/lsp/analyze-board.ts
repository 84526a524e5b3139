// Analyses boards, keeping what makes the next analysis of the same board cheap.

import { analyze, type Analysis, type BoardRequest } from '../analysis/analyze.ts';
import { PreprocessCache } from '../preprocess/preprocess.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

/** The cache knows every macro of every board so far; after so many that were closed, a new one learns those that are open. */
const closedUntilNew = 16;

/** Analyses boards over files; remembers the last analysis of each. */
export class BoardAnalyzer {
  readonly #last = new Map<FileId, Extract<Analysis, { kind: 'complete' }>>();
  #cache = new PreprocessCache();
  #closed = 0;

  /** What analyses share, for those that are not remembered. */
  get cache(): PreprocessCache {
    return this.#cache;
  }

  /** `root` is what the analysis is remembered by: an overlay, where the request's root is its base. */
  analyze(root: FileId, request: BoardRequest, files: FileSet): Analysis {
    const analysis = analyze(request, files, this.#cache, this.#last.get(root));
    if (analysis.kind === 'complete') this.#last.set(root, analysis);
    return analysis;
  }

  /** Drops what is remembered of a board. */
  forget(root: FileId): void {
    this.#last.delete(root);
    this.#closed += 1;
    if (this.#closed % closedUntilNew === 0) this.#cache = new PreprocessCache();
  }
}
