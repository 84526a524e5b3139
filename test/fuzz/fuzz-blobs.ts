// Blobs to findings: damaged headers, structures and strings end in findings or one reason.

import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { mapMemory } from '../../server/src/memory/map-memory.ts';
import { readDtb } from '../../server/src/dtb/read-dtb.ts';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { bootFit } from '../../server/src/inputs/read-fit.ts';
import { recogniseBootFile } from '../../server/src/inputs/recognise-boot-file.ts';
import { readTree } from '../../server/src/analysis/read-tree.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { analyzeText, overlayFile, rootFile, TextFiles } from './analyze-text.ts';
import { corpusOf } from './corpus.ts';
import { mutateBlob, mutationsOf } from './mutate.ts';
import type { Target } from './target.ts';

const blobFile = '/board/board.dtb';

/** Blobs compiled from the fixtures. */
export function compiledCorpus(): Buffer[] {
  return corpusOf(/^(?:rules|wild-bugs|overlays)\/.*\.dts$/).flatMap((text) => {
    const files = new TextFiles({ [rootFile]: text });
    const options = {
      preprocessor: { includePaths: [], defines: new Map<string, string>() },
      symbols: true,
    };
    const reading = readTree(rootFile, files, options, new PreprocessCache());
    if (reading.kind !== 'tree') return [];
    return reading.tree.problems.some(({ level }) => level === 'error')
      ? []
      : [Buffer.from(writeDtb(reading.tree))];
  });
}

/** A blob read, judged and written again. */
export function fuzzBlobs(): Target<{ blob: Buffer; targets: readonly string[] }> {
  const corpus = compiledCorpus();
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
      const analysis = analyzeText(files, { root: blobFile, targets }, new PreprocessCache());
      assert.equal(analysis.kind, 'complete');
    },
    show: ({ blob, targets }) => `${targets.join(' ')} ${blob.toString('base64')}`,
  };
}

/** A damaged blob as an overlay of a sound source. */
export function fuzzOverlayBlobs(): Target<Buffer> {
  const base = corpusOf(/^overlays\/base\.dts$/)[0] ?? '';
  const corpus = compiledCorpus();
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
        new PreprocessCache(),
      );
    },
    show: (blob) => blob.toString('base64'),
  };
}

const FIT = `/dts-v1/;
/ { images { default = "s";
  x { type = "kernel"; compression = "none"; load = <0x45000000>; data = [00 01 02 03]; hash-1 { }; };
  k { type = "kernel"; compression = "gzip"; load = <1 2>; data-offset = <0>; data-size = <4>; };
  r { type = "ramdisk"; load = <0x4c000000>; data-position = <16>; data-size = <8>; };
  s { type = "script"; data = "load mmc 0 40000000 x"; }; };
  configurations { default = "a";
    a { kernel = "x"; ramdisk = "r"; fdt = "d", "o"; loadables = "k", "s"; signature-1 { }; };
    b { kernel = "k"; script = "s"; }; }; };
`;

/** Containers that are not text: FIT images, packed scripts, environments in flash. */
export function fuzzContainers(): Target<Buffer> {
  const files = new TextFiles({ [rootFile]: FIT });
  const options = {
    preprocessor: { includePaths: [], defines: new Map<string, string>() },
    symbols: false,
  };
  const reading = readTree(rootFile, files, options, new PreprocessCache());
  assert.ok(reading.kind === 'tree');
  const environment = Buffer.alloc(64, 0xff);
  environment.write('bootcmd=run a\0a=booti 1\0\0', 4, 'latin1');
  environment.writeUInt32LE(crc32(environment.subarray(4)), 0);
  const script = Buffer.alloc(72);
  script.writeUInt32BE(0x27051956, 0);
  script[30] = 6;
  script.writeUInt32BE(7, 64);
  const corpus = [
    Buffer.from(writeDtb(reading.tree)),
    environment,
    Buffer.concat([script, Buffer.from('booti 1')]),
    Buffer.from('a=b\0c=d\0\0'),
  ];
  return {
    inputs: mutationsOf(corpus.length).map((each) => mutateBlob(each, corpus)),
    corpus,
    check: (blob) => {
      const file = recogniseBootFile('f', blob);
      if (file.kind === 'refused') assert.ok(file.because !== '' && !file.because.includes('\n'));
      if (file.kind !== 'fit') return;
      for (const name of [undefined, 'b', 'none']) {
        const { script: boot } = bootFit(file.fit, 'f', name);
        for (const { address, line } of boot.loads) assert.ok(address >= 0n && line === 0);
      }
    },
    show: (blob) => blob.toString('base64'),
  };
}
