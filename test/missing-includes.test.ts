// What a missing include silences: all that it may define, and nothing else; every view gives it as the reason.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { codeLenses } from '../server/src/ide/code-lenses.ts';
import { decodeAddress } from '../server/src/ide/decode-address.ts';
import { hover } from '../server/src/ide/hover.ts';
import { defaultThemes, paletteFor } from '../server/src/map-view/map-palette.ts';
import { writeMap } from '../server/src/map-view/draw-map.ts';
import { makeMapModel } from '../server/src/map-view/make-map-model.ts';
import { analyzeFile, type AnalyzedFile } from './support/analyze-file.ts';
import { dtmap } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

const targets = new Map([['targets', 'xen:4.18 xen:4.22 linux:6.12']]);

const HEAD = '/dts-v1/;\n#include "soc.dtsi"\n';
const CELLS = '/ { #address-cells = <2>; #size-cells = <2>; };\n';
const MEMORY =
  '/ { memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; }; };\n';
const RESERVED = `/ { reserved-memory {
	#address-cells = <2>; #size-cells = <2>; ranges;
	a@50000000 { reg = <0 0x50000000 0 0x100000>; no-map; };
}; };
`;

/** What the include defines, what hangs on it, and the rules that speak when it is empty instead. */
const KINDS: readonly (readonly [
  kind: string,
  include: string,
  board: string,
  whenEmpty: readonly string[],
])[] = [
  [
    'a label that is opened',
    '/ { uart0: serial { }; };',
    '&uart0 { status = "okay"; };',
    ['semantic-error'],
  ],
  [
    'a label that is referred to',
    '/ { gpio: gpio { #gpio-cells = <0>; gpio-controller; }; };',
    '/ { led { gpios = <&gpio>; }; };',
    ['phandle_references'],
  ],
  [
    'a label whose path is taken',
    '/ { uart0: serial { }; };',
    '/ { aliases { serial0 = &uart0; }; };',
    ['path_references'],
  ],
  [
    'a node that is deleted',
    '/ { spare: spare { }; };',
    '/delete-node/ &spare;',
    ['semantic-error'],
  ],
  ['a macro for a cell', '#define LOW 1', '/ { led { level = <LOW>; }; };', ['syntax-error']],
  [
    'a macro with arguments',
    '#define PIN(a, b) a b',
    '/ { led { pins = <PIN(1, 2)>; }; };',
    ['syntax-error'],
  ],
  [
    'a macro for a string',
    '#define STATE "on"',
    '/ { led { default-state = STATE; }; };',
    ['syntax-error'],
  ],
  ['a macro for a node', '#define NODE(n) n { };', '/ { NODE(led)\n };', ['syntax-error']],
  ['a macro for a property', '#define FLAG no-map', '/ { led { FLAG; size = <1>; }; };', []],
  ['a macro behind a subnode', '#define MORE more { };', '/ { led { }; MORE };', ['syntax-error']],
  ['a macro at the top level', '#define BOARD / { };', 'BOARD\n/ { };', ['syntax-error']],
  [
    'a macro of a condition',
    '#define OLD 1',
    '#if 8 / OLD\n#endif\n/ { };',
    ['preprocessor-error'],
  ],
  [
    'a macro that skips an #error',
    '#define SOC 1',
    '#ifndef SOC\n#error no SOC\n#endif\n/ { };',
    ['preprocessor-error'],
  ],
  [
    'a macro that switches off a fault',
    '#define SOC 1',
    '#ifndef SOC\n/ { led { level = <08>; }; };\n#endif\n/ { };',
    ['syntax-error'],
  ],
  [
    'a macro that chooses another branch',
    '#define SOC 2',
    '#if 0\n#elif SOC == 2\n/ { };\n#else\n/ { led { level = <08>; }; };\n#endif',
    ['syntax-error'],
  ],
  [
    'a macro that switches off half a node',
    '#define SOC 1',
    '#ifndef SOC\n/ { led {\n#endif\n/ { a = <1>; b { }; };',
    ['syntax-error'],
  ],
  ['the number of cells', CELLS, MEMORY, ['reg-length', 'avoid_default_addr_size']],
  [
    'the cells of a bus',
    '/ { bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0 0x1000>; }; };',
    `${CELLS}/ { bus { dev@100 { reg = <0x100 0x10>; }; }; };`,
    ['avoid_default_addr_size'],
  ],
  [
    'the cells of a provider',
    '/ { clk: clk { #clock-cells = <1>; }; };',
    '/ { dev { clocks = <&clk 1>; }; };',
    ['phandle_references'],
  ],
  [
    'more RAM',
    `${CELLS}/ { memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x40000000>; }; };`,
    `${CELLS}${MEMORY}/ { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; far@90000000 { reg = <0 0x90000000 0 0x100000>; no-map; }; }; };`,
    ['reserved-outside-ram'],
  ],
  [
    'ranges of reserved memory',
    '/ { reserved-memory { ranges; }; };',
    `${CELLS}${MEMORY}${RESERVED.replace(' ranges;', '')}`,
    ['reserved-format'],
  ],
  ['the version', '/dts-v1/;', '/ { };', []],
];

interface Reason {
  readonly because: string;
}

let folder = '';

function read(include: string | undefined, board: string): AnalyzedFile {
  rmSync(folder, { recursive: true, force: true });
  writeFiles(folder, {
    'board.dts': board,
    ...(include === undefined ? {} : { 'soc.dtsi': `${include}\n` }),
  });
  return analyzeFile(path.join(folder, 'board.dts'), targets);
}

const rulesOf = ({ findings }: AnalyzedFile): string[] =>
  findings.filter(({ severity }) => severity !== 'hint').map(({ rule }) => rule);

describe('a missing include', () => {
  before(() => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'dtmap-missing-')), 'w');
  });
  after(() => {
    rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  for (const [kind, include, board, whenEmpty] of KINDS)
    it(`may define ${kind}`, () => {
      const text = HEAD + board;
      const empty = rulesOf(read('', text));
      for (const rule of whenEmpty) assert.ok(empty.includes(rule), `${rule} in ${empty.join()}`);
      const complete = rulesOf(read(include, text));
      for (const rule of whenEmpty) assert.ok(!complete.includes(rule), complete.join());
      assert.deepEqual(rulesOf(read(undefined, text)), ['include-not-found']);
    });

  it('may be the whole base, with /dts-v1/ and the root', () => {
    const text = '#include "soc.dtsi"\n&a { status = "okay"; };\n';
    assert.deepEqual(rulesOf(read('/dts-v1/; / { a: a { }; };', text)), []);
    assert.deepEqual(rulesOf(read(undefined, text)), ['include-not-found']);
  });

  for (const [fault, board, rule] of [
    ['a missing semicolon', '/ { reg = <1>\n status = "okay"; };', 'syntax-error'],
    ['a missing semicolon behind a node', '/ { a { }\n b { }; };', 'syntax-error'],
    ['a missing brace', '/ { a { b = <1>; };', 'syntax-error'],
    ['a brace too many', '/ { a { b = <1>; }; }; };', 'syntax-error'],
    ['a wrong bracket', '/ { a = <1 2]; };', 'syntax-error'],
    ['a string that does not end', '/ { a = "b; };', 'syntax-error'],
    ['a number that is none', '/ { a = <089>; };', 'syntax-error'],
    ['a number behind an #if of numbers', '#if 1\n/ { a = <089>; };\n#endif', 'syntax-error'],
    ['an #if without #endif', '#ifdef A\n/ { };', 'preprocessor-error'],
    ['an #endif without #if', '#endif\n/ { };', 'preprocessor-error'],
  ] as const)
    it(`explains no fault of the text alone: ${fault}`, () => {
      assert.ok(rulesOf(read('', HEAD + board)).includes(rule));
      assert.deepEqual(
        new Set(rulesOf(read(undefined, HEAD + board))),
        new Set(['include-not-found', rule]),
      );
    });

  it('explains nothing that cpp refuses before it', () => {
    const text = '/dts-v1/;\n#error not yet\n#include "soc.dtsi"\n/ { };\n';
    assert.deepEqual(rulesOf(read(undefined, text)), ['preprocessor-error', 'include-not-found']);
  });

  it('explains nothing under a condition that cpp has decided before it', () => {
    const text = '/dts-v1/;\n#ifndef A\n#include "soc.dtsi"\n/ { a = <089>; };\n#endif\n';
    assert.deepEqual(rulesOf(read(undefined, text)), ['include-not-found', 'syntax-error']);
  });

  it('that dtc would include defines no macros', () => {
    const text = '/dts-v1/;\n/include/ "soc.dtsi"\n&uart0 { level = <LOW>; };\n';
    assert.deepEqual(rulesOf(read(undefined, text)), ['include-not-found', 'syntax-error']);
  });

  it('is one finding however often it is included', () => {
    const { findings } = read(undefined, `${HEAD}#include "soc.dtsi"\n/ { };\n`);
    assert.deepEqual(
      findings.map(({ rule, related }) => [rule, related.map(({ message }) => message)]),
      [['include-not-found', ['also included here']]],
    );
  });

  it('is the reason that every view gives', () => {
    const text = `${HEAD}${CELLS}${MEMORY}${RESERVED}`;
    const { board, findings } = read(undefined, text);
    const file = path.join(folder, 'board.dts');
    const because = 'soc.dtsi is missing';
    assert.deepEqual(board.boots, []);
    assert.deepEqual([board.map.banks, board.map.reserved], [[], []]);
    const lenses = codeLenses(board, file).map(({ title }) => title);
    assert.deepEqual(lenses, [`RAM unknown: ${because}`, `reserved regions unknown: ${because}`]);
    for (const place of ['memory@', 'reg = <0 0x4', 'a@5', 'reg = <0 0x5', '0x50000000 0 0x1'])
      assert.match(
        hover(board, file, text.indexOf(place), (_, t) => t)?.markdown ?? '',
        /soc\.dtsi is missing/,
        place,
      );
    assert.match(
      hover(board, file, text.indexOf('include'), (_, t) => t)?.markdown ?? '',
      /Searched:/,
    );
    const owners = decodeAddress(board, { address: 0x50000000n, isFrame: false }).owners;
    assert.deepEqual(
      owners.map(({ owner }) => owner),
      [`unknown: ${because}`],
    );
    const model = makeMapModel(board, findings, { file });
    assert.match(model.empty ?? '', /soc\.dtsi is missing/);
    assert.equal(model.ramKnown, false);
    const picture = writeMap(model, {
      width: 800,
      height: 600,
      palette: paletteFor('light', defaultThemes.light),
    });
    assert.match(picture, /soc\.dtsi is missing/);
  });

  it('is the reason that every command gives', async () => {
    read(undefined, `${HEAD}${CELLS}${MEMORY}${RESERVED}`);
    const run = (...argv: string[]) => dtmap(argv, { cwd: folder });
    const reason =
      /^dtmap: board\.dts:2:10: soc\.dtsi is missing, so the memory of this board is unknown\n$/;
    for (const reader of ['host', 'xen', 'dom0', 'linux']) {
      const map = await run('map', 'board.dts', '--for', reader, '--format', 'json');
      const { banks, unknown } = JSON.parse(map.stdout) as {
        banks: unknown[];
        unknown: Reason[];
      };
      assert.deepEqual(
        [banks, unknown.map(({ because }) => because)],
        [[], ['soc.dtsi is missing']],
      );
      assert.match(map.stderr, reason);
      assert.equal(map.status, 2);
    }
    const boot = await run('boot', 'board.dts', '--xen', '4.18', '--format', 'json');
    const { outcome, log, uncertain } = JSON.parse(boot.stdout) as Record<string, unknown>;
    assert.deepEqual(outcome, { kind: 'unknown', because: 'soc.dtsi is missing' });
    assert.deepEqual([log, uncertain], [[], [{ what: 'outcome', because: 'soc.dtsi is missing' }]]);
    for (const argv of [
      ['boot', 'board.dts', '--xen', '4.18'],
      ['decode', 'board.dts', '0x50000000'],
      ['facts', 'board.dts'],
      ['diff', 'board.dts', 'board.dts'],
    ]) {
      const { status, stderr } = await run(...argv);
      assert.match(stderr, reason, argv.join(' '));
      assert.equal(status, 2, argv.join(' '));
    }
    const { facts } = JSON.parse((await run('facts', 'board.dts', '--format', 'json')).stdout) as {
      facts: Reason[];
    };
    assert.ok(facts.every(({ because }) => because === 'soc.dtsi is missing'));
    const check = await run('check', 'board.dts', '-v');
    assert.match(
      check.stdout,
      /^board\.dts:2:10: error: soc\.dtsi not found in \d+ folders?: .*\n(board\.dts:2:10: note: searched .*\n)+$/,
    );
    assert.equal(check.status, 1);
  });

  // Boards of labels, macros, cells, regions and faults; the include has any part of what they need.
  const line = fc.constantFrom(
    '/ { #address-cells = <2>; #size-cells = <2>; };',
    '/ { #address-cells = <1>; };',
    '/ { memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; }; };',
    '/ { memory@80000000 { device_type = "memory"; reg = <0x80000000 0x1000>; status = "disabled"; }; };',
    '/ { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; a: a@50000000 { reg = <0 0x50000000 0 0x100000>; no-map; }; }; };',
    '/ { reserved-memory { b@50080000 { reg = <0 0x50080000 0 0x100000>; }; }; };',
    '/ { soc: soc { #address-cells = <1>; #size-cells = <1>; ranges; u: uart@1000 { reg = <0x1000 0x100>; interrupts = <1>; }; }; };',
    '/ { soc { dev@1000 { reg = <0x1000 0x100>; clocks = <&u 1>; }; }; };',
    '&u { status = "okay"; };',
    '&soc { ranges = <0 0 0x10000 0x1000>; };',
    '/ { aliases { serial0 = &u; }; chosen { bootargs = "x"; stdout-path = "serial0"; }; };',
    '/delete-node/ &a;',
    '#define N 1',
    '#define F(a) a 2',
    '/ { n { v = <N>; w = <F(N)>; }; };',
    '#ifndef N\n#error N\n#endif',
    '/ { n { memory-region = <&a>; }; };',
    '/ { chosen { xen,xen-bootargs = "dom0_mem=512M"; }; };',
    '/ { x { y = <1 2]; }; };',
    '/ { "z"; };',
    '#ifndef N\n/ { x { y = <08>; }; };\n#endif',
    '#ifdef N\n/ { x { y = <08>; };\n#else\n/ { x { z; }; }; };\n#endif',
    '#if defined(N) && N\n/ { x {\n#endif',
    '/ { x { y = <08>; }; };',
  );
  it('adds nothing to what is found with it but itself', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        fc.array(line, { maxLength: 6 }),
        (include, board) => {
          const text = `/dts-v1/;\n/ { };\n#include "soc.dtsi"\n${board.join('\n')}\n`;
          const keys = (each: AnalyzedFile): string[] =>
            each.findings.map(
              ({ rule, at, message }) => `${rule} ${at.file}:${at.start} ${message}`,
            );
          const complete = new Set(keys(read(include.join('\n'), text)));
          const { findings } = read(undefined, text);
          const more = findings.filter(
            ({ rule, at, message }) => !complete.has(`${rule} ${at.file}:${at.start} ${message}`),
          );
          assert.deepEqual(
            more.map(({ rule }) => rule),
            ['include-not-found'],
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});
