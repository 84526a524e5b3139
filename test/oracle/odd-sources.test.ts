// Generated sources around what cpp and dtc read in ways of their own: the same blob, or refused by both.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { fatalProblem } from '../../server/src/cli/fatal-problem.ts';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { PreprocessCache, preprocess } from '../../server/src/preprocess/preprocess.ts';
import { scanDocument } from '../../server/src/syntax/scan-statements.ts';
import { decodeText } from '../../server/src/text/decode.ts';
import { encodeText } from '../../server/src/text/encode.ts';
import type { FileSet } from '../../server/src/text/source-file.ts';
import { evaluate } from '../../server/src/tree/evaluate.ts';
import { corpusOf } from '../fuzz/corpus.ts';
import { mutateText, mutationsOf } from '../fuzz/mutate.ts';
import { requireTool } from '../support/require-tool.ts';
import { compileTexts } from './compile-texts.ts';
import { oddFiles, oddMacros, oddSource } from './odd-sources.ts';
import { requireCpp } from './run-cpp.ts';

/** `DTMAP_ODD=3000 DTMAP_SEED=7` for more of them, and others. */
const count = Number(process.env['DTMAP_ODD'] ?? 240);
const seed = Number(process.env['DTMAP_SEED'] ?? 1);

/** What dtc reads from 1.7 on: paths below labels. */
const relative = ['&{l/m@1} { x; };', '/ { z = <&{l/m@1}>, &{l}; };', '/delete-node/ &{l/m@1};'];
const base = '/dts-v1/;\n/ { l: n { m@1 { }; }; };\n';

describe('odd sources compile as with cpp and dtc', function () {
  this.timeout(600_000);
  let folder = '';
  let isOldDtc = true;
  const cache = new PreprocessCache();

  before(function () {
    requireTool(this, {
      names: ['dtc'],
      skipName: 'dtc',
      packageName: 'device-tree-compiler',
    });
    requireCpp();
    const [, major, minor] =
      /([0-9]+)\.([0-9]+)/.exec(execFileSync('dtc', ['--version'], { encoding: 'utf8' })) ?? [];
    isOldDtc = Number(major) === 1 && Number(minor) < 7;
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-odd-'));
    for (const [name, text] of Object.entries(oddFiles))
      writeFileSync(path.join(folder, name), text);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Our blob, or why there is none. */
  function compile(text: string): Uint8Array | string {
    const texts = new Map(Object.entries({ ...oddFiles, '0.dts': text }));
    const textOf = (id: string): string | undefined => texts.get(path.posix.basename(id));
    const files: FileSet = {
      get: (id) => {
        const found = textOf(id);
        return found === undefined ? 'absent' : { id, text: found };
      },
      bytes: (id) => {
        const found = textOf(id);
        return found === undefined ? 'absent' : encodeText(found);
      },
    };
    const root = { id: '/b/0.dts', text };
    const source = preprocess(root, files, { includePaths: [], defines: new Map() }, cache);
    const fatal = source.problems.map(fatalProblem).find((reason) => reason !== undefined);
    if (fatal !== undefined) return fatal;
    const document = scanDocument(source.text);
    const tree = evaluate(document, source.origins, { files, includePaths: [], source });
    const [problem] = tree.problems;
    if (problem) return `${problem.id} ${JSON.stringify(problem.facts)}`;
    return writeDtb(tree);
  }

  /** How ours differs from what cpp and dtc make; undefined when it does not. */
  function difference(text: string, blob: Uint8Array | undefined): string | undefined {
    const ours = compile(text);
    if (typeof ours === 'string') {
      // dtc 1.7 and later truncate what does not fit, with a warning.
      const isTruncated = ours.includes('"value-out-of-range"') && !isOldDtc;
      return blob === undefined || isTruncated ? undefined : `dtc takes it, dtmap: ${ours}`;
    }
    if (blob === undefined)
      return isOldDtc && /&\{[^/}]/.test(text) ? undefined : 'dtc refuses it, dtmap takes it';
    return Buffer.compare(ours, blob) === 0 ? undefined : 'another blob';
  }

  /** Fails with the shortest of the texts that differ; gives how many dtc takes. */
  function compareAll(texts: readonly string[]): number {
    const blobs = compileTexts(texts, folder, oddMacros);
    const different = texts.flatMap((text, index) => {
      if (difference(text, blobs[index]) === undefined) return [];
      // Only what differs when it is alone: many in one run of cpp may disturb each other.
      const [alone] = compileTexts([text], folder, oddMacros);
      const how = difference(text, alone);
      return how === undefined ? [] : [`${how}:\n${text}`];
    });
    different.sort((a, b) => a.length - b.length);
    assert.deepEqual(different.slice(0, 3), [], `${different.length} differ`);
    return blobs.filter((blob) => blob !== undefined).length;
  }

  it(`${count} that are generated`, () => {
    // What is on the disk is read back: half a surrogate pair is bytes that are no text.
    const texts = fc
      .sample(oddSource, { seed, numRuns: count })
      .map((text) => decodeText(encodeText(text)));
    const taken = compareAll(texts);
    assert.ok(taken * 6 > count, `dtc takes only ${taken}`);
  });

  it(`${count} that are damaged fixtures`, () => {
    const corpus = corpusOf(/^(?:dtc-parity|tree)\/.*\.dts$/, 1000);
    const pieces = [
      ...[
        '{',
        '}',
        ';',
        '};',
        '"',
        '<',
        '>',
        '[',
        ']',
        '(',
        ')',
        '/',
        '=',
        ',',
        ':',
        '&',
        '@',
        '\n',
      ],
      ...['/* ', ' */', '//', ' a', ' 1', 'l: ', '/ {', 'n {', '&l', '/bits/ 8 ', '/delete-node/ '],
    ];
    const texts = fc
      .sample(
        mutationsOf(corpus.length, 2).map((each) => mutateText(each, corpus, pieces)),
        { seed, numRuns: count },
      )
      .map((text) => decodeText(encodeText(text)));
    const taken = compareAll(texts);
    assert.ok(taken > 0 && taken < count, `dtc takes ${taken}`);
  });

  it('paths below labels', function () {
    if (isOldDtc) {
      for (const text of relative) assert.equal(typeof compile(base + text), 'object', text);
      return;
    }
    const texts = relative.map((text) => base + text);
    const blobs = compileTexts(texts, folder, oddMacros);
    texts.forEach((text, index) => assert.equal(difference(text, blobs[index]), undefined, text));
  });
});
