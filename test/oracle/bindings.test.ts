// What dt-validate (Debian's dt-schema) says of a kernel's boards against ours: the same nodes, bindings, properties and kinds.
// Only where it is asked for, since dt-schema takes minutes: DTMAP_BINDING_BOARDS=0 compares three small boards, N as many seeded ones,
// each of which takes dt-validate half a minute.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readTree } from '../../server/src/analysis/read-tree.ts';
import { checkNodes, forEachBreach } from '../../server/src/bindings/check-nodes.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { randomNumbers } from '../support/random-edits.ts';
import { readBindings } from '../support/read-bindings.ts';
import { boardFiles, kernelBindings, kernelIncludePaths, kernelTree } from './kernel-tree.ts';
import { makeReferences, referenceBlob } from './reference-outputs.ts';

const cache = join(import.meta.dirname, '../../.cache');
const validate = join(import.meta.dirname, 'dt-validate.py');
const smallBoards = ['cavium/thunder2-99xx', 'toshiba/tmpv7708-rm-mbrc', 'marvell/armada-3720-db'];

/** An error as dt-validate has it. */
interface Said {
  readonly node: string;
  readonly schema: string;
  readonly path: readonly (string | number)[];
  readonly kind: string | null;
  readonly says: string;
}

/** Differences that are meant, by the beginning of the schema and the kind: test/corpus/bindings.tsv. */
const explained = readFileSync(join(import.meta.dirname, '../corpus/bindings.tsv'), 'utf8')
  .split('\n')
  .slice(1)
  .filter((line) => line !== '')
  .map((line) => line.split('\t') as [side: string, schema: string, kind: string, why: string]);

const asked = process.env['DTMAP_BINDING_BOARDS'];

function compareWithDtValidate(this: Mocha.Suite): void {
  this.timeout(0);
  const boards = chosenBoards();
  const bindings = readBindings(kernelBindings());
  const files = new NodeFiles();
  const preprocessed = new PreprocessCache();
  let both = 0;
  const different = { missed: 0, invented: 0 };

  before(() => {
    makeReferences(boards);
  });

  for (const board of boards)
    it(relative(kernelTree(), board), function () {
      const blob = referenceBlob(board, 'without -@');
      if (blob === undefined) {
        // dtc refuses the board: there is nothing to validate.
        assert.ok(boards.length > smallBoards.length, board);
        return;
      }
      const theirs = new Set(saidOf(board, blob).map(keyOf));
      const ours = new Set(oursOf(board));
      const unexplained = (keys: Iterable<string>, side: string): string[] =>
        [...keys].filter(
          (key) =>
            !explained.some(
              ([of, schema, kind]) =>
                of === side && key.includes(` ${schema}`) && key.includes(` ${kind} `),
            ),
        );
      const missed = [...theirs].filter((key) => !ours.has(key));
      const invented = [...ours].filter((key) => !theirs.has(key));
      both += [...theirs].filter((key) => ours.has(key)).length;
      different.missed += missed.length;
      different.invented += invented.length;
      assert.deepEqual(
        { missed: unexplained(missed, 'missed'), invented: unexplained(invented, 'invented') },
        { missed: [], invented: [] },
      );
    });

  it('says at least 98 % of what dt-validate says, and 2 % more at most', () => {
    assert.ok(both > 0);
    assert.ok(both / (both + different.missed) >= 0.98, `${both} of ${both + different.missed}`);
    assert.ok(both / (both + different.invented) >= 0.98, `${different.invented} beside ${both}`);
  });

  it('reads all binding files but those it names', () => {
    const read = [...bindings.files.keys()].filter((id) => bindings.binding(id) !== undefined);
    assert.ok(read.length > 2900);
    assert.deepEqual(
      bindings.faults.map(({ file, because }) => `${relative(kernelBindings(), file)}: ${because}`),
      ['pinctrl/ralink,mt7620-pinctrl.yaml: missed comma between flow collection entries'],
    );
  });

  function oursOf(board: string): string[] {
    const preprocessor = { includePaths: kernelIncludePaths(board), defines: new Map() };
    const reading = readTree(
      board,
      files,
      { preprocessor, symbols: false },
      preprocessed,
      undefined,
    );
    if (reading.kind !== 'tree') assert.fail(`${board}: ${reading.kind}`);
    const keys: string[] = [];
    forEachBreach(checkNodes(reading.tree, bindings), (node, { binding, violation }) => {
      const { path, keyword, names } = violation;
      keys.push([node.path, binding, path.join('/'), keyword, names.toSorted().join()].join(' '));
    });
    return keys;
  }
}

if (asked !== undefined) describe('bindings', compareWithDtValidate);

/** The seeded boards that are asked for, else the small ones. */
function chosenBoards(): readonly string[] {
  const wanted = Number(asked);
  const all = boardFiles('arm64').filter((name) => name.endsWith('.dts'));
  if (wanted === 0)
    return all.filter((name) => smallBoards.some((each) => name.endsWith(`/${each}.dts`)));
  const random = randomNumbers(1);
  const shuffled = [...all];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] ?? '', shuffled[last] ?? ''];
  }
  return shuffled.slice(0, wanted);
}

/** All bindings in one file, as dt-validate reads them; made once. */
function processedBindings(): string {
  const version = execFileSync('dt-validate', ['--version'], { encoding: 'utf8' }).trim();
  const folder = kernelBindings();
  const key = createHash('sha256').update(`${version} ${folder}`).digest('hex').slice(0, 16);
  const file = join(cache, `bindings-${key}.json`);
  if (!existsSync(file)) {
    execFileSync('dt-mk-schema', ['-j', '-o', `${file}.new`, folder], { stdio: 'ignore' });
    renameSync(`${file}.new`, file);
  }
  return file;
}

/** What dt-validate says of a blob; remembered by its bytes. */
function saidOf(board: string, blob: Uint8Array): readonly Said[] {
  const processed = processedBindings();
  const key = createHash('sha256').update(blob).update(processed).digest('hex').slice(0, 16);
  const file = join(cache, 'dt-validate', `${key}.jsonl`);
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.dtb`, blob);
    const { stdout, status } = spawnSync('/usr/bin/python3', [validate, processed, `${file}.dtb`], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    assert.equal(status, 0, board);
    writeFileSync(file, stdout);
  }
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Said)
    .filter(({ schema }) => schema !== 'generated-compatibles');
}

function keyOf({ node, schema, path, kind, says }: Said): string {
  const keyword = kind ?? 'false';
  const names = namesIn(says, keyword).sort().join();
  return [node, schema.replace(/#$/, ''), path.join('/'), keyword, names].join(' ');
}

/** The names in the message of an error that is about names. */
function namesIn(says: string, keyword: string): string[] {
  if (keyword === 'required') return [/^'([^']*)'/.exec(says)?.[1] ?? ''];
  if (keyword === 'dependentRequired') return [/^'([^']*)'/.exec(says)?.[1] ?? ''];
  if (keyword !== 'additionalProperties' && keyword !== 'unevaluatedProperties') return [];
  const list =
    /^(.*) do(?:es)? not match any/.exec(says) ?? /\((.*) (?:was|were) unexpected\)/.exec(says);
  return [...(list?.[1] ?? '').matchAll(/'([^']*)'/g)].map(([, name = '']) => name);
}
