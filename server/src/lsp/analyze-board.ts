// Analyses boards, keeping what makes the next analysis of the same board cheap.

import { analyze, type Analysis, type BoardRequest } from '../analysis/analyze.ts';
import type { Reader } from '../analysis/read-tree.ts';
import { PreprocessCache } from '../preprocess/preprocess.ts';
import { createParser, type ParserWasm } from '../syntax/create-parser.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

/** The cache knows every macro of every board so far; after so many that were closed, a new one learns those that are open. */
const closedUntilNew = 16;

/** Analyses boards over files; remembers the last analysis of each. */
export interface BoardAnalyzer {
  /** What analyses share, for those that are not remembered. */
  readonly reader: Reader;
  analyze(request: BoardRequest, files: FileSet): Analysis;
  /** Drops what is remembered of a board. */
  forget(root: FileId): void;
}

/** Rejects when the WebAssembly files are none. */
export async function createBoardAnalyzer(wasm: ParserWasm): Promise<BoardAnalyzer> {
  const parser = await createParser(wasm);
  let reader: Reader = { parser, cache: new PreprocessCache() };
  let closed = 0;
  const last = new Map<FileId, Extract<Analysis, { kind: 'complete' }>>();
  return {
    get reader() {
      return reader;
    },
    analyze(request, files) {
      const analysis = analyze(request, files, reader, last.get(request.root));
      if (analysis.kind === 'complete') last.set(request.root, analysis);
      return analysis;
    },
    forget(root) {
      for (const { document } of last.get(root)?.readings ?? [])
        if (document) parser.release(document);
      last.delete(root);
      closed += 1;
      if (closed % closedUntilNew === 0) reader = { parser, cache: new PreprocessCache() };
    },
  };
}
