// The merged tree that the editor shows: what it says, where each line leads, and what a filter leaves.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mergedTree, type MergedLine } from '../server/src/ide/merged-tree.ts';
import type { Board } from '../server/src/rules/board.ts';
import { analyzeFile } from './support/analyze-file.ts';

const folder = path.join(import.meta.dirname, 'fixtures/ide');

describe('merged tree', () => {
  let board: Board;
  before(() => {
    ({ board } = analyzeFile(path.join(folder, 'board.dts'), new Map()));
  });
  const find = (lines: readonly MergedLine[], text: string): MergedLine => {
    const line = lines.find((each) => each.text.includes(text));
    assert.ok(line, text);
    return line;
  };
  const sourceOf = ({ at }: MergedLine): string =>
    at === undefined
      ? 'nowhere'
      : `${path.basename(at.file)} ${readFileSync(at.file, 'utf8').slice(at.start, at.end)}`;

  it('has the winning values, each with its place', () => {
    const lines = mergedTree(board, '', false);
    const reg = find(lines, 'reg = <0x00 0x62000000 0x00 0x2000000>');
    assert.match(reg.text, /\/\* board\.dts:\d+ \*\/$/);
    assert.equal(sourceOf(reg), 'board.dts reg');
    // A node that was opened twice leads to where it was opened first.
    const node = find(lines, 'video@60000000 {');
    assert.match(node.text, /\/\* soc\.dtsi:\d+, board\.dts:\d+ \*\/$/);
    assert.equal(sourceOf(node), 'soc.dtsi video@60000000');
    assert.ok(lines.every(({ text }) => !text.includes('0x60000000 0x')));
  });

  it('is the source of the same tree', () => {
    const text = mergedTree(board, '', false)
      .map((line) => `${line.text}\n`)
      .join('');
    const again = analyzeFile(path.join(folder, 'merged.dts'), new Map(), text);
    assert.deepEqual(
      again.board.tree.problems.filter(({ level }) => level === 'error'),
      [],
    );
    assert.equal(again.board.map.reserved.length, board.map.reserved.length);
  });

  it('leaves nodes by path or label, with those above by name and those below whole', () => {
    const shown = (filter: string): string[] =>
      mergedTree(board, filter, false)
        .filter(({ text }) => text.includes('{'))
        .map(({ text }) => text.replace(/\{.*$/, '').trim());
    assert.deepEqual(shown('video_mem'), ['/', 'reserved-memory', 'video_mem: video@60000000']);
    assert.ok(shown('reserved-memory').length > 3);
    assert.deepEqual(shown('VIDEO_MEM'), shown('video_mem'));
    assert.deepEqual(shown('nothing of this name'), ['/']);
    // Of those above the name alone.
    const lines = mergedTree(board, 'video_mem', false).map(({ text }) => text);
    assert.ok(lines.every((text) => !text.includes('#address-cells')));
    assert.match(lines[0] ?? '', /^\/\/ Nodes with "video_mem"/);
  });

  it('says that it is older than the text, or not complete', () => {
    assert.match(mergedTree(board, '', true)[0]?.text ?? '', /^\/\/ The text has a syntax error/);
    const text = '/dts-v1/;\n#include "none.dtsi"\n/ { };\n';
    const { board: partial } = analyzeFile(path.join(folder, 'x.dts'), new Map(), text);
    assert.match(mergedTree(partial, '', false)[0]?.text ?? '', /^\/\/ Not complete: .*none\.dtsi/);
  });
});
