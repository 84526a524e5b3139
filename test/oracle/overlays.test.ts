// Applied overlays against fdtoverlay: our own small ones and those of the kernel, each on a base it was made for.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { applyOverlays } from '../../server/src/tree/apply-overlays.ts';
import { overlayCases } from '../support/overlay-cases.ts';
import { dtmap } from '../support/run-dtmap.ts';
import { requireTool } from '../support/require-tool.ts';
import { sourceTree } from '../support/source-tree.ts';
import { boardFiles, kernelIncludePaths, kernelTree } from './kernel-tree.ts';
import { makeReferences, referenceBlob } from './reference-outputs.ts';

const fixtures = join(import.meta.dirname, '../fixtures/overlays');

/** The board an overlay of the kernel is for, by how its name begins. */
const bases: readonly (readonly [overlay: string, base: string])[] = [
  ['imx8mm-venice-gw72xx-0x-', 'imx8mm-venice-gw72xx-0x'],
  ['imx8mm-venice-gw73xx-0x-', 'imx8mm-venice-gw73xx-0x'],
  ['fsl-ls1028a-qds-', 'fsl-ls1028a-qds'],
  ['zynqmp-sck-kv-g-', 'zynqmp-sm-k26-revA'],
  ['salvator-panel-', 'r8a77951-salvator-xs'],
  ['draak-ebisu-panel-', 'r8a77990-ebisu'],
];

/**
 * `blob` with zeros between properties: libfdt leaves what was there when it shortens a value. The structure block
 * lies between the words at 8 and 12 of the header.
 */
function withCleanPadding(blob: Uint8Array): Buffer {
  const clean = Buffer.from(blob);
  const end = clean.readUInt32BE(12);
  for (let at = clean.readUInt32BE(8); at < end;) {
    const token = clean.readUInt32BE(at);
    at += 4;
    if (token === 1) at = (clean.indexOf(0, at) + 4) & ~3;
    else if (token === 3) {
      const stop = at + 8 + clean.readUInt32BE(at);
      at = (stop + 3) & ~3;
      clean.fill(0, stop, at);
    }
  }
  return clean;
}

describe('overlays apply as with fdtoverlay', function () {
  this.timeout(300_000);
  let folder = '';
  before(function () {
    requireTool(this, {
      names: ['fdtoverlay'],
      skipName: 'fdtoverlay',
      packageName: 'device-tree-compiler',
    });
    folder = mkdtempSync(join(tmpdir(), 'dtmap-overlays-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What fdtoverlay makes of blobs; undefined when it refuses. */
  function applied(base: Uint8Array, overlays: readonly Uint8Array[]): Uint8Array | undefined {
    const files = [base, ...overlays].map((blob, index) => {
      const file = join(folder, `${index}.dtb`);
      writeFileSync(file, blob);
      return file;
    });
    const output = join(folder, 'out.dtb');
    const [first = '', ...rest] = files;
    const { status, error } = spawnSync('fdtoverlay', ['-i', first, '-o', output, ...rest]);
    if (error) throw error;
    return status === 0 ? readFileSync(output) : undefined;
  }

  const compiled = (name: string): Uint8Array =>
    execFileSync('dtc', ['-@', '-qqq', '-O', 'dtb', join(fixtures, `${name}.dts`)]);

  for (const { overlays, applies } of overlayCases) {
    it(`${overlays.join(' + ')}${applies ? '' : ' (refused)'}`, () => {
      const expected = applied(compiled('base'), overlays.map(compiled));
      assert.equal(expected !== undefined, applies);
      const trees = ['base', ...overlays].map((name) =>
        sourceTree(join(fixtures, `${name}.dts`), { symbols: true }),
      );
      const [base, ...rest] = trees.map(({ tree }) => tree);
      assert.ok(base);
      const result = applyOverlays(base, rest);
      assert.equal(
        result.problems.length === 0,
        applies,
        JSON.stringify(result.problems[0]?.facts),
      );
      if (expected) assert.deepEqual(Buffer.from(writeDtb(result)), withCleanPadding(expected));
    });
  }

  it('by compile: from options, from dtmap.json, on source and on a blob', async () => {
    const stack = ['local-references', 'nested-labels', 'one-fragment'];
    const expected = applied(compiled('base'), stack.map(compiled));
    assert.ok(expected);
    const source = (name: string): string => join(fixtures, `${name}.dts`);
    const binary = (name: string): string => {
      const file = join(folder, `${name}.dtbo`);
      writeFileSync(file, compiled(name));
      return file;
    };
    const options = (named: (name: string) => string): string[] =>
      stack.flatMap((name) => ['--overlay', named(name)]);
    const project = join(folder, 'dtmap.json');
    writeFileSync(project, JSON.stringify({ overlays: stack.map(source) }));
    const blob = join(folder, 'own.dtb');
    writeFileSync(blob, compiled('base'));
    const output = join(folder, 'compiled.dtb');
    const own = join(folder, 'own.dts');
    copyFileSync(source('base'), own);
    for (const argv of [
      [source('base'), ...options(source)],
      [source('base'), ...options(binary)],
      [own],
    ]) {
      const { status, stderr } = await dtmap(['compile', ...argv, '-o', output]);
      assert.equal(status, 0, stderr);
      assert.deepEqual(readFileSync(output), withCleanPadding(expected), argv.join(' '));
    }
    rmSync(project);
    const { status } = await dtmap(['compile', blob, ...options(binary), '-o', output]);
    assert.equal(status, 0);
    assert.deepEqual(readFileSync(output), withCleanPadding(expected));
    rmSync(output);
    for (const name of ['missing-symbol', 'missing-path']) {
      const argv = ['compile', source('base'), '--overlay', source(name), '-o', output];
      const refused = await dtmap(argv);
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /^dtmap: \S+:\d+:\d+: the .*\n$/);
      assert.ok(!existsSync(output));
    }
  });

  it('the 18 of arm64 in the kernel', () => {
    kernelTree();
    let compared = 0;
    for (const board of boardFiles('arm64')) {
      if (!/^\/plugin\/;/m.test(readFileSync(board, 'utf8'))) continue;
      const name = basename(board);
      const base = bases.find(([start]) => name.startsWith(start))?.[1];
      assert.ok(base, `no base is known for ${name}`);
      const baseFile = join(dirname(board), `${base}.dts`);
      makeReferences([baseFile, board]);
      const blobs = [baseFile, board].map((file) => referenceBlob(file, 'with -@'));
      const [baseBlob, overlayBlob] = blobs;
      assert.ok(baseBlob && overlayBlob);
      const expected = applied(baseBlob, [overlayBlob]);
      const [baseTree, overlayTree] = [baseFile, board].map(
        (file) => sourceTree(file, { symbols: true, includePaths: kernelIncludePaths(file) }).tree,
      );
      assert.ok(baseTree && overlayTree);
      const result = applyOverlays(baseTree, [overlayTree]);
      const problem = JSON.stringify(result.problems[0]?.facts);
      assert.equal(result.problems.length === 0, expected !== undefined, `${name}: ${problem}`);
      assert.ok(expected, `fdtoverlay refuses ${name} on ${base}`);
      assert.ok(withCleanPadding(expected).equals(writeDtb(result)), `${name} differs`);
      compared++;
    }
    console.log(`      ${compared} compared, ${compared} identical`);
    assert.equal(compared >= 18, true);
  });
});
