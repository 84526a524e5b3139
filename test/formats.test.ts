// The output formats of `check`: SARIF against its published schema, GitHub annotations, fixes, and what blobs may do.

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
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { readOptions } from './support/annotations.ts';
import { CaselessFiles } from './support/caseless-files.ts';
import { dtmap, type Ran } from './support/run-dtmap.ts';

const fixtures = path.join(import.meta.dirname, 'fixtures');
const rules = path.join(fixtures, 'rules');
let folder = '';

interface SarifLog {
  readonly runs: readonly [
    {
      readonly invocations: readonly { readonly executionSuccessful: boolean }[];
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly relatedLocations?: readonly unknown[];
        readonly fixes?: readonly unknown[];
      }[];
    },
  ];
}

describe('formats', () => {
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-formats-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('SARIF', () => {
    const require = createRequire(import.meta.url);
    const schema = JSON.parse(
      readFileSync(
        require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'),
        'utf8',
      ),
    ) as object;
    // The schema's pattern of language tags is no regular expression with the u flag.
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
    addFormats(ajv);
    const validate = ajv.compile(schema);
    const boards = readdirSync(rules).map((rule) => path.join('rules', rule, 'bad.dts'));

    it('has at least 20 boards to be tried on', () => {
      assert.ok(boards.length >= 20, `${boards.length}`);
    });

    for (const board of boards) {
      it(`of ${board} fits the published schema`, async () => {
        const ran = await dtmap(['check', board, '--format', 'sarif', '--hints'], {
          cwd: fixtures,
        });
        assert.ok(validate(JSON.parse(ran.stdout)), JSON.stringify(validate.errors?.slice(0, 3)));
      });
    }

    it('of a board that could not be checked says that it was not successful', async () => {
      const ran = await dtmap(['check', 'none, or [a](b).dts', '--format', 'sarif'], {
        cwd: fixtures,
      });
      assert.equal(ran.status, 2);
      const log = JSON.parse(ran.stdout) as SarifLog;
      assert.ok(validate(log), JSON.stringify(validate.errors?.slice(0, 3)));
      const [{ invocations, tool }] = log.runs;
      assert.equal(invocations[0]?.executionSuccessful, false);
      assert.match(JSON.stringify(invocations), /"none, or \[a\\\\\]\(b\)\.dts: no such file"/);
      assert.deepEqual(tool.driver.rules, []);
    });

    it('of all of them together names each rule, other places and fixes', async () => {
      const ran = await dtmap(['check', ...boards, '--format', 'sarif', '--hints'], {
        cwd: fixtures,
      });
      const log = JSON.parse(ran.stdout) as SarifLog;
      assert.ok(validate(log), JSON.stringify(validate.errors?.slice(0, 3)));
      const [sarif] = log.runs;
      for (const result of sarif.results)
        assert.equal(sarif.tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
      assert.ok(sarif.results.some(({ relatedLocations }) => relatedLocations?.length));
      assert.ok(sarif.results.some(({ fixes }) => fixes?.length));
      assert.deepEqual([...new Set(sarif.results.map(({ level }) => level))].sort(), [
        'error',
        'note',
        'warning',
      ]);
    });

    it('the schema is strict enough to refuse a wrong log', () => {
      assert.equal(validate({ version: '2.1.0', runs: [{ results: [] }] }), false);
    });
  });

  it('GitHub annotations are as recorded', async () => {
    const ran = await dtmap(['check', 'board.dts', '--format', 'github', '--xen', '4.18'], {
      cwd: path.join(fixtures, 'cli'),
    });
    const golden = path.join(fixtures, 'cli/board.github.txt');
    if (process.env['UPDATE'] === '1') writeFileSync(golden, ran.stdout);
    assert.equal(ran.stdout, readFileSync(golden, 'utf8'));
  });

  describe('--fix makes of bad.dts what fixed.dts says', () => {
    const fixable = readdirSync(rules).filter((rule) =>
      existsSync(path.join(rules, rule, 'fixed.dts')),
    );

    it('is told for every rule that has a fix to apply', async () => {
      const without: string[] = [];
      for (const rule of readdirSync(rules)) {
        const bad = path.join(rules, rule, 'bad.dts');
        if (fixable.includes(rule) || !existsSync(bad)) continue;
        const own = path.join(folder, 'fixable', rule);
        cpSync(path.join(rules, rule), own, { recursive: true });
        const board = path.join(own, 'bad.dts');
        const argv = optionsOf(readFileSync(board, 'utf8'), path.join(rules, rule));
        const quiet = ['-W', rule, ...argv];
        const { stdout } = await dtmap(['check', board, '--fix-unsafe', '--dry-run', ...quiet]);
        if (stdout !== '') without.push(rule);
      }
      assert.deepEqual(without, []);
    });

    for (const rule of fixable) {
      it(rule, async () => {
        const own = path.join(folder, rule);
        cpSync(path.join(rules, rule), own, { recursive: true });
        const board = path.join(own, 'bad.dts');
        const text = readFileSync(board, 'utf8');
        const argv = optionsOf(text, path.join(rules, rule));
        const files = readOptions(text).get('disk') === undefined ? undefined : new CaselessFiles();
        const ran = await dtmap(['check', board, '--fix-unsafe', '-W', rule, ...argv], {
          ...(files && { files }),
        });
        assert.notEqual(ran.status, 2, ran.stderr);
        const expected = withoutAnnotations(readFileSync(path.join(own, 'fixed.dts'), 'utf8'));
        assert.equal(withoutAnnotations(readFileSync(board, 'utf8')), expected);
      });
    }
  });

  describe('blobs', function () {
    this.timeout(120_000);
    const sources: Readonly<Record<string, string>> = {
      'an empty tree': '/dts-v1/;\n/ { };\n',
      'reservations and a module': `/dts-v1/;
        /memreserve/ 0x1000 0x1000;
        / { #address-cells = <1>; #size-cells = <1>;
          memory@0 { device_type = "memory"; reg = <0 0x10000000>; };
          chosen { module@8000 { compatible = "multiboot,kernel"; reg = <0x8000 0x100>; }; }; };`,
      'a carve-out behind a bus': `/dts-v1/;
        / { #address-cells = <2>; #size-cells = <1>;
          memory { device_type = "memory"; reg = <0 0x40000000 0x40000000>; };
          reserved-memory { #address-cells = <2>; #size-cells = <1>; ranges;
            a { reg = <0 0x50000000 0x1000>; no-map; }; };
          bus { ranges = <0 0 0x1000 0x1000>; #address-cells = <1>; #size-cells = <1>;
            dev@0 { reg = <0 0x10>; }; }; };`,
    };

    async function blobOf(source: string): Promise<Buffer> {
      const { bytes, stderr } = await dtmap(['compile', '-'], { stdin: source });
      assert.equal(stderr, '');
      return bytes;
    }

    /** Status 0 or 1 with findings, or 2 with one line: never a trace, never silence about a failure. */
    function decent(ran: Ran, what: string): void {
      assert.doesNotMatch(ran.stdout + ran.stderr, /dtmap itself|\n\s+at /, what);
      if (ran.status === 2) assert.match(ran.stderr, /^dtmap: [^\n]+\n$/, what);
      else assert.ok(ran.status === 0 || ran.stdout !== '', what);
    }

    for (const [name, source] of Object.entries(sources)) {
      it(`each byte of ${name} flipped`, async () => {
        const blob = await blobOf(source);
        for (let at = 0; at < blob.length; at++) {
          const broken = Buffer.from(blob);
          broken[at] = (broken[at] ?? 0) ^ 0xff;
          decent(await dtmap(['check', '-', '--as', 'dtb'], { stdin: broken }), `byte ${at}`);
        }
      });

      it(`${name} cut at each length`, async () => {
        const blob = await blobOf(source);
        for (let length = 0; length < blob.length; length++) {
          const stdin = blob.subarray(0, length);
          const ran = await dtmap(['check', '-', '--as', 'dtb'], { stdin });
          assert.equal(ran.status, 2, `length ${length}`);
          decent(ran, `length ${length}`);
        }
      });
    }

    it('50 MB of nodes and 50 MB of nothing end', async () => {
      const started = process.cpuUsage();
      const blob = await blobOf(sources['an empty tree'] ?? '');
      const padded = Buffer.concat([blob, Buffer.alloc(50 << 20)]);
      padded.writeUInt32BE(padded.length, 4);
      decent(await dtmap(['check', '-', '--as', 'dtb'], { stdin: padded }), 'padding');
      decent(
        await dtmap(['check', '-', '--as', 'dtb'], { stdin: Buffer.alloc(50 << 20) }),
        'zeros',
      );
      decent(await dtmap(['check', '-', '--as', 'dtb'], { stdin: deepBlob(50 << 20) }), 'nodes');
      const { user, system } = process.cpuUsage(started);
      assert.ok(user + system < 60e6, `${(user + system) / 1e6} s of CPU time`);
    });
  });

  it('a source of nearly 10 MB ends with findings or one line', async function () {
    this.timeout(120_000);
    const board = path.join(folder, 'large.dts');
    const filler = 'many of them '.repeat(32);
    const nodes = Array.from(
      { length: 20_000 },
      (_, at) => `\tn${at} { p = <${at}>, "${at} of ${filler}"; };\n`,
    );
    writeFileSync(board, `/dts-v1/;\n/ {\n${nodes.join('')}};\n`);
    const ran = await dtmap(['check', board]);
    assert.doesNotMatch(ran.stderr, /dtmap itself/);
    assert.ok(ran.status === 0 || (ran.status === 1 && ran.stdout !== ''), ran.stderr);
  });
});

/** The `//- key: value` lines of a fixture as options of the command line. */
function optionsOf(text: string, own: string): string[] {
  return [...text.matchAll(/^\/\/-\s*([a-z]+):\s*(.*)$/gm)].flatMap(([, key, value = '']) => {
    const words = value.split(/\s+/).filter(Boolean);
    switch (key) {
      case 'targets':
        return words.flatMap((word) => [`--${word.split(':')[0]}`, word.split(':')[1] ?? '']);
      case 'overlays':
        return words.flatMap((word) => ['--overlay', path.join(own, word)]);
      case 'guests':
        return words.flatMap((word) => ['--guest', path.join(own, word)]);
      case 'script':
        return ['--boot-script', path.join(own, words[0] ?? '')];
      case 'bindings':
        return [`--bindings=${path.join(own, words[0] ?? '')}`];
      case 'profile':
        return ['--profile', path.join(own, words[0] ?? '')];
      case 'rules':
        return words.flatMap((word) => {
          const [rule = '', state] = word.split('=');
          return ['-W', state === 'off' ? `no-${rule}` : rule];
        });
      default:
        return [];
    }
  });
}

/** A fixture without the comments that annotate it. */
function withoutAnnotations(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*\/\/\s*(?:\^|<-)/.test(line) && !line.startsWith('//-'))
    .join('\n');
}

/** A blob of many empty nodes, each inside the one before up to a depth, then side by side. */
function deepBlob(size: number): Buffer {
  const nodes = Math.floor(size / 16);
  const structure = Buffer.alloc(nodes * 16 + 16);
  let at = 0;
  const word = (value: number): void => {
    structure.writeUInt32BE(value, at);
    at += 4;
  };
  word(1);
  word(0);
  for (let node = 0; node < nodes - 1; node++) {
    word(1);
    word(0x61000000 + (node & 0xff) * 0x10000);
    word(2);
  }
  word(2);
  word(9);
  const blob = Buffer.alloc(56 + at);
  [0xd00dfeed, blob.length, 56, 56 + at, 40, 17, 16, 0, 0, at].forEach((value, index) =>
    blob.writeUInt32BE(value, index * 4),
  );
  structure.copy(blob, 56, 0, at);
  return blob;
}
