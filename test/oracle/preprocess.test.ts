// Our preprocessor against GNU cpp: small hard sources. The kernel's boards are in boards.test.ts.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NodeFiles } from '../../server/src/node-files.ts';
import { preprocess } from '../../server/src/preprocess/preprocess.ts';
import type { Preprocessed } from '../../server/src/preprocess/preprocessed.ts';
import { accepted, headers, includeFolders, rejected } from './preprocess-torture.ts';
import { bytesAsText, comparable, requireCpp, runCpp, type CppResult } from './run-cpp.ts';

describe('fixtures', () => {
  before(requireCpp);
  const folder = join(import.meta.dirname, '../fixtures/preprocess');
  for (const name of readdirSync(folder)) {
    it(`what is expected of ${name} is what cpp says`, async () => {
      const cpp = await runCpp(join(folder, name, 'input.dts'), [join(folder, name, 'include')]);
      assert.ok(cpp.succeeded, cpp.errors);
      const expected = readFileSync(join(folder, name, 'expected.txt'), 'utf8');
      assert.equal(comparable(expected), cpp.text);
    });
  }
});

describe('hard sources', function () {
  this.timeout(120_000);
  before(requireCpp);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dtmap-cpp-'));
    for (const [name, text] of Object.entries(headers)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function both(source: string): Promise<{ cpp: CppResult; ours: Preprocessed }> {
    const path = join(folder, 'case.dts');
    writeFileSync(path, source);
    const includePaths = includeFolders.map((name) => join(folder, name));
    const cpp = await runCpp(path, includePaths);
    const files = new NodeFiles();
    const root = files.get(path);
    assert.ok(typeof root === 'object');
    const options = { includePaths, defines: new Map<string, string>() };
    return { cpp, ours: preprocess(root, files, { ...options, dtcIncludes: 'kept' }) };
  }

  for (const [name, source] of Object.entries(accepted)) {
    it(`cpp accepts ${name}`, async () => {
      const { cpp, ours } = await both(source);
      assert.ok(cpp.succeeded, cpp.errors);
      assert.equal(comparable(bytesAsText(ours.text)), cpp.text);
      const mere = ['macro-redefined', 'warning-directive'];
      assert.deepEqual(
        ours.problems.filter(({ code }) => !mere.includes(code)),
        [],
      );
    });
  }

  for (const [name, source] of Object.entries(rejected)) {
    it(`cpp rejects ${name}`, async () => {
      const { cpp, ours } = await both(source);
      assert.ok(!cpp.succeeded, 'cpp accepts it');
      assert.equal(ours.problems.length, 1, JSON.stringify(ours.problems));
    });
  }
});
