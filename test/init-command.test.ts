// `dtmap init` writes a start that is read as it is, and field by field once the comments are taken away.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readProject } from '../server/src/inputs/read-project.ts';
import { defaultTargets } from '../server/src/systems/targets.ts';
import { root } from './support/bundles.ts';
import { dtmap } from './support/run-dtmap.ts';

describe('dtmap init', () => {
  let folder = '';
  const run = (...argv: string[]): ReturnType<typeof dtmap> =>
    dtmap(['init', ...argv], { cwd: folder });
  const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-init-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('writes a dtmap.json that says no more than is asked for', async () => {
    const ran = await run();
    assert.deepEqual([ran.status, ran.stdout], [0, '']);
    assert.match(ran.stderr, /^dtmap: dtmap\.json: written; [^\n]*\n$/);
    const project = readProject(read('dtmap.json'));
    assert.deepEqual(project.ok && project.value, { targets: defaultTargets });
    rmSync(path.join(folder, 'dtmap.json'));
    await run('--xen', '4.18,4.19', '--linux', '6.6');
    const asked = readProject(read('dtmap.json'));
    assert.deepEqual(asked.ok && asked.value.targets, ['xen:4.18', 'xen:4.19', 'linux:6.6']);
  });

  it('has every field there is, each with an example that is right', async () => {
    const { stdout } = await run('-o', '-');
    const whole = readProject(stdout.replace(/^ {2}\/\/ (?=")/gm, '  '));
    assert.ok(whole.ok);
    const schema = JSON.parse(
      readFileSync(path.join(root, 'server/docs/schemas/project.json'), 'utf8'),
    ) as { properties: object };
    assert.deepEqual(
      ['$schema', ...Object.keys(whole.value)].sort(),
      Object.keys(schema.properties).sort(),
    );
    assert.equal(existsSync(path.join(folder, 'dtmap.json')), false);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 110, line);
  });

  it('replaces nothing, and says when it takes the place of one above', async () => {
    await run();
    const before = read('dtmap.json');
    const again = await run('--xen', '4.18');
    assert.deepEqual(
      [again.status, again.stderr],
      [2, 'dtmap: dtmap.json: is there already and was not changed\n'],
    );
    assert.equal(read('dtmap.json'), before);
    mkdirSync(path.join(folder, 'boards'));
    const below = await run('boards');
    assert.match(
      below.stderr,
      /\/dtmap\.json applies no more below this folder; name it in "extends"/,
    );
    assert.equal(read('boards/dtmap.json'), before);
  });

  it('refuses what is no folder and no release in one line', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    for (const [argv, expected] of [
      [['nowhere'], /^dtmap: nowhere: no such file\n$/],
      [['file'], /^dtmap: file: is not a folder\n$/],
      [['--xen', '3.1'], /^dtmap: xen:3\.1: no such release; known are .*\n$/],
    ] as const) {
      const ran = await run(...argv);
      assert.deepEqual([ran.status, ran.stdout], [2, '']);
      assert.match(ran.stderr, expected);
    }
    assert.equal(existsSync(path.join(folder, 'dtmap.json')), false);
  });
});
