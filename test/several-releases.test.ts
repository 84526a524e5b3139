// What is printed when several releases are asked for: one result for each, with the name of the release.

import assert from 'node:assert/strict';
import path from 'node:path';
import { dtmap } from './support/run-dtmap.ts';

const root = path.join(import.meta.dirname, '..');
const sample = 'client/sample/board.dts';
/** Boots under both releases; the sample's dom0 is not reached under 4.19. */
const booting = 'test/fixtures/xen-boots/two-banks-resv/board.dts';

interface Released {
  readonly version: number;
  readonly target?: string;
  readonly release?: string;
  readonly absent?: string;
  readonly banks: readonly unknown[];
}

const run = (argv: readonly string[]): ReturnType<typeof dtmap> => dtmap(argv, { cwd: root });

describe('several releases', () => {
  for (const reader of ['xen', 'dom0'])
    it(`map --for ${reader} has a map for each, in the order asked for`, async () => {
      const argv = ['map', booting, '--for', reader, '--xen', '4.19,4.18'];
      const { stdout, status } = await run(argv);
      assert.equal(status, 0);
      const headlines = stdout.match(/^Memory map .*$/gm);
      assert.deepEqual(headlines, [
        `Memory map for ${reader} (xen:4.19.6)`,
        `Memory map for ${reader} (xen:4.18.6)`,
      ]);
      const json = await run([...argv, '--format', 'json']);
      const maps = JSON.parse(json.stdout) as Released[];
      assert.deepEqual(
        maps.map(({ version, target, release }) => [version, target, release]),
        [
          [1, 'xen:4.19', '4.19.6'],
          [1, 'xen:4.18', '4.18.6'],
        ],
      );
      const markdown = await run([...argv, '--format', 'markdown']);
      assert.equal(markdown.stdout.match(/^\*\*Memory map for/gm)?.length, 2);
      // As each has it alone.
      for (const [index, release] of ['4.19', '4.18'].entries()) {
        const alone = await run([...argv.slice(0, -1), release, '--format', 'json']);
        assert.deepEqual(JSON.parse(alone.stdout), maps[index]);
      }
    });

  it('map tells of which release there is no such reader, and ends with status 2', async () => {
    const argv = ['map', sample, '--for', 'dom0', '--xen', '4.18,4.19'];
    const ran = await run([...argv, '--format', 'json']);
    assert.equal(ran.status, 2);
    assert.match(ran.stderr, /^dtmap: no dom0 under Xen 4\.19\.6: /m);
    const [first, second] = JSON.parse(ran.stdout) as Released[];
    assert.ok(first && first.absent === undefined && first.banks.length > 0);
    assert.match(second?.absent ?? '', /^no dom0 under Xen 4\.19\.6: /);
    assert.equal(second?.target, 'xen:4.19');
    const text = await run(argv);
    assert.match(text.stdout, /^Memory map for dom0 \(xen:4\.19\.6\)\nno dom0 under/m);
  });

  it('map of a domain has one for each, and refuses a name that is none', async () => {
    const board = 'test/fixtures/xen-boots/static-mem/board.dts';
    const argv = ['map', board, '--xen', '4.18,4.19', '--format', 'json', '--for'];
    const maps = JSON.parse((await run([...argv, 'domU1'])).stdout) as Released[];
    assert.deepEqual(
      maps.map(({ target }) => target),
      ['xen:4.18', 'xen:4.19'],
    );
    const wrong = await run([...argv, 'domU7']);
    assert.match(wrong.stderr, /^dtmap: domU7: no such reader; there are [^\n]*\n$/);
    assert.equal(wrong.stdout, '');
  });

  it('map for the host is one, whatever releases are asked for', async () => {
    const { stdout } = await run(['map', booting, '--xen', '4.18,4.19', '--format', 'json']);
    assert.equal((JSON.parse(stdout) as Released).target, undefined);
  });

  it('boot names the release above its lines, and only then', async () => {
    const alone = await run(['boot', booting, '--xen', '4.18']);
    assert.match(alone.stdout, /^\(XEN\) /);
    const both = await run(['boot', booting, '--xen', '4.18,4.19']);
    const other = await run(['boot', booting, '--xen', '4.19']);
    assert.equal(both.stdout, `Xen 4.18.6:\n${alone.stdout}\nXen 4.19.6:\n${other.stdout}`);
  });

  it('boot --compare compares the log with each', async () => {
    const recorded = 'test/fixtures/xen-boots/seed-scaled';
    const log = `${recorded}/4.18.6/xen.log`;
    const argv = ['boot', `${recorded}/board.dts`, '--xen', '4.18,4.19', '--compare', log];
    const { stdout } = await run(argv);
    assert.match(stdout, /Xen 4\.18\.6/);
    assert.match(stdout, /Xen 4\.19\.6/);
    const json = await run([...argv, '--format', 'json']);
    const compared = JSON.parse(json.stdout) as Released[];
    assert.deepEqual(
      compared.map(({ target }) => target),
      ['xen:4.18', 'xen:4.19'],
    );
  });

  it('decode and facts name the target as it was asked for, and its release', async () => {
    const decoded = await run([
      'decode',
      sample,
      '0x60000000',
      '--xen',
      '4.18',
      '--format',
      'json',
    ]);
    const { owners } = JSON.parse(decoded.stdout) as { owners: (Released & { view: string })[] };
    const [tree, ...others] = owners;
    assert.equal(tree?.target, undefined);
    for (const { view, target, release } of others.filter(({ view }) => view.includes('Xen')))
      assert.deepEqual([target, release], ['xen:4.18', '4.18.6'], view);
    const facts = await run(['facts', sample, '--xen', '4.18', '--format', 'json']);
    const told = JSON.parse(facts.stdout) as {
      readonly targets: readonly string[];
      readonly facts: readonly { readonly decides: readonly Released[] }[];
    };
    assert.deepEqual(told.targets, ['xen:4.18']);
    const decides = told.facts.flatMap((each) => each.decides);
    assert.ok(decides.length > 0);
    for (const each of decides)
      assert.deepEqual([each.target, each.release], ['xen:4.18', '4.18.6']);
  });
});
