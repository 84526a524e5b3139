// Bindings on the command line: check --bindings, -W bindings, bindings.dir, explain binding:COMPATIBLE.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dtmap } from './support/run-dtmap.ts';

const fixtures = path.join(import.meta.dirname, 'fixtures/bindings');
const board = path.join(import.meta.dirname, 'fixtures/rules/binding-value/bad.dts');

describe('bindings on the command line', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-cli-bindings-'));
    mkdirSync(path.join(folder, 'boards'));
    cpSync(board, path.join(folder, 'boards/board.dts'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const inTree = (): void => {
    cpSync(fixtures, path.join(folder, 'Documentation/devicetree/bindings'), { recursive: true });
  };
  const check = (...options: string[]): ReturnType<typeof dtmap> =>
    dtmap(['check', ...options, 'boards/board.dts'], { cwd: folder });
  const rulesIn = (text: string): string[] =>
    [...text.matchAll(/: (\w+): .* \[(binding-[\w-]+)\]/g)].map(
      ([, severity, rule]) => `${severity} ${rule}`,
    );
  const three = Array<string>(3).fill('warning binding-value');

  it('are read only when they are asked for', async () => {
    inTree();
    assert.deepEqual(rulesIn((await check('--hints')).stdout), []);
  });

  for (const option of ['--bindings', '-Wbindings'])
    it(`${option} warns of what those of the work tree do not allow`, async () => {
      inTree();
      const { stdout, status } = await check(option);
      assert.deepEqual(rulesIn(stdout), three);
      assert.equal(status, 1);
    });

  it('--bindings=FOLDER reads others, -E bindings makes errors of it', async () => {
    const { stdout } = await check(`--bindings=${fixtures}`, '-E', 'bindings');
    assert.deepEqual(rulesIn(stdout), Array<string>(3).fill('error binding-value'));
    assert.match(
      stdout,
      /the binding allows 4, 8, 16 \(serial\/acme,uart\.yaml#\/properties\/acme,queue-depth/,
    );
  });

  it('bindings.dir of dtmap.json makes hints', async () => {
    cpSync(fixtures, path.join(folder, 'yaml'), { recursive: true });
    writeFileSync(path.join(folder, 'dtmap.json'), '{ "bindings": { "dir": "yaml" } }');
    assert.deepEqual(rulesIn((await check()).stdout), []);
    const { stdout } = await check('--format', 'json');
    assert.equal(stdout.match(/"binding-value"/g)?.length, 3);
  });

  it('fails where there are none', async () => {
    const none = await check('--bindings');
    assert.equal(none.status, 2);
    assert.match(none.stderr, /no Documentation\/devicetree\/bindings in a folder above/);
    const gone = await check('--bindings=boards');
    assert.equal(gone.status, 2);
    assert.match(gone.stderr, /no binding \(\.yaml\) in this folder/);
  });

  it('explain binding:COMPATIBLE prints the binding as a page', async () => {
    const { stdout } = await dtmap(['explain', 'binding:acme,uart', `--bindings=${fixtures}`], {
      cwd: folder,
    });
    assert.match(stdout, /^# Serial port of Acme chips/);
    assert.match(stdout, /- `clocks` \(phandles with their cells, required\)/);
    assert.match(
      stdout,
      /- `acme,queue-depth` \(cell\): Bytes that wait in each direction\. Allowed: `4`, `8`, `16`\./,
    );
    const unknown = await dtmap(['explain', 'binding:acme,nothing', `--bindings=${fixtures}`], {
      cwd: folder,
    });
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /describes it/);
  });
});
