// `npm run new-rule` in a copy of the sources: its files fail the tests until they are filled in, and then pass them.

import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const id = 'region-starts-odd';
const copied = [
  ...['.mocharc.json', '.prettierrc.json', 'package.json', 'server/src', 'server/docs/rules'],
  ...['test/new-rule', 'test/support', 'test/rules.test.ts', 'test/rule-pages.test.ts'],
  'test/fixtures/rules',
];

describe('npm run new-rule', function () {
  this.timeout(120_000);
  let copy = '';
  const file = (name: string): string => path.join(copy, name);
  const node = (...args: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', env: environment });
  const environment: NodeJS.ProcessEnv = { ...process.env, UPDATE: '' };
  const newRule = (name: string): SpawnSyncReturns<string> =>
    node('--import', 'tsx', 'test/new-rule/new-rule.ts', name);
  const mocha = (...args: readonly string[]): SpawnSyncReturns<string> =>
    node('node_modules/mocha/bin/mocha.js', '--no-color', ...args);
  const fill = (name: string, texts: readonly (readonly [string, string])[]): void => {
    let text = readFileSync(file(name), 'utf8');
    for (const [placeholder, written] of texts) {
      assert.ok(text.includes(placeholder), `${name}: ${placeholder}`);
      text = text.replaceAll(placeholder, written);
    }
    writeFileSync(file(name), text);
  };

  before(() => {
    copy = mkdtempSync(path.join(os.tmpdir(), 'dtmap-new-rule-'));
    for (const name of copied) {
      mkdirSync(path.dirname(file(name)), { recursive: true });
      cpSync(path.join(root, name), file(name), { recursive: true });
    }
    symlinkSync(path.join(root, 'node_modules'), file('node_modules'), 'junction');
  });
  after(() => {
    rmSync(copy, { recursive: true });
  });

  it('refuses a group that is not there, and an id that is taken', () => {
    for (const [name, reason] of [
      ['nowhere/region-odd', /no such group/],
      ['memory/reserved-overlap', /there is such a rule/],
    ] as const) {
      const { status, stderr } = newRule(name);
      assert.equal(status, 2, name);
      assert.match(stderr, reason);
    }
  });

  it('makes three files and an entry, with which the tests fail', () => {
    const { status, stdout, stderr } = newRule(`memory/${id}`);
    assert.equal(status, 0, stderr);
    const made = stdout.split('\n').filter((line) => /^(?:server|test)\//.test(line));
    assert.equal(made.length, 4);
    for (const each of made) assert.ok(existsSync(file(each)), each);
    const ran = mocha('--spec', 'test/rules.test.ts', '-g', `${id}|filled in|sorted by id`);
    assert.equal(ran.status, 2, ran.stdout);
    assert.match(ran.stdout, /✔ the list of rules is sorted by id/);
    assert.match(ran.stdout, new RegExp(`1\\) ${id}/bad\\.dts`));
    assert.match(ran.stdout, /2\) nothing of a new rule is left/);
  });

  it('makes what passes them once it is filled in', () => {
    fill(`server/src/rules/memory/${id}.ts`, [
      ['FILL IN: what is a fault. This never is.', 'A test needs any fault.'],
      ['region.start > region.end', 'region.start === 0x60000000n'],
      ['FILL IN: ${', 'starts badly: ${'],
      ['FILL IN: ', 'A test: '],
    ]);
    const message = 'starts badly: [0x60000000, 0x60100000)';
    fill(`test/fixtures/rules/${id}/bad.dts`, [['FILL IN: the message', message]]);
    fill(`test/fixtures/rules/${id}/good.dts`, [['60000000', '61000000']]);
    environment['UPDATE'] = '1';
    const specs = ['--spec', 'test/rules.test.ts', '--spec', 'test/rule-pages.test.ts'];
    const ran = mocha(...specs, '-g', `${id}|filled in|sorted by id|up to date`);
    assert.equal(ran.status, 0, ran.stdout);
    assert.match(ran.stdout, /5 passing/);
    assert.match(readFileSync(file(`server/docs/rules/${id}.md`), 'utf8'), /A test: /);
  });
});
