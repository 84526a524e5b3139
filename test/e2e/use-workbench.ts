// A workbench for the suites that ask for it: started by the first of them, shared by all.

import assert from 'node:assert/strict';
import type { Context, Test } from 'mocha';
import type { Workbench } from './workbench.ts';

/** Starts one host of workbenches; what it starts it ends after all suites. */
export type StartWorkbench = (context: Context) => Promise<Workbench>;

const started = new Map<StartWorkbench, Promise<Workbench>>();

/** The workbench for the suite it is called in; a failed test leaves a screenshot and the end of the page's log. */
export function useWorkbench(start: StartWorkbench): () => Workbench {
  let used: Workbench | undefined;
  before(async function () {
    this.timeout(600_000);
    const starting = started.get(start) ?? start(this);
    started.set(start, starting);
    used = await starting;
  });
  afterEach(async function () {
    const test: Test | undefined = this.currentTest;
    if (test?.state === 'failed')
      console.error(await used?.evidence(test.fullTitle().replace(/\W+/g, '-')));
  });
  return () => {
    assert.ok(used, 'a workbench is there in tests only');
    return used;
  };
}
