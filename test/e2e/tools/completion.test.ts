// Completion as bash, zsh and fish do it, by the scripts that `dtmap completion` prints.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundle } from '../../support/bundles.ts';
import { requireTool } from '../../support/require-tool.ts';

/** What is offered behind each of these command lines, all of which end in a word that is being typed. */
const cases: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['dtmap ex', ['explain']],
  ['dtmap explain xen-pan', ['xen-panic']],
  ['dtmap check -W reserved-overl', ['reserved-overlap']],
  ['dtmap check -E no-reserved-overl', ['no-reserved-overlap']],
  ['dtmap map --for do', ['dom0']],
  ['dtmap boot --xen 4.2', ['4.20', '4.21', '4.22']],
  ['dtmap check --format gi', ['github', 'gitlab']],
  ['dtmap completion zs', ['zsh']],
  ['dtmap check --stat', ['--statistics']],
];

describe('completion', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dtmap-completion-'));
  before(() => {
    const program = `#!/bin/sh\nexec '${process.execPath}' '${bundle('dtmap.js')}' "$@"\n`;
    writeFileSync(path.join(folder, 'dtmap'), program, { mode: 0o755 });
    writeFileSync(path.join(folder, 'my board.dts'), '/dts-v1/;\n/ {\n};\n');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const shell = (program: string, ...args: string[]): string[] => {
    const said = execFileSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { HOME: folder, TERM: 'dumb', PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    });
    return said.split('\n').filter((line) => line !== '');
  };
  /** Lines that complete each of the cases, with a mark between them. */
  const all = (one: (words: readonly string[], line: string) => string): string =>
    cases.map(([line]) => `${one(line.split(' '), line)}; echo ---`).join('\n');
  const groups = (lines: readonly string[]): string[][] => {
    const found: string[][] = [[]];
    for (const line of lines)
      if (line === '---') found.push([]);
      else found.at(-1)?.push(line);
    return found.slice(0, -1);
  };

  it('of bash offers commands, rules, releases, readers and formats', () => {
    const script = all(
      (words) =>
        `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _dtmap; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    const lines = shell('bash', '-c', `source <(dtmap completion bash)\n${script}`);
    assert.deepEqual(
      groups(lines),
      cases.map(([, offered]) => offered),
    );
    // Names of files are left to readline, which quotes their blanks.
    const [files] = shell('bash', '-c', 'source <(dtmap completion bash); complete -p dtmap');
    assert.match(files ?? '', /-o default/);
  });

  it('of fish offers the same, and names of files with blanks', function () {
    requireTool(this, { names: ['fish'], skipName: 'fish', packageName: 'fish' });
    const script = all((_, line) => `complete -C '${line}'`);
    const lines = shell('fish', '-c', `dtmap completion fish | source\n${script}`);
    assert.deepEqual(
      groups(lines.map((line) => line.replace(/\t.*/, ''))),
      cases.map(([, offered]) => offered),
    );
    const files = shell(
      'fish',
      '-c',
      'dtmap completion fish | source; complete -C "dtmap check my"',
    );
    assert.deepEqual(files, ['my board.dts']);
  });

  it('of zsh is registered by source <(…), with and without its completion system', function () {
    requireTool(this, { names: ['zsh'], skipName: 'zsh', packageName: 'zsh' });
    for (const start of ['', 'autoload -Uz compinit && compinit -u; ']) {
      const script = `${start}source <(dtmap completion zsh); echo $_comps[dtmap]; whence -w _dtmap`;
      assert.deepEqual(shell('zsh', '-f', '-c', script), ['_dtmap', '_dtmap: function']);
    }
  });
});
