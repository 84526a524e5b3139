// The language server in Neovim, as the README sets it up: diagnostics, hover, a fix applied, the diagnostic gone.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Hover, MarkupContent } from 'vscode-languageserver/node';
import { bundle, root } from '../../support/bundles.ts';
import { requireTool } from '../../support/require-tool.ts';
import { makeWorkspace } from '../make-workspace.ts';

interface Seen {
  diagnostics: { severity: number; message: string; line: number }[];
  hover: Hover;
  actions: string[];
  after: Seen['diagnostics'];
}

describe('Neovim', function () {
  it('shows findings, explains them and mends them', function () {
    const nvim = requireTool(this, { names: ['nvim'], skipName: 'neovim', packageName: 'neovim' });
    const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');
    const folder = makeWorkspace({ 'board.dts': board });
    const seen = runSession(nvim, path.join(folder, 'board.dts'), {
      dtmap: { targets: ['xen:4.22'] },
    });
    const errors = seen.diagnostics.filter(({ severity }) => severity === 1);
    assert.match(errors[0]?.message ?? '', /camera@64000000/);
    assert.match((seen.hover.contents as MarkupContent).value, /MiB/);
    assert.notDeepEqual(seen.actions, []);
    assert.deepEqual(
      seen.after.filter(({ severity }) => severity === 1),
      [],
    );
    assert.notEqual(readFileSync(path.join(folder, 'board.dts'), 'utf8'), board);
  });
});

function runSession(nvim: string, file: string, settings: object): Seen {
  const { status, stdout, stderr } = spawnSync(
    nvim,
    [
      ...['--headless', '-u', 'NONE', '-i', 'NONE'],
      ...['-c', `luafile ${path.join(import.meta.dirname, 'session.lua')}`],
    ],
    {
      cwd: path.dirname(file),
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        ...process.env,
        FILE: file,
        SERVER: [process.execPath, bundle('dtmap.js'), 'lsp', '--stdio'].join('\n'),
        SETTINGS: JSON.stringify(settings),
      },
    },
  );
  assert.equal(status, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return Object.fromEntries(
    lines.map((line) => {
      const { kind, value } = JSON.parse(line) as { kind: string; value: unknown };
      return [kind, value];
    }),
  ) as unknown as Seen;
}
