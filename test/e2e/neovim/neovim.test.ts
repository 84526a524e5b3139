// The language server in Neovim, as the README sets it up: diagnostics, hover, a fix applied, the diagnostic gone.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Hover, MarkupContent } from 'vscode-languageserver/node';
import { bundle, root } from '../../support/bundles.ts';
import { type Recorded, replaySession } from '../../support/replay-session.ts';
import { requireTool } from '../../support/require-tool.ts';
import { makeWorkspace } from '../make-workspace.ts';

interface Seen {
  diagnostics: { severity: number; message: string; line: number }[];
  hover: Hover;
  actions: string[];
  after: Seen['diagnostics'];
}

describe('Neovim', function () {
  it('shows findings, explains them and mends them, and says the same when it is asked the same again', async function () {
    const nvim = requireTool(this, { names: ['nvim'], skipName: 'neovim', packageName: 'neovim' });
    const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');
    const folder = makeWorkspace({ 'board.dts': board });
    const file = path.join(folder, 'board.dts');
    const recording = path.join(makeWorkspace({}), 'session.jsonl');
    const seen = runSession(nvim, file, recording, { dtmap: { targets: ['xen:4.22'] } });
    const errors = seen.diagnostics.filter(({ severity }) => severity === 1);
    assert.match(errors[0]?.message ?? '', /camera@64000000/);
    assert.match((seen.hover.contents as MarkupContent).value, /MiB/);
    assert.notDeepEqual(seen.actions, []);
    assert.deepEqual(
      seen.after.filter(({ severity }) => severity === 1),
      [],
    );
    assert.notEqual(readFileSync(file, 'utf8'), board);

    // The same conversation again, with a server that has not had it.
    writeFileSync(file, board);
    const replayed = await replaySession(readRecording(recording), [process.execPath, ...server()]);
    assert.deepEqual(replayed.differences, []);
    assert.ok(replayed.requests >= 4, String(replayed.requests));
  });
});

const server = (): string[] => [bundle('dtmap.js'), 'lsp', '--stdio'];
const recorder = path.join(root, 'test/support/record-session.mjs');

function readRecording(file: string): Recorded[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Recorded);
}

function runSession(nvim: string, file: string, recording: string, settings: object): Seen {
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
        SERVER: [process.execPath, recorder, recording, process.execPath, ...server()].join('\n'),
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
