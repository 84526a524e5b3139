// The script that measures other language servers, with ours as the one it is given.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { bundle, root } from '../support/bundles.ts';

describe('the script for peers', function () {
  this.timeout(180_000);

  it('measures the server whose command it is given', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        ...['--import', 'tsx', path.join(root, 'test/bench/peers.ts'), '--boards', '1'],
        ...['--edits', '4', '--', process.execPath, bundle('dtmap.js'), 'lsp', '--stdio'],
      ],
      { cwd: root, encoding: 'utf8' },
    );
    assert.equal(status, 0, stderr);
    const row = stdout.split('\n').find((line) => line.startsWith('| sc7180')) ?? '';
    const [board, open, key, hover, peak, found] = row
      .split('|')
      .map((cell) => cell.trim())
      .slice(1);
    assert.equal(board, 'sc7180-trogdor-lazor-limozeen-nots-r5');
    // The clock of processes ticks every 10 ms: a key or a hover may cost nothing that it shows.
    assert.ok(Number(open) > 0 && Number(peak) > 0, row);
    assert.ok(Number(key) >= 0 && Number(hover) >= 0, row);
    assert.match(found ?? '', /^0, 0, \d+$/);
    const [, faults = ''] = stdout.split('| what is flagged | as |\n| --- | --- |\n');
    for (const fault of faults.trim().split('\n'))
      assert.match(fault, /\| (?:error|warning|information) \|$/);
  });
});
