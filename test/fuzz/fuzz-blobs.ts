// Blobs to findings: damaged headers, structures and strings end in findings or one reason.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mapMemory } from '../../server/src/memory/map-memory.ts';
import { readDtb } from '../../server/src/dtb/read-dtb.ts';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { readTree } from '../../server/src/analysis/read-tree.ts';
import type { Parser } from '../../server/src/syntax/create-parser.ts';
import { analyzeText, freshReader, overlayFile, rootFile, TextFiles } from './analyze-text.ts';
import { corpusOf } from './corpus.ts';
import { mutateBlob, mutationsOf } from './mutate.ts';
import type { Target } from './target.ts';

const blobFile = '/board/board.dtb';

/** Blobs compiled from the fixtures. */
export function compiledCorpus(parser: Parser): Buffer[] {
  return corpusOf(/^(?:rules|wild-bugs|overlays)\/.*\.dts$/).flatMap((text) => {
    const files = new TextFiles({ [rootFile]: text });
    const options = {
      preprocessor: { includePaths: [], defines: new Map<string, string>() },
      symbols: true,
    };
    const reading = readTree(rootFile, files, options, freshReader(parser));
    if (reading.kind !== 'tree') return [];
    return reading.tree.problems.some(({ level }) => level === 'error')
      ? []
      : [Buffer.from(writeDtb(reading.tree))];
  });
}

/** A blob read, judged and written again. */
export function fuzzBlobs(parser: Parser): Target<{ blob: Buffer; targets: readonly string[] }> {
  const corpus = compiledCorpus(parser);
  return {
    inputs: fc.record({
      blob: mutationsOf(corpus.length).map((each) => mutateBlob(each, corpus)),
      targets: fc.constantFrom(['xen:4.22', 'linux:6.12'], ['xen:4.14'], ['xen:4.18', 'linux:6.1']),
    }),
    corpus: corpus.map((blob) => ({ blob, targets: ['xen:4.18', 'linux:6.12'] })),
    check: ({ blob, targets }) => {
      const tree = readDtb(blobFile, blob);
      if ('because' in tree) {
        assert.ok(tree.offset >= 0 && tree.because !== '');
        return;
      }
      mapMemory(tree);
      const again = readDtb(blobFile, writeDtb(tree));
      assert.ok(!('because' in again), 'because' in again ? again.because : '');
      const files = new TextFiles();
      files.setBytes(blobFile, blob);
      const analysis = analyzeText(files, { root: blobFile, targets }, freshReader(parser));
      assert.equal(analysis.kind, 'complete');
    },
    show: ({ blob, targets }) => `${targets.join(' ')} ${blob.toString('base64')}`,
  };
}

/** A damaged blob as an overlay of a sound source. */
export function fuzzOverlayBlobs(parser: Parser): Target<Buffer> {
  const base = corpusOf(/^overlays\/base\.dts$/)[0] ?? '';
  const corpus = compiledCorpus(parser);
  return {
    inputs: mutationsOf(corpus.length).map((each) => mutateBlob(each, corpus)),
    corpus,
    check: (blob) => {
      const files = new TextFiles({ [rootFile]: base });
      const overlay = overlayFile.replace('dtso', 'dtbo');
      files.setBytes(overlay, blob);
      analyzeText(
        files,
        { overlays: [overlay], targets: ['xen:4.22', 'linux:6.12'] },
        freshReader(parser),
      );
    },
    show: (blob) => blob.toString('base64'),
  };
}
