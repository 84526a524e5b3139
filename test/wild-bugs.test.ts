// Reported bugs: each tree gives a finding that names the right nodes and range, its repaired twin no wrong warning.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Board } from '../server/src/rules/board.ts';
import type { Finding } from '../server/src/rules/finding.ts';
import { containsSpan } from '../server/src/text/span.ts';
import { spanOf, walkNodes } from '../server/src/tree/device-tree.ts';
import type { Range } from '../server/src/addresses/region.ts';
import { analyzeFile } from './support/analyze-file.ts';

const folder = path.join(import.meta.dirname, 'fixtures/wild-bugs');

/** Bugs that a tree cannot show, with the reason. */
const UNDECIDABLE: ReadonlyMap<string, string> = new Map([
  [
    '058-boneblack-256-of-512',
    'the board has more RAM than the tree says; nothing in it hints at that',
  ],
]);

interface Row {
  readonly id: string;
  readonly expected: string;
  readonly ranges: readonly Range[];
}

function readIndex(): Row[] {
  const lines = readFileSync(path.join(folder, 'index.tsv'), 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [id = '', , , expected = '', ranges = ''] = line.split('\t');
    return { id, expected, ranges: rangesIn(ranges) };
  });
}

/** Ranges written `[0x…,0x…)` or `[0x…, 0x…)`. */
function rangesIn(text: string): Range[] {
  return [...text.matchAll(/\[(0x[0-9a-f]+), ?(0x[0-9a-f]+)\)/g)].map((match) => ({
    start: BigInt(match[1] ?? 0),
    end: BigInt(match[2] ?? 0),
  }));
}

// What is missing begins where the range in a message ends, so touching counts.
function meets(a: Range, b: Range): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** The words of a node's name, and its unit address: how a diagnosis speaks of it. */
function wordsOf(name: string): string[] {
  const [base = '', unit] = name.split('@');
  const words = base.split(/[-_,]/).filter((word) => word.length > 2);
  return unit === undefined ? words : [...words, `0x${unit}`];
}

/** Whether the finding is at a node (or /memreserve/) that the expected diagnosis speaks of. */
function isAtNamed(finding: Finding, board: Board, row: Row): boolean {
  if (row.expected.includes('/memreserve/')) {
    const { memoryReservations } = board.tree;
    if (memoryReservations.some(({ written }) => containsSpan(spanOf(written.whole), finding.at)))
      return true;
  }
  const spoken = new Set(row.expected.toLowerCase().split(/[^0-9a-z]+/));
  for (const node of walkNodes(board.tree.root)) {
    const isSpokenOf =
      wordsOf(node.name).some((word) => spoken.has(word)) ||
      rangesIn(row.expected).some((range) => node.name.endsWith(`@${range.start.toString(16)}`)) ||
      // "bank 2": a tuple of a memory node.
      (node.name.startsWith('memory@') && node.parent?.name === '' && spoken.has('bank'));
    if (isSpokenOf && node.openings.some(({ whole }) => containsSpan(spanOf(whole), finding.at)))
      return true;
  }
  return false;
}

/** The expected ranges no finding names at the right place; a finding without ranges counts by its node's address. */
function unnamed(row: Row, findings: readonly Finding[]): Range[] {
  return row.ranges.filter(
    (range) =>
      !findings.some((finding) => {
        const named = rangesIn(finding.message);
        if (named.length > 0) return named.some((each) => meets(each, range));
        return [...finding.message.matchAll(/(?:@|0x)([0-9a-f]+)/g)].some((match) => {
          const address = BigInt(`0x${match[1]}`);
          return address >= range.start && address < range.end;
        });
      }),
  );
}

describe('reported bugs', () => {
  for (const row of readIndex()) {
    const reason = UNDECIDABLE.get(row.id);
    it(`${row.id}${reason === undefined ? ' is found' : ' cannot be found'}`, () => {
      const file = path.join(folder, row.id, 'bug.dts');
      const { board, findings } = analyzeFile(file, new Map());
      const told = findings.filter(
        (finding) => finding.severity !== 'hint' && isAtNamed(finding, board, row),
      );
      const isFound = told.length > 0 && unnamed(row, told).length === 0;
      const messages = findings.map((finding) => finding.message).join('\n');
      assert.equal(isFound, reason === undefined, `expected: ${row.expected}\nfound:\n${messages}`);
    });

    it(`${row.id} repaired is silent`, () => {
      const file = path.join(folder, row.id, 'fixed.dts');
      const { findings } = analyzeFile(file, new Map());
      const wrong = findings.filter(
        ({ severity }) => severity === 'error' || severity === 'warning',
      );
      assert.deepEqual(
        wrong.map(({ rule, message }) => `${rule}: ${message}`),
        [],
      );
    });
  }
});
