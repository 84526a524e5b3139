// Reads a text edit by edit and compares each result with reading the same text from nothing.

import assert from 'node:assert/strict';
import { scanDocument } from '../../server/src/syntax/scan-statements.ts';
import type { Statement, StatementDocument } from '../../server/src/syntax/statement.ts';
import { walkNodes, type DeviceTree } from '../../server/src/tree/device-tree.ts';
import { evaluate } from '../../server/src/tree/evaluate.ts';
import { editRandomly } from './random-edits.ts';

const origins = {
  originOf: (start: number, end: number) => ({ span: { file: '/t.dts', start, end } }),
  expandedOffset: (_file: string, offset: number) => offset,
};

/** A document as text, so that a difference shows and sharing does not matter. */
function describeDocument({ statements, offsets }: StatementDocument): string {
  const describe = (statement: Statement): string =>
    `${statement.kind} ${statement.length} ${statement.head} ${statement.ending} ${statement.clean} (` +
    statement.children
      .map((child, index) => `${statement.offsets[index]}: ${describe(child)}`)
      .join(' ') +
    ')';
  return statements.map((each, index) => `${offsets[index]}: ${describe(each)}`).join('\n');
}

function describeTree(tree: DeviceTree): string {
  const lines: string[] = tree.problems.map(
    ({ id, at, facts }) => `${id} ${at.start}-${at.end} ${JSON.stringify(facts)}`,
  );
  for (const node of walkNodes(tree.root)) {
    lines.push(
      `${node.path} ${node.labels.join()} ${node.openings.map(({ whole }) => whole.start).join()}`,
    );
    for (const { name, bytes, definition } of node.properties.values())
      lines.push(`${name} ${bytes.join()} ${definition?.whole.start}`);
  }
  return lines.join('\n');
}

/** Fails with the first line that differs; whole trees are too long to read. */
function assertEqualLines(actual: string, expected: string, edit: number): void {
  if (actual === expected) return;
  const lines = expected.split('\n');
  const at = actual.split('\n').findIndex((line, index) => line !== lines[index]);
  const short = (text: string | undefined): string => (text ?? 'nothing').slice(0, 300);
  assert.equal(short(actual.split('\n')[at]), short(lines[at]), `edit ${edit}, line ${at}`);
  assert.fail(`edit ${edit}, line ${at} differs after its 300th character`);
}

export interface EditTimes {
  /** The longest time one edit took to scan and evaluate, in milliseconds. */
  readonly longest: number;
  readonly edits: number;
}

/**
 * Makes `edits` random edits, starting over with `text` after every tenth so that it stays recognisable. Fails when an
 * incremental result differs from one from scratch; what throws, throws.
 */
export function checkIncremental(text: string, edits: number, random: () => number): EditTimes {
  let document = scanDocument(text);
  let longest = 0;
  for (let edit = 0; edit < edits; edit++) {
    const edited = editRandomly(edit % 10 === 0 ? text : document.text, random);
    const began = performance.now();
    document = scanDocument(edited, document);
    const tree = evaluate(document, origins);
    longest = Math.max(longest, performance.now() - began);
    const scratch = scanDocument(edited);
    assertEqualLines(describeDocument(document), describeDocument(scratch), edit);
    assertEqualLines(describeTree(tree), describeTree(evaluate(scratch, origins)), edit);
  }
  return { longest, edits };
}
