// Every fix, refactoring and rename that is offered on generated boards: what it changes is what it says.
//   DTMAP_FIX_BOARDS (30) sets of boards, DTMAP_FIX_SEED (1); of more than 200, refactorings and renames of every set

import assert from 'node:assert/strict';
import { inProcesses } from '../oracle/in-processes.ts';
import { requireTool } from '../support/require-tool.ts';
import type { SetsAsked, SetsProved } from './prove-sets.ts';

const sets = Number(process.env['DTMAP_FIX_BOARDS'] ?? 30);
const seed = Number(process.env['DTMAP_FIX_SEED'] ?? 1);
/** Sets of one seed: the next seed goes to whichever process is free. */
const SETS_AT_ONCE = 10;

describe(`fixes of ${sets} generated sets of boards with DTMAP_FIX_SEED=${seed}`, function () {
  this.timeout(sets * 20_000 + 300_000);

  before(function () {
    requireTool(this, { names: ['cpp'], skipName: 'cpp', packageName: 'cpp' });
    for (const name of ['dtc', 'fdtoverlay'])
      requireTool(this, { names: [name], skipName: 'dtc', packageName: 'device-tree-compiler' });
  });

  it('compile, change what they say, and add no finding', async () => {
    const began = Date.now();
    const asked = Array.from({ length: Math.ceil(sets / SETS_AT_ONCE) }, (_, index): SetsAsked => ({
      seed: seed * 100_000 + index,
      count: Math.min(SETS_AT_ONCE, sets - index * SETS_AT_ONCE),
      extent: sets > 200 ? 'whole' : 'sample',
    }));
    const worker = `${import.meta.dirname}/prove-sets.ts`;
    const answers = await inProcesses<SetsAsked, SetsProved>(worker, asked);
    const totals = new Map<string, number>();
    for (const { counts } of answers)
      for (const [what, count] of counts) totals.set(what, (totals.get(what) ?? 0) + count);
    for (const [what, count] of [...totals].sort()) console.log(`      ${what}: ${count}`);
    console.log(`      ${((Date.now() - began) / 1000).toFixed(0)} s`);
    const failures = answers.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    assert.equal(failures.join('\n\n'), '');
  });
});
