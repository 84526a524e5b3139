// Formatting every device tree of the kernel: twice is the same as once, and boards compile to the same blob.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FormatAnswer, FormatRequest } from './format-files.ts';
import { inProcesses } from './in-processes.ts';
import { boardFiles, kernelTree } from './kernel-tree.ts';

/** Every how manieth board is compiled with all its files formatted; DTMAP_EVERY_BOARD=1 takes each. */
const EVERY = process.env['DTMAP_EVERY_BOARD'] === '1' ? 1 : 20;

async function format(requests: readonly FormatRequest[]): Promise<readonly FormatAnswer[]> {
  const worker = join(import.meta.dirname, 'format-files.ts');
  const answers = await inProcesses<FormatRequest, FormatAnswer>(worker, requests);
  assert.deepEqual(
    answers.filter(({ fault }) => fault !== undefined),
    [],
  );
  return answers;
}

describe('formatting the kernel', function () {
  this.timeout(1_800_000);

  it('is idempotent and changes white space only', async () => {
    const top = join(kernelTree(), 'arch');
    const names = readdirSync(top, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.dts[io]?$/.test(name),
    );
    assert.ok(names.length > 4000, `only ${names.length} files`);
    await format(names.map((name) => ({ file: join(top, name), compare: 'text' })));
    console.log(`      ${names.length} files`);
  });

  it('leaves blobs as they were', async () => {
    const boards = (['arm64', 'arm', 'riscv'] as const)
      .flatMap((architecture) => boardFiles(architecture))
      .filter((_, index) => index % EVERY === 0);
    const answers = await format(boards.map((file) => ({ file, compare: 'blob' })));
    const compared = answers.filter(({ compared }) => compared).length;
    console.log(`      ${compared} boards`);
    assert.equal(compared, boards.length, 'boards that do not compile');
  });
});
