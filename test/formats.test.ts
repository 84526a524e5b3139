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
const sample = '../../client/sample/board.dts';
let folder = '';

interface SaxParser {
  onerror: (error: Error) => void;
  onopentag: (tag: { name: string; attributes: Readonly<Record<string, string>> }) => void;
  ontext: (text: string) => void;
  onclosetag: () => void;
  write(text: string): { close(): void };
}
const { parser: saxParser } = createRequire(import.meta.url)('sax') as {
  readonly parser: (strict: boolean) => SaxParser;
};

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

  describe('what code scanning shows of a result', () => {
    interface Results {
      readonly runs: readonly [
        { readonly results: readonly { readonly message: { text: string } }[] },
      ];
    }
    const sarif = async (argv: readonly string[]): Promise<string> => {
      const ran = await dtmap(['check', ...argv, '--format', 'sarif'], { cwd: fixtures });
      return ran.stdout;
    };

    it('is the sentence, the line of the console with who prints it, and the targets', async () => {
      const text = await sarif([sample, '--xen', '4.18']);
      const [{ results }] = (JSON.parse(text) as Results).runs;
      const whole = results.map(({ message }) => message.text.split('\n'));
      assert.ok(
        whole.some((lines) => lines.some((line) => /^Xen 4\.18 prints: \(XEN\) /.test(line))),
      );
      assert.ok(whole.some((lines) => lines.at(-1) === 'holds for xen:4.18'));
      for (const [sentence = ''] of whole) assert.doesNotMatch(sentence, /\(XEN\)|holds for/);
    });

    it('is no part of the sentence when shards are merged', async () => {
      const file = path.join(folder, 'whole.sarif');
      const text = await sarif(['cli/board.dts', '--xen', '4.18,4.19']);
      writeFileSync(file, text);
      const merged = await dtmap(['merge', file], { cwd: fixtures });
      assert.equal(merged.stdout, text);
    });

    it('takes a few kilobytes a rule, and only for rules that are broken', async () => {
      const clean = await sarif(['cli/clean.dts']);
      assert.ok(clean.length < 1500, String(clean.length));
      const board = await sarif(['cli/board.dts', '--xen', '4.18']);
      const [{ tool }] = (JSON.parse(board) as SarifLog).runs;
      const { rules: named } = tool.driver;
      assert.ok(named.length > 0 && JSON.stringify(named).length < 5000 * named.length);
    });
  });

  describe('GitLab', () => {
    interface Issue {
      readonly description: string;
      readonly check_name: string;
      readonly fingerprint: string;
      readonly severity: string;
      readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
    }
    // What GitLab's documentation of Code Quality says that it reads.
    const isIssue = new Ajv({ strict: false }).compile({
      type: 'array',
      items: {
        type: 'object',
        required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
        properties: {
          description: { type: 'string', minLength: 1 },
          check_name: { type: 'string', minLength: 1 },
          fingerprint: { type: 'string', pattern: '^[0-9a-f]+$' },
          severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
          location: {
            type: 'object',
            required: ['path', 'lines'],
            properties: {
              path: { type: 'string', pattern: '^[^/]' },
              lines: {
                properties: { begin: { type: 'integer', minimum: 1 } },
                required: ['begin'],
              },
            },
          },
        },
      },
    });

    it('has an issue for each finding, with a fingerprint of its own', async () => {
      const argv = ['check', sample, 'cli/none.dts', '--xen', '4.18'];
      const ran = await dtmap([...argv, '--format', 'gitlab'], { cwd: fixtures });
      assert.equal(ran.status, 2);
      const issues = JSON.parse(ran.stdout) as Issue[];
      assert.ok(isIssue(issues), JSON.stringify(isIssue.errors));
      assert.equal(new Set(issues.map(({ fingerprint }) => fingerprint)).size, issues.length);
      const json = await dtmap([...argv, '--format', 'json'], { cwd: fixtures });
      const { findings } = JSON.parse(json.stdout) as { findings: { severity: string }[] };
      const shown = findings.filter(({ severity }) => severity !== 'hint');
      assert.equal(issues.length, shown.length + 1);
      assert.match(issues[0]?.description ?? '', /^not checked: cli\/none\.dts: no such file$/);
      assert.ok(
        issues.some(({ description }) => /Xen 4\.18 prints: .*holds for /.test(description)),
      );
    });

    it('is an empty list for a board without findings', async () => {
      const ran = await dtmap(['check', 'cli/clean.dts', '--format', 'gitlab'], { cwd: fixtures });
      assert.equal(ran.stdout, '[]\n');
    });
  });

  describe('JUnit', () => {
    interface Element {
      readonly name: string;
      readonly attributes: Readonly<Record<string, string>>;
      text: string;
    }
    /** Every element of an XML text, which must be well formed. */
    function elementsOf(text: string): Element[] {
      const parser = saxParser(true);
      const open: Element[] = [];
      const all: Element[] = [];
      parser.onerror = (error) => {
        throw error;
      };
      parser.onopentag = ({ name, attributes }) => {
        const element: Element = { name, attributes, text: '' };
        open.push(element);
        all.push(element);
      };
      parser.ontext = (part) => {
        const inner = open.at(-1);
        if (inner) inner.text += part;
      };
      parser.onclosetag = () => void open.pop();
      parser.write(text).close();
      return all;
    }

    it('has a suite for each board, and a case that fails for each error and warning', async () => {
      const argv = ['check', 'cli/board.dts', 'cli/clean.dts', 'cli/none.dts', '--xen', '4.18'];
      const ran = await dtmap([...argv, '--format', 'junit'], { cwd: fixtures });
      const all = elementsOf(ran.stdout);
      const suites = all.filter(({ name }) => name === 'testsuite');
      assert.deepEqual(
        suites.map(({ attributes }) => attributes['name']),
        ['cli/none.dts', 'cli/board.dts', 'cli/clean.dts'],
      );
      const sum = (count: string): number =>
        suites.reduce((total, { attributes }) => total + Number(attributes[count]), 0);
      const number = (name: string): number => all.filter((each) => each.name === name).length;
      assert.equal(sum('tests'), number('testcase'));
      assert.equal(sum('failures'), number('failure'));
      assert.equal(sum('errors'), number('error'));
      const json = await dtmap([...argv, '--format', 'json'], { cwd: fixtures });
      const { findings } = JSON.parse(json.stdout) as { findings: { severity: string }[] };
      const faults = findings.filter(({ severity }) => /error|warning/.test(severity));
      assert.ok(faults.length > 0);
      assert.equal(number('failure'), faults.length);
      assert.ok(all.some(({ name, text }) => name === 'failure' && /\(XEN\) /.test(text)));
    });

    it('is well formed whatever a tree and a name of a file hold', async () => {
      const name = 'a"<&>\u0001\u202e.dts';
      writeFileSync(
        path.join(folder, name),
        '/dts-v1/;\n/ { a@1 { label = "]]>\u0002<b>&\ufffe"; reg = <1 2 3>; }; a@1 { }; };\n<<&',
      );
      const ran = await dtmap(['check', name, '--format', 'junit'], { cwd: folder });
      const all = elementsOf(ran.stdout);
      assert.ok(all.some((each) => each.name === 'failure'));
      assert.doesNotMatch(ran.stdout, /[\u0000-\u0008\ufffe\u202e]/);
    });
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
