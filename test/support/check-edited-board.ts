// Edits the files of a board one after the other and compares each analysis with one made from nothing.

import assert from 'node:assert/strict';
import { analyze, type Analysis, type BoardRequest } from '../../server/src/analysis/analyze.ts';
import type { NodeFiles } from '../../server/src/node-files.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { editedFrom } from '../../server/src/tree/edit-tree.ts';
import {
  spanOf,
  walkNodes,
  type DtNode,
  type DtProperty,
  type Written,
} from '../../server/src/tree/device-tree.ts';
import { editRandomly } from './random-edits.ts';

/** Edits of a board's files, and how many of them were cheap. */
export interface BoardEditCounts {
  readonly edits: number;
  /** Of which the tree before was kept. */
  readonly kept: number;
  /** Of those, after which some finding was not looked for again. */
  readonly carried: number;
}

/** Fails when the analysis after one of `edits` random edits differs from one of the same files from nothing. */
export function checkEditedBoard(
  request: BoardRequest,
  files: NodeFiles,
  edits: number,
  random: () => number,
): BoardEditCounts {
  const [cache, other] = [new PreprocessCache(), new PreprocessCache()];
  let before = analyze(request, files, cache);
  assert.equal(before.kind, 'complete');
  const sources = before.board.sources
    .flatMap((source) => source.files)
    .filter((id) => /\.dtsi?$/.test(id));
  let [kept, carried] = [0, 0];
  let original: { readonly id: string; readonly text: string } | undefined;
  /** The text before the last edit, when that broke it: it is what is typed next. */
  let unbroken: string | undefined;
  for (let edit = 0; edit < edits; edit += 1) {
    // Several edits of one file, then it is as it was: what is typed must not add up to nonsense.
    if (edit % 16 === 0) {
      if (original) files.setText(original.id, original.text);
      const file = files.get(sources[Math.floor(random() * sources.length)] ?? request.root);
      if (typeof file === 'object') original = file;
      unbroken = undefined;
    }
    const now = original && files.get(original.id);
    if (typeof now !== 'object') continue;
    files.setText(now.id, unbroken ?? editSomewhere(now.text, random));
    const result = analyze(request, files, cache, before);
    const expected = describeAnalysis(analyze(request, files, other));
    const actual = describeAnalysis(result);
    const at = actual.findIndex((line, index) => line !== expected[index]);
    if (at >= 0 || actual.length !== expected.length) {
      const place = `${request.root}, edit ${edit} of ${now.id}`;
      assert.equal(actual[at]?.slice(0, 500), expected[at]?.slice(0, 500), place);
      assert.fail(`${place}: ${actual.length} lines for ${expected.length}, or a long one differs`);
    }
    if (result.kind === 'complete' && editedFrom(result.board.tree)) {
      kept += 1;
      const found = [...result.foundBy.values()].flatMap(({ merged }) => merged);
      if (found.some(({ isMoved }) => isMoved)) carried += 1;
    }
    before = result;
    const isBroken = result.kind !== 'complete' || result.board.tree.problems.length > 0;
    unbroken = isBroken && unbroken === undefined ? now.text : undefined;
  }
  if (original) files.setText(original.id, original.text);
  return { edits, kept, carried };
}

/** What is edited, with how often in a hundred edits: the places where only little of a board has to be made anew. */
const places: readonly (readonly [number, RegExp, string])[] = [
  [45, /= *[<"][^;]*/g, '0123456789abcf'],
  [15, /= *[<"][^;]*/g, '0x "<>;,-&(\n'],
  [20, /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, 'x*/ \n"#\\'],
  [10, /\b[A-Z_0-9]+\([^()]*\)/g, '01x ,)("'],
];

/** One key in a value, a comment, a macro's arguments or anywhere, or a larger edit. */
function editSomewhere(text: string, random: () => number): string {
  let chance = random() * 100;
  for (const [share, pattern, keys] of places) {
    chance -= share;
    if (chance >= 0) continue;
    const all = [...text.matchAll(pattern)];
    const match = all[Math.floor(random() * all.length)];
    if (!match) break;
    const at = match.index + 1 + Math.floor(random() * match[0].length);
    if (random() < 0.2) return text.slice(0, at) + text.slice(at + 1);
    return text.slice(0, at) + (keys[Math.floor(random() * keys.length)] ?? '') + text.slice(at);
  }
  return editRandomly(text, random);
}

/** Everything that an analysis says, places resolved to files. */
export function describeAnalysis(analysis: Analysis): readonly string[] {
  if (analysis.kind !== 'complete') return [JSON.stringify(analysis)];
  const { board, findings } = analysis;
  const { tree, map, boots } = board;
  const lines = findings.map((finding) => textOf(finding));
  for (const { id, at, facts } of tree.problems) lines.push(textOf([id, at, facts]));
  for (const node of walkNodes(tree.root)) {
    const { path, parent, labels, openings, isEmptied } = node;
    lines.push(textOf([path, parent?.path, labels, openings, isEmptied ?? false]));
    for (const property of node.properties.values()) lines.push(describeProperty(property));
  }
  for (const table of [tree.labels, tree.phandles])
    for (const [name, node] of table) lines.push(textOf([name, node]));
  const { banks, ramKnown, reserved, dynamic, modules, devices, unknown } = map;
  lines.push(...[banks, reserved, dynamic, modules, devices, unknown].flat().map(textOf));
  lines.push(textOf(ramKnown));
  for (const boot of boots) lines.push(textOf(boot));
  return lines;
}

function describeProperty({ name, labels, bytes, definition, overridden }: DtProperty): string {
  const whole = [...overridden, ...(definition ? [definition] : [])].map((each) => each.whole);
  return textOf([name, labels, bytes.join(), whole, definition?.parts]);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (typeof each === 'bigint') return `0x${each.toString(16)}`;
    if (typeof each !== 'object' || each === null) return each;
    // What is worked out when somebody asks, from what is compared here.
    if (key === 'neighbours' || key === 'settled' || key === 'tree') return undefined;
    if ('in' in each && 'start' in each) return spanOf(each as Written);
    if ('properties' in each && 'path' in each) return (each as DtNode).path;
    return each;
  });
}
