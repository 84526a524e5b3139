// What other tools read: the problem matcher, the pre-commit hook, the action and the container.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
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
  });

  it('the container is built from what is there, on a Node that is supported', () => {
    const dockerfile = read('Dockerfile');
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    for (const [, version = ''] of dockerfile.matchAll(/^FROM node:(\d+)-slim/gm))
      assert.ok(engines.node.endsWith(`>=${version}`), version);
    const kept = read('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    assert.deepEqual(
      kept.filter((name) => !existsSync(path.join(root, name))),
      [],
    );
    const named = [...dockerfile.matchAll(/(?:node|COPY) ([\w./-]+\.(?:mjs|sh))/g)].map(
      ([, file = '']) => file,
    );
    assert.equal(named.length, 3);
    for (const file of named) {
      assert.ok(existsSync(path.join(root, file)), file);
      assert.ok(
        kept.some((name) => file === name || file.startsWith(`${name}/`)),
        file,
      );
    }
  });

  it('the container runs as the owner of the mounted folder', function () {
    // Windows has no owners of that kind; the image is Linux.
    if (process.platform === 'win32') this.skip();
    const folder = mkdtempSync(path.join(tmpdir(), 'dtmap-container-'));
    const bin = path.join(folder, 'bin');
    const work = path.join(folder, 'work');
    mkdirSync(bin);
    mkdirSync(work);
    chmodSync(folder, 0o755);
    // In place of dtmap: says who it is, and with which arguments.
    writeFileSync(path.join(bin, 'dtmap'), '#!/bin/sh\necho "$(id -u):$(id -g) $*"\n', {
      mode: 0o755,
    });
    // Nobody but root can give a folder away; others own it themselves.
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    const owner = uid === 0 ? '1234:2345' : `${uid}:${gid}`;
    if (uid === 0) chownSync(work, 1234, 2345);
    const said = execFileSync(
      path.join(root, 'client/release/docker-entrypoint.sh'),
      ['check', 'my board.dts'],
      { cwd: work, encoding: 'utf8', env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` } },
    );
    assert.equal(said, `${owner} check my board.dts\n`);
    rmSync(folder, { recursive: true });
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
