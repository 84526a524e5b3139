// `__DATE__`, `__TIME__` and `__TIMESTAMP__` in what the command line makes: cpp's forms, the file's own time.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sourceTimes } from '../server/src/cli/source-times.ts';
import { dtmap } from './support/run-dtmap.ts';

/** `Sun Sep  6 01:03:52 2026` of what JavaScript prints as `Sun Sep 06 2026 01:03:52 GMT+0200`. */
function asTimestamp(date: Date): string {
  const [weekday = '', month = '', day = '', year = '', time = ''] = date.toString().split(' ');
  return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
}

describe('times in the source', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-times-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are those of SOURCE_DATE_EPOCH, in UTC', () => {
    const files = { changedAt: () => undefined } as unknown as Parameters<
      typeof sourceTimes
    >[0]['files'];
    const env = { SOURCE_DATE_EPOCH: '1788656632' };
    const { date, time, timestampOf } = sourceTimes({ env, files }, new Date());
    assert.deepEqual([date, time], ['Sep  6 2026', '01:03:52']);
    assert.equal(timestampOf('/board.dts'), undefined);
  });

  it('are those of the clock without it, or when it is no number', () => {
    const files = { changedAt: () => undefined } as unknown as Parameters<
      typeof sourceTimes
    >[0]['files'];
    const now = new Date(2026, 8, 16, 1, 3, 5);
    for (const env of [{}, { SOURCE_DATE_EPOCH: 'today' }]) {
      const { date, time } = sourceTimes({ env, files }, now);
      assert.deepEqual([date, time], ['Sep 16 2026', '01:03:05']);
    }
  });

  it('compile and preprocess say when each file was changed', async () => {
    const board = path.join(folder, 'board.dts');
    const included = path.join(folder, 'included.dtsi');
    writeFileSync(board, '/dts-v1/;\n/ { p = __TIMESTAMP__; };\n#include "included.dtsi"\n');
    writeFileSync(included, '/ { q = __TIMESTAMP__; r = __DATE__, __TIME__; };\n');
    const changed = new Date(2024, 1, 3, 4, 5, 6);
    const changedAgain = new Date(2025, 11, 31, 23, 59, 59);
    utimesSync(board, changed, changed);
    utimesSync(included, changedAgain, changedAgain);
    const env = { SOURCE_DATE_EPOCH: '0' };
    const compiled = await dtmap(['compile', board, '--format', 'dts'], { env });
    const expanded = await dtmap(['preprocess', board], { env });
    for (const { stdout } of [compiled, expanded]) {
      assert.ok(stdout.includes(`p = "${asTimestamp(changed)}"`), stdout);
      assert.ok(stdout.includes(`q = "${asTimestamp(changedAgain)}"`), stdout);
      assert.ok(stdout.includes('r = "Jan  1 1970", "00:00:00"'), stdout);
    }
  });
});
