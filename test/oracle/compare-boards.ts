// A worker process of boards.test.ts: compares boards with cpp and dtc, one after the other as they are sent.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { blobSize } from '../../server/src/dtb/blob-size.ts';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { SegmentMap } from '../../server/src/preprocess/origin-map.ts';
import { PreprocessCache, preprocess } from '../../server/src/preprocess/preprocess.ts';
import type { Preprocessed } from '../../server/src/preprocess/preprocessed.ts';
import { scanDocument } from '../../server/src/syntax/scan-statements.ts';
import { scanSource } from '../../server/src/syntax/scan-source.ts';
import type { StatementDocument } from '../../server/src/syntax/statement.ts';
import { containsSpan } from '../../server/src/text/span.ts';
import { evaluate } from '../../server/src/tree/evaluate.ts';
import { sharedParser } from '../support/parser.ts';
import { kernelIncludePaths } from './kernel-tree.ts';
import { referenceBlob, referenceText } from './reference-outputs.ts';
import { bytesAsText, comparable } from './run-cpp.ts';

/** What one board gave. */
export interface Comparison {
  readonly board: string;
  /** Differences from cpp and dtc, each in a few words; empty when there are none. */
  readonly differences: readonly string[];
  /** Whether cpp refuses the board. */
  readonly isRejected: boolean;
  /** Segments of the expanded texts that were followed to their source. */
  readonly segments: number;
  /** Blobs compared: with `-@` and without; 0 when dtc refuses the board. */
  readonly blobs: number;
  /** CPU from source to blob, once with `-@` and once without, in milliseconds. */
  readonly milliseconds: number;
}

const files = new NodeFiles();
const cache = new PreprocessCache();
/** Source files whose statements were compared with those of their syntax trees. */
const comparedFiles = new Set<string>();

function statementsOf({ statements, offsets }: StatementDocument): unknown {
  return [statements, offsets];
}

/** Follows every segment to its source; throws at the first that is wrong. Returns how many there are. */
function checkOrigins({ origins: map, text }: Preprocessed): number {
  assert.ok(map instanceof SegmentMap);
  const origins: SegmentMap = map;
  let end = 0;
  for (let index = 0; index < origins.count; index++) {
    const segment = origins.segment(index);
    const { source } = segment;
    const file = files.get(source.file);
    assert.ok(typeof file === 'object' && segment.start === end && segment.end > segment.start);
    end = segment.end;
    const here = text.slice(segment.start, segment.end);
    const there = file.text.slice(source.start, source.end);
    if (segment.isVerbatim) assert.equal(here, there);
    else if (segment.macro === undefined) assert.equal(here.trim(), '');
    else {
      assert.ok(there.startsWith(segment.macro.name), there);
      const { definition, name } = segment.macro;
      const defined = definition && files.get(definition.file);
      assert.ok(typeof defined === 'object');
      assert.equal(defined.text.slice(definition?.start, definition?.end), name);
    }
    const middle = (segment.start + segment.end) >> 1;
    const origin = origins.originOf(middle, middle + 1);
    assert.ok(containsSpan(source, origin.span));
  }
  assert.equal(end, text.length);
  return origins.count;
}

async function compare(board: string): Promise<Comparison> {
  const root = files.get(board);
  if (typeof root === 'string') throw new Error(`${board} is ${root}`);
  const differences: string[] = [];
  const options = { includePaths: kernelIncludePaths(board), defines: new Map<string, string>() };

  const expanded = referenceText(board);
  const kept = preprocess(root, files, { ...options, dtcIncludes: 'kept' }, cache);
  if (expanded !== undefined && comparable(bytesAsText(kept.text)) !== comparable(expanded))
    differences.push('other tokens than cpp');

  const began = process.cpuUsage();
  const source = preprocess(root, files, options, cache);
  const document = scanDocument(source.text);
  let blobs = 0;
  for (const symbols of ['with -@', 'without -@'] as const) {
    const { includePaths } = options;
    const blob = referenceBlob(board, symbols);
    const tree = evaluate(document, source.origins, {
      symbols: symbols === 'with -@',
      files,
      includePaths,
    });
    const isRefused = tree.problems.length > 0;
    if (blob === undefined || isRefused) {
      if ((blob === undefined) !== isRefused)
        differences.push(
          `${symbols}: dtc ${blob ? 'accepts' : 'refuses'} it, dtmap finds ${JSON.stringify(tree.problems[0]?.facts)}`,
        );
      continue;
    }
    blobs++;
    if (Buffer.compare(writeDtb(tree), blob) !== 0) differences.push(`${symbols}: another blob`);
    if (blobSize(tree) !== blob.length) differences.push(`${symbols}: another size`);
  }
  const { user, system } = process.cpuUsage(began);

  const parser = await sharedParser();
  const parsed = parser.parse(source.text);
  parser.release(parsed);
  if (!isDeepStrictEqual(statementsOf(document), statementsOf(parsed)))
    differences.push('the scanner finds other statements than the syntax tree');
  for (const id of source.files) {
    if (comparedFiles.has(id) || !/\.dts[io]?$/.test(id)) continue;
    comparedFiles.add(id);
    const file = files.get(id);
    if (typeof file === 'string') continue;
    const tree = parser.parse(file.text);
    parser.release(tree);
    if (!isDeepStrictEqual(scanSource(file.text), tree))
      differences.push(`${id}: the scanner finds other statements than the syntax tree`);
  }
  return {
    board,
    differences,
    isRejected: expanded === undefined,
    segments: checkOrigins(kept) + checkOrigins(source),
    blobs,
    milliseconds: (user + system) / 1000,
  };
}

process.on('message', (board: string) => {
  compare(board).then(
    (comparison) => process.send?.(comparison),
    (error: unknown) => {
      throw error;
    },
  );
});
