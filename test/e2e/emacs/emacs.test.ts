// The language server in Emacs with eglot, as its page sets it up: diagnostics, hover, a fix applied, the diagnostic gone, a completion.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundle, root } from '../../support/bundles.ts';
import { requireTool } from '../../support/require-tool.ts';
import { makeWorkspace } from '../make-workspace.ts';

interface Seen {
  diagnostics: { isError: boolean; message: string }[];
  hover: string;
  actions: string[];
  after: Seen['diagnostics'];
  /** The line in which `alignm` was completed, and all of the buffer then. */
  completed: string;
  text: string;
}

describe('Emacs', function () {
  it('shows findings, explains them and mends them, and completes a property', function () {
    const emacs = requireTool(this, {
      names: ['emacs'],
      skipName: 'emacs',
      packageName: 'emacs-nox elpa-eglot',
    });
    const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');
    const folder = makeWorkspace({ 'board.dts': board });
    const file = path.join(folder, 'board.dts');
    const seen = runSession(emacs, file);
    const errors = seen.diagnostics.filter(({ isError }) => isError);
    assert.match(errors[0]?.message ?? '', /camera@64000000/);
    assert.match(seen.hover, /MiB/);
    assert.notDeepEqual(seen.actions, []);
    assert.deepEqual(
      seen.after.filter(({ isError }) => isError),
      [],
    );
    assert.notEqual(readFileSync(file, 'utf8'), board);
    // Emacs knows no snippets unless a package for them is installed.
    assert.equal(seen.completed, 'alignment = <>;');
    assert.doesNotMatch(seen.text, /\$/);
  });
});

function runSession(emacs: string, file: string): Seen {
  const folder = path.dirname(file);
  // The set-up starts `dtmap` as a user has it: on the PATH.
  const program = path.join(folder, 'dtmap');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${bundle('dtmap.js')}' "$@"\n`);
  chmodSync(program, 0o755);
  const { status, stdout, stderr } = spawnSync(
    emacs,
    ['--batch', '-l', path.join(import.meta.dirname, 'session.el')],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: 120_000,
      env: {
        ...process.env,
        HOME: folder,
        PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}`,
        FILE: file,
        SETUP: path.join(root, 'server/docs/editors/emacs.el'),
      },
    },
  );
  assert.equal(status, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"kind"'));
  return Object.fromEntries(
    lines.map((line) => {
      const { kind, value } = JSON.parse(line) as { kind: string; value: unknown };
      return [kind, value];
    }),
  ) as unknown as Seen;
}
