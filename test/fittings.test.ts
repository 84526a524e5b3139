// What other tools read: the problem matcher, the pre-commit hook, the action and the container.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { dtmap } from './support/run-dtmap.ts';

const root = path.join(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly problemMatchers: readonly { readonly pattern: { readonly regexp: string } }[];
  };
}

describe('fittings', () => {
  it('problem matcher $dtmap', async () => {
    const manifest = JSON.parse(read('package.json')) as Manifest;
    // It reads every finding of the text format.
    const [matcher] = manifest.contributes.problemMatchers;
    const pattern = new RegExp(matcher?.pattern.regexp ?? '$^');
    const cwd = path.join(import.meta.dirname, 'fixtures/cli');
    const { stdout } = await dtmap(['check', 'board.dts', '--xen', '4.18'], { cwd });
    const findings = stdout
      .split('\n')
      .filter((line) => /: (?:error|warning|information): /.test(line));
    assert.ok(findings.length > 0);
    for (const line of findings) {
      const match = pattern.exec(line);
      assert.equal(match?.[1], 'board.dts', line);
      assert.match(match[6] ?? '', /^[a-z-]+$/);
    }
  });

  it('the hook, the action and the container run commands that there are', async () => {
    const manifest = JSON.parse(read('package.json')) as Manifest;
    assert.equal(manifest.bin['dtmap'], 'dist/dtmap.js');
    const { stdout } = await dtmap(['check', '--help']);
    assert.match(read('.pre-commit-hooks.yaml'), /entry: dtmap check$/m);
    const action = read('action.yml');
    for (const [option] of action.matchAll(/--(?:format|xen)\b/g))
      assert.ok(stdout.includes(option));
    for (const [, file = ''] of read('Dockerfile').matchAll(/\/dtmap\/dist\/([\w-]+)\.wasm/g))
      assert.ok(read('esbuild.mjs').includes(`${file}.wasm`), file);
  });

  it('every option that the page for teams names exists', async () => {
    const help = await Promise.all(
      ['check', 'fmt', 'merge'].map(async (name) => (await dtmap([name, '--help'])).stdout),
    );
    const page = read('server/docs/teams.md').replace(/docker [^`]*/g, '');
    for (const [option] of page.matchAll(/(?<![\w-])--[a-z-]+/g))
      assert.ok(
        help.some((text) => text.includes(option)),
        option,
      );
  });
});
