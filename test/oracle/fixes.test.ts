// Every fix that is offered on the kernel's arm64 boards, made in a copy: what reads the file compiles, and has no new fault.
//   DTMAP_KERNEL_FIXES=all    all of them; otherwise those that few boards read, a sample

import assert from 'node:assert/strict';
import path from 'node:path';
import { requireTool } from '../support/require-tool.ts';
import type { FixToApply, Faults } from './apply-fix.ts';
import { inProcesses } from './in-processes.ts';
import { boardFiles, kernelTree } from './kernel-tree.ts';
import type { Offered } from './offer-fixes.ts';
import { makeReferences, referenceText } from './reference-outputs.ts';

const isWhole = process.env['DTMAP_KERNEL_FIXES'] === 'all';
/** Of the boards in a sample, one in so many. */
const ONE_IN = 12;

/** The files that cpp read for a board: its line markers name them. */
function filesRead(board: string): ReadonlySet<string> {
  const text = referenceText(board) ?? '';
  const tree = kernelTree();
  return new Set(
    [...text.matchAll(/^# \d+ "([^"<]+)"/gm)].map(([, name = '']) =>
      // Include prefixes are links to the folders of boards.
      path
        .resolve(tree, name)
        .replace(/\/scripts\/dtc\/include-prefixes\/(arm64|arm)\//, '/arch/$1/boot/dts/'),
    ),
  );
}

describe('fixes on the boards of the kernel', function () {
  this.timeout(3_600_000);

  before(function () {
    requireTool(this, { names: ['dtc'], skipName: 'dtc', packageName: 'device-tree-compiler' });
    requireTool(this, { names: ['cpp'], skipName: 'cpp', packageName: 'cpp' });
  });

  it('compile, and give no board a new error or warning', async () => {
    const all = boardFiles('arm64');
    const asked = isWhole ? all : all.filter((_, index) => index % ONE_IN === 0);
    makeReferences(all);
    const offers = await inProcesses<string, Offered>(
      path.join(import.meta.dirname, 'offer-fixes.ts'),
      asked,
    );
    const readers = new Map<string, string[]>();
    for (const board of all)
      for (const file of filesRead(board)) readers.set(file, [...(readers.get(file) ?? []), board]);
    const distinct = new Map<string, FixToApply>();
    for (const { title, edits } of offers.flatMap(({ fixes }) => fixes)) {
      const boards = new Set(edits.flatMap(({ at }) => readers.get(at.file) ?? []));
      assert.ok(boards.size > 0, `${title}: cpp reads none of its files`);
      distinct.set(JSON.stringify(edits), { title, edits, boards: [...boards].sort() });
    }
    const faults = await inProcesses<FixToApply, Faults>(
      path.join(import.meta.dirname, 'apply-fix.ts'),
      [...distinct.values()],
    );
    const refused = new Map<string, number>();
    for (const code of offers.flatMap((each) => each.refused))
      refused.set(code, (refused.get(code) ?? 0) + 1);
    const offered = offers.reduce((sum, { fixes }) => sum + fixes.length, 0);
    const looks = [...distinct.values()].reduce((sum, { boards }) => sum + boards.length, 0);
    console.log(
      `      ${asked.length} boards: ${offered} fixes offered, ${distinct.size} of them different, applied and looked at on ${looks} boards;`,
      `refused: ${[...refused].map(([code, count]) => `${count} ${code}`).join(', ') || 'none'}`,
    );
    assert.deepEqual(faults.flat(), []);
  });
});
