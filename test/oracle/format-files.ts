// A worker process of formatting.test.ts: formats one file of the kernel, or a board with all its files.

import { readFileSync } from 'node:fs';
import { readTree } from '../../server/src/analysis/read-tree.ts';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { formatText } from '../../server/src/ide/format.ts';
import { readOutline } from '../../server/src/ide/source-outline.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { scanSource } from '../../server/src/syntax/scan-source.ts';
import type { FileSet, SourceFile } from '../../server/src/text/source-file.ts';
import type { FileId } from '../../server/src/text/span.ts';
import { kernelIncludePaths } from './kernel-tree.ts';

export interface FormatRequest {
  readonly file: string;
  /** `text`: is formatting idempotent and does it keep the tokens? `blob`: does the board compile to the same blob? */
  readonly compare: 'text' | 'blob';
}

export interface FormatAnswer {
  readonly file: string;
  /** What is wrong, in a few words; undefined when nothing is. */
  readonly fault: string | undefined;
  /** Whether there was something to compare: not for a board that does not compile. */
  readonly compared: boolean;
}

const files = new NodeFiles();
const formatted = new Map<FileId, SourceFile>();
const withFormatting: FileSet = {
  get(id) {
    const file = files.get(id);
    if (typeof file === 'string' || !/\.dts[io]?$/.test(id)) return file;
    let after = formatted.get(id);
    if (!after) {
      after = { id, text: formatText(file.text) };
      formatted.set(id, after);
    }
    return after;
  },
  bytes: (id) => files.bytes(id),
};

interface FilesAndCache {
  readonly files: FileSet;
  readonly cache: PreprocessCache;
}

const before: FilesAndCache = { files, cache: new PreprocessCache() };
const after: FilesAndCache = { files: withFormatting, cache: new PreprocessCache() };

function tokens(text: string): string {
  return readOutline(scanSource(text))
    .tokens.map((token) => text.slice(token.start, token.end).replace(/\s+/g, ' '))
    .join('\n');
}

function compareText(file: string): string | undefined {
  const text = readFileSync(file, 'utf8');
  const once = formatText(text);
  if (once === text) return undefined;
  if (formatText(once) !== once) return 'not idempotent';
  return tokens(once) === tokens(text) ? undefined : 'other tokens';
}

function compile(board: string, set: FilesAndCache): Uint8Array | undefined {
  const preprocessor = {
    includePaths: kernelIncludePaths(board),
    defines: new Map<string, string>(),
  };
  const reading = readTree(board, set.files, { preprocessor, symbols: true }, set.cache);
  if (reading.kind !== 'tree') return undefined;
  if (reading.tree.problems.some((problem) => problem.level === 'error')) return undefined;
  return writeDtb(reading.tree);
}

function answer({ file, compare }: FormatRequest): FormatAnswer {
  if (compare === 'text') return { file, fault: compareText(file), compared: true };
  const expected = compile(file, before);
  if (!expected) return { file, fault: undefined, compared: false };
  const actual = compile(file, after);
  const isSame = actual !== undefined && Buffer.compare(actual, expected) === 0;
  return { file, fault: isSame ? undefined : 'another blob', compared: true };
}

process.on('message', (request: FormatRequest) => {
  process.send?.(answer(request));
});
