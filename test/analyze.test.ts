// The pipeline as a whole: overlays, and what stays the same from one analysis to the next.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { analyzeFile } from './support/analyze-file.ts';

const BOARDS = join(import.meta.dirname, 'fixtures/boards');

describe('analyze', () => {
  it('finds a region of an overlay that collides with one of its base, where the overlay says it', () => {
    const { findings } = analyzeFile(
      join(BOARDS, 'overlaid/base.dts'),
      new Map([
        ['targets', 'xen:4.22 linux:6.12'],
        ['overlays', 'firmware.dtso'],
      ]),
    );
    const overlaps = findings
      .filter(({ rule }) => rule === 'reserved-overlap')
      .map(({ at, message }) => `${at.file.slice(BOARDS.length + 1)}: ${message}`);
    assert.deepEqual(overlaps, [
      'overlaid/firmware.dtso: optee_core@50800000 overlaps buffer@50000000 by 8 MiB',
    ]);
  });
});
