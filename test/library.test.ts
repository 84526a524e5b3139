// The library gives what the command line prints as JSON, and fails where that ends with status 2.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { makeLibrary } from '../server/src/cli/make-library.ts';
import { NodeFiles } from '../server/src/node-files.ts';
import { dtmap, shellOf } from './support/run-dtmap.ts';

const root = path.join(import.meta.dirname, '..');
const board = 'test/fixtures/xen-boots/two-banks-resv/board.dts';
const sample = 'client/sample/board.dts';
const oneCpu = path.join(root, 'test/fixtures/profiles/one-cpu.json');
const overlap = 'test/fixtures/xen-boots/resv-overlap';
const releases = { xen: ['4.18', '4.19'] };

/** What was written to the shells of the library: nothing may be. */
const written: string[] = [];
const output = {
  write: (text: unknown): void => {
    if (String(text) !== '') written.push(String(text));
  },
  isTTY: false,
};
const library = makeLibrary(() => ({
  ...shellOf(root, new NodeFiles()).shell,
  stdout: output,
  stderr: output,
}));

/** What a command prints as JSON. */
async function printed(...argv: string[]): Promise<unknown> {
  const { stdout, stderr } = await dtmap([...argv, '--format', 'json'], { cwd: root });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as unknown;
}

/** As it would come through JSON: a field that is undefined is none. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

describe('library', function () {
  this.timeout(60_000);
  const xen = ['--xen', '4.18,4.19'];
  const cases: Readonly<Record<string, readonly [() => Promise<unknown>, () => Promise<unknown>]>> =
    {
      analyze: [() => library.analyze(sample, releases), () => printed('check', sample, ...xen)],
      'check of folders, with rules': [
        () =>
          library.check([path.dirname(sample), 'none.dts'], {
            ...releases,
            rules: { 'reserved-overlap': 'off', 'xen-panic': 'warning' },
            minSeverity: 'warning',
          }),
        () =>
          printed(
            ...['check', path.dirname(sample), 'none.dts', ...xen, '--min-severity', 'warning'],
            ...['-W', 'no-reserved-overlap', '-W', 'xen-panic', '-E', 'no-xen-panic'],
          ),
      ],
      map: [
        () => library.map(board, { ...releases, for: 'xen' }),
        () => printed('map', board, ...xen, '--for', 'xen'),
      ],
      'map for the host': [
        async () => (await library.map(board))[0],
        () => printed('map', board, '--for', 'host'),
      ],
      boot: [() => library.boot(board, releases), () => printed('boot', board, ...xen)],
      'boot with a profile as a value': [
        async () => {
          const profile = JSON.parse(readFileSync(oneCpu, 'utf8')) as Record<string, unknown>;
          return (await library.boot(board, { xen: ['4.18'], profile }))[0];
        },
        () => printed(...['boot', board, '--xen', '4.18'], ...['--profile', oneCpu]),
      ],
      'decode of an address': [
        () => library.decode(sample, 0x60000000n, releases),
        () => printed('decode', sample, '0x60000000', ...xen),
      ],
      'decode of a frame': [
        () => library.decode(sample, { mfn: '0x1a02dc' }, releases),
        () => printed('decode', sample, '--mfn', '0x1a02dc', ...xen),
      ],
      'explain of a rule': [
        () => library.explain('xen-panic'),
        () => printed('explain', 'xen-panic'),
      ],
      'explain of a log': [
        () => library.explain(`${overlap}/4.19.6/xen.log`, { board: `${overlap}/board.dts` }),
        () => printed('explain', `${overlap}/4.19.6/xen.log`, '--board', `${overlap}/board.dts`),
      ],
      'diff of files': [
        async () => (await library.diff(board, sample))[0],
        () => printed('diff', board, sample),
      ],
      'diff of releases': [
        () => library.diff(board, undefined, releases),
        () => printed('diff', board, ...xen),
      ],
      facts: [() => library.facts(sample, releases), () => printed('facts', sample, ...xen)],
    };
  for (const [name, [ask, print]] of Object.entries(cases))
    it(`${name} is what is printed`, async () => {
      const [given, expected] = [plain(await ask()), await print()];
      assert.deepEqual(given, expected);
      assert.deepEqual(written, []);
    });

  it('compile gives the bytes of the command line', async () => {
    for (const symbols of [false, true]) {
      const { bytes } = await dtmap(['compile', sample, ...(symbols ? ['-@'] : [])], { cwd: root });
      assert.deepEqual(Buffer.from(await library.compile(sample, { symbols })), bytes);
    }
  });

  it('reads texts that stand in place of files, for every input', async () => {
    const files = {
      'unsaved.dts': '/dts-v1/;\n/ {\n\t#include "part.dtsi"\n};\n',
      'part.dtsi': 'a = <1>;\n',
      'xen.log': '(XEN) RAM: 0000000040000000 - 00000000bfffffff\n',
    };
    assert.deepEqual((await library.analyze('unsaved.dts', { files })).files, ['unsaved.dts']);
    const log = await library.explain('xen.log', { files });
    assert.ok('lines' in log && log.lines.length === 1);
  });

  const refused: Readonly<Record<string, readonly [() => Promise<unknown>, RegExp]>> = {
    'a board that is not there': [() => library.analyze('none.dts'), /^none\.dts: no such file$/],
    'a release that is none': [
      () => library.check(sample, { xen: ['9.9'] }),
      /^xen:9\.9: no such release; /,
    ],
    'a rule that is none': [
      () => library.check(sample, { rules: { 'of-this-name': 'error' } }),
      /^of-this-name: no such rule/,
    ],
    'a profile with a wrong value': [
      () => library.boot(sample, { profile: { cpus: 'many' } }),
      /^profile: cpus: must be /,
    ],
    'a profile that the tree contradicts': [
      () => library.boot(sample, { profile: { architecture: 'arm32' } }),
      /^profile: architecture: is "arm32", but /,
    ],
    'what is no address': [() => library.decode(sample, 'here'), /^here: not an address$/],
    'a reader that is none': [() => library.map(sample, { for: 'dom9' }), /^dom9: no such reader/],
    'what is neither a rule nor a log': [
      () => library.explain('nothing'),
      /^nothing: neither a rule nor a file/,
    ],
    'a diff of one file without releases': [
      () => library.diff(sample, undefined),
      /two files, or one and two releases/,
    ],
  };
  for (const [name, [ask, because]] of Object.entries(refused))
    it(`rejects ${name} with one line`, async () => {
      await assert.rejects(ask, (error: Error) => {
        assert.match(error.message, because);
        assert.doesNotMatch(error.message, /\n|fault of dtmap/);
        return true;
      });
    });
});
