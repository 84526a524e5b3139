// Definition, references and rename at places of kernel boards, against a list that was made without this program.

import assert from 'node:assert/strict';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { analyze } from '../../server/src/analysis/analyze.ts';
import { parseTargets } from '../../server/src/systems/targets.ts';
import { definition } from '../../server/src/ide/definition.ts';
import { filesOf } from '../../server/src/ide/macros.ts';
import { occurrencesOf } from '../../server/src/ide/occurrences.ts';
import { rename } from '../../server/src/ide/rename.ts';
import { symbolAt } from '../../server/src/ide/symbol-at.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import type { Board } from '../../server/src/rules/board.ts';
import { lineIndexOf } from '../../server/src/text/line-index.ts';
import type { FileId } from '../../server/src/text/span.ts';
import { kernelIncludePaths, kernelTree } from './kernel-tree.ts';

interface Place {
  readonly board: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly what: string;
  readonly name: string;
  readonly expected: string;
}

const places = readFileSync(join(import.meta.dirname, 'navigation.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line): Place => {
    const [board = '', file = '', row = '', column = '', what = '', name = '', expected = ''] =
      line.split('\t');
    return { board, file, line: Number(row), column: Number(column), what, name, expected };
  });

describe('navigation in kernel boards', () => {
  const boards = new Map<string, Board>();
  const files = new NodeFiles();

  function boardOf(name: string): Board {
    const known = boards.get(name);
    if (known) return known;
    const root = join(kernelTree(), name);
    const analysis = analyze(
      {
        root,
        overlays: [],
        preprocessor: { includePaths: kernelIncludePaths(root), defines: new Map() },
        facts: [],
        targets: parseTargets([]).targets,
        rules: new Map(),
      },
      files,
      new PreprocessCache(),
    );
    assert.equal(analysis.kind, 'complete');
    if (analysis.kind !== 'complete') throw new Error(name);
    boards.set(name, analysis.board);
    return analysis.board;
  }
  /** The id by which the board knows a file: boards see headers through links. */
  const idOf = (board: Board, file: string): FileId => {
    const wanted = realpathSync(join(kernelTree(), file));
    const found = filesOf(board).find((each) => realpathSync(each.id) === wanted);
    assert.ok(found, `${file} is not part of the board`);
    return found.id;
  };

  it('has at least 60 places', () => {
    assert.ok(places.length >= 60);
  });

  for (const place of places) {
    it(`${place.what} of ${place.name} at ${place.file}:${place.line}`, function () {
      this.timeout(60_000);
      const board = boardOf(place.board);
      const file = idOf(board, place.file);
      const source = board.files.get(file);
      assert.ok(typeof source !== 'string');
      const offset = lineIndexOf(source).offsetAt({ line: place.line, column: place.column });
      if (place.what === 'definition') {
        const found = definition(board, file, offset).map(({ at }) => {
          const target = board.files.get(at.file);
          assert.ok(typeof target !== 'string');
          return `${realpathSync(at.file)}:${lineIndexOf(target).positionAt(at.start).line}`;
        });
        const [wanted = '', line = ''] = place.expected.split(':');
        assert.deepEqual(found, [`${realpathSync(join(kernelTree(), wanted))}:${line}`]);
      } else if (place.what === 'references') {
        const symbol = symbolAt(board, file, offset);
        assert.ok(symbol);
        assert.equal(occurrencesOf(board, symbol).length, Number(place.expected));
      } else {
        const renaming = rename(
          { board, sharing: () => filesOf(board) },
          file,
          offset,
          'a_new_name',
        );
        assert.ok(renaming.ok, renaming.ok ? '' : renaming.because);
        const [edits = []] = renaming.value.ways;
        assert.equal(edits.length, Number(place.expected));
        for (const { at } of edits) {
          const target = board.files.get(at.file);
          assert.ok(typeof target !== 'string');
          assert.equal(target.text.slice(at.start, at.end), place.name);
        }
      }
    });
  }
});
