// A file whose lines end in CRLF has no other line ends after a fix, a refactoring or the formatter, and says the same.

import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { formatText } from '../server/src/ide/format.ts';
import { refactorings } from '../server/src/ide/refactorings.ts';
import { applyEdits } from '../server/src/text/edit.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { readOptions } from './support/annotations.ts';
import { dtmap } from './support/run-dtmap.ts';

const rules = path.join(import.meta.dirname, 'fixtures/rules');
const boards = readdirSync(rules)
  .map((rule) => path.join(rules, rule, 'bad.dts'))
  .filter((file) => existsSync(file));
const crlf = (text: string): string => text.replace(/\r?\n/g, '\r\n');

describe('line ends', function () {
  this.timeout(180_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-ends-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('--fix makes of a CRLF file what it makes of its twin', async () => {
    const fixable = boards.filter((file) => existsSync(path.join(path.dirname(file), 'fixed.dts')));
    assert.ok(fixable.length > 10);
    for (const board of fixable) {
      const results: string[] = [];
      for (const kind of ['lf', 'crlf'] as const) {
        const own = path.join(folder, kind, path.basename(path.dirname(board)));
        cpSync(path.dirname(board), own, { recursive: true });
        const copy = path.join(own, 'bad.dts');
        const text = readFileSync(board, 'utf8');
        writeFileSync(copy, kind === 'lf' ? text : crlf(text));
        const ran = await dtmap(['check', copy, '--fix-unsafe']);
        assert.doesNotMatch(ran.stderr, /dtmap itself/);
        results.push(readFileSync(copy, 'utf8'));
      }
      const [lf = '', withCr] = results;
      assert.equal(withCr, crlf(lf), board);
    }
  });

  it('every fix and refactoring does of a CRLF text what it does of its twin', async () => {
    const changesOf = async (file: string, text: string): Promise<string[]> => {
      const options = readOptions(text.replaceAll('\r', ''));
      const { board, findings, fixesOf, offersFor } = analyzeFile(file, options, text);
      const fixes = (await Promise.all(findings.map(fixesOf))).flat();
      const proposals = [...text.matchAll(/\{|memreserve/g)].flatMap(({ index }) =>
        refactorings(board, file, index),
      );
      for (const offer of await offersFor(proposals, undefined))
        if (offer.ok) fixes.push(offer.fix);
      return fixes
        .filter(({ edits }) => edits.every(({ at }) => at.file === file))
        .map(({ title, edits }) => `${title}\n${applyEdits(text, edits)}`);
    };
    let seen = 0;
    for (const board of boards) {
      const text = readFileSync(board, 'utf8').replaceAll('\r\n', '\n');
      const changes = await changesOf(board, text);
      const withCr = await changesOf(board, crlf(text));
      assert.deepEqual(withCr.map(crlf), changes.map(crlf));
      // The title is ours, so its line end is.
      assert.ok(withCr.every((each) => !/[^\r]\n/.test(each.slice(each.indexOf('\n') + 1))));
      seen += changes.length;
    }
    assert.ok(seen > 100, String(seen));
  });

  it('the formatter makes of a CRLF text what it makes of its twin', () => {
    for (const board of boards) {
      // Also without its layout, so that there is something to do.
      const text = readFileSync(board, 'utf8');
      for (const each of [text, text.replace(/^[ \t]+/gm, ''), text.replaceAll('{\n', '{')])
        assert.equal(formatText(crlf(each)), crlf(formatText(each)), board);
    }
  });

  it('an edit takes the line ends of the lines around it', () => {
    const at = (start: number, end = start): { file: string; start: number; end: number } => ({
      file: '',
      start,
      end,
    });
    const lines = 'a\r\nb\nc\r\nd';
    assert.equal(
      applyEdits(
        lines,
        [1, 4, 6, 9].map((start) => ({ at: at(start), text: '\nx\r\n' })),
      ),
      'a\r\nx\r\n\r\nb\nx\n\nc\r\nx\r\n\r\nd\r\nx\r\n',
    );
    assert.equal(applyEdits('ab', [{ at: at(1), text: '\n' }]), 'a\nb');
    assert.equal(applyEdits('', [{ at: at(0), text: '\n' }]), '\n');
  });

  it('edits of whole lines keep a text of one kind of one kind', () => {
    const line = fc
      .array(fc.constantFrom('a', '\t', '{', ';'), { maxLength: 3 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(), line, line)),
        (lines, raw) => {
          const text = lines.join('\n');
          const edited = (source: string): string => {
            const starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
            let from = 0;
            return applyEdits(
              source,
              raw
                .map(
                  ([a, b, one, two]) =>
                    [a % starts.length, b % starts.length, `${one}\n${two}\n`] as const,
                )
                .sort(([a], [b]) => a - b)
                .flatMap(([a, b, inserted]) => {
                  if (a < from || b < a) return [];
                  from = b;
                  return [
                    {
                      at: { file: '', start: starts[a] ?? 0, end: starts[b] ?? 0 },
                      text: inserted,
                    },
                  ];
                }),
            );
          };
          // A text of one line has no line end to keep.
          if (lines.length > 1) assert.equal(edited(crlf(text)), crlf(edited(text)));
        },
      ),
    );
  });
});
