// What is offered, and why not, where macros, names, references and other boards stand in the way of a fix.

import assert from 'node:assert/strict';
import path from 'node:path';
import { wordRefusal } from '../server/src/ide/word-refusal.ts';
import { refactorings } from '../server/src/ide/refactorings.ts';
import { applyEdits } from '../server/src/text/edit.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { cursorAt } from './support/cursor.ts';

const FILE = path.join(import.meta.dirname, 'board.dts');
const TARGETS = 'xen:4.18 xen:4.22 linux:6.12';

interface Lines {
  readonly head?: readonly string[];
  readonly memory?: string;
  readonly regions: readonly string[];
  readonly root?: readonly string[];
  readonly tail?: readonly string[];
}

function board({ head = [], memory = '', regions, root = [], tail = [] }: Lines): string {
  return [
    '/dts-v1/;',
    ...head,
    '/ {',
    '\t#address-cells = <1>;',
    '\t#size-cells = <1>;',
    `\tmemory@40000000 { device_type = "memory"; ${memory}reg = <0x40000000 0x40000000>; };`,
    '\treserved-memory {',
    '\t\t#address-cells = <1>;',
    '\t\t#size-cells = <1>;',
    '\t\tranges;',
    ...regions.map((line) => `\t\t${line}`),
    '\t};',
    ...root.map((line) => `\t${line}`),
    '};',
    ...tail,
    '',
  ].join('\n');
}

/** Overlapped by the region `video` of most cases. */
const CAMERA = 'camera@64000000 { reg = <0x64000000 0x2000000>; };';
const VIDEO = 'video@60000000 { reg = <0x60000000 0x5000000>; };';

interface Tried {
  /** The lines that the fix changes, as they are then; undefined when it is refused. */
  readonly after: readonly string[] | undefined;
  readonly because: string;
}

/** What becomes of the first fix of `rule` whose title matches. */
async function tried(text: string, rule: string, title: RegExp): Promise<Tried> {
  const { findings, offersFor } = analyzeFile(FILE, new Map([['targets', TARGETS]]), text);
  for (const finding of findings.filter((each) => each.rule === rule)) {
    const proposal = finding.proposals.find((each) => title.test(each.title));
    if (!proposal) continue;
    const [offer] = await offersFor([proposal], finding);
    assert.ok(offer);
    if (!offer.ok)
      return {
        after: undefined,
        because: wordRefusal(offer.refusal, (file) => path.basename(file)),
      };
    const before = new Set(text.split('\n'));
    const after = applyEdits(text, offer.fix.edits).split('\n');
    return {
      after: after.filter((line) => !before.has(line)).map((line) => line.trim()),
      because: '',
    };
  }
  assert.fail(`no fix of ${rule} is proposed`);
}

describe('fixes are tried', () => {
  const moves: readonly (readonly [string, Lines, readonly string[]])[] = [
    [
      'changes the argument that makes name and reg of a node',
      {
        head: ['#define RSV(l, n, a, s) l: n@a { reg = <0x##a s>; }'],
        regions: ['RSV(v, video, 60000000, 0x5000000);', CAMERA],
      },
      ['RSV(v, video, 5f000000, 0x5000000);'],
    ],
    [
      'changes both arguments where name and reg have one each',
      {
        head: ['#define RSV(n, u, a, s) n@u { reg = <a s>; }'],
        regions: ['RSV(video, 60000000, 0x60000000, 0x5000000);', CAMERA],
      },
      ['RSV(video, 5f000000, 0x5f000000, 0x5000000);'],
    ],
    [
      'changes the argument of a macro that makes a property',
      {
        head: ['#define REG(a, s) reg = <a s>'],
        regions: ['video@60000000 { REG(0x60000000, 0x5000000); };', CAMERA],
      },
      ['video@5f000000 { REG(0x5f000000, 0x5000000); };'],
    ],
    [
      'changes the argument of a macro in a macro',
      {
        head: ['#define ID(x) x', '#define REG(a, s) reg = <ID(a) s>'],
        regions: ['video@60000000 { REG(ID(0x60000000), 0x5000000); };', CAMERA],
      },
      ['video@5f000000 { REG(ID(0x5f000000), 0x5000000); };'],
    ],
    [
      'changes the definition of a macro that is used once',
      {
        head: ['#define VIDEO_BASE 0x60000000'],
        regions: ['video@60000000 { reg = <VIDEO_BASE 0x5000000>; };', CAMERA],
      },
      ['#define VIDEO_BASE 0x5f000000', 'video@5f000000 { reg = <VIDEO_BASE 0x5000000>; };'],
    ],
    [
      'changes the one number of a sum that is used nowhere else',
      {
        head: ['#define VIDEO_BASE 0x50000000'],
        regions: ['video@60000000 { reg = <(VIDEO_BASE + 0x10000000) 0x5000000>; };', CAMERA],
      },
      ['video@5f000000 { reg = <(VIDEO_BASE + 0xf000000) 0x5000000>; };'],
    ],
    [
      'keeps capital digits, leading zeros and suffixes',
      {
        head: ['#define PAIR(a) a 0x5000000'],
        regions: ['video@60000000 { reg = <PAIR(0x060000000)>; };', CAMERA],
      },
      ['video@5f000000 { reg = <PAIR(0x05f000000)>; };'],
    ],
    [
      'follows the node into paths, aliases and overrides by path',
      {
        regions: [VIDEO, CAMERA],
        root: [
          'aliases { v = "/reserved-memory/video@60000000"; };',
          'user { memory-region = <&{/reserved-memory/video@60000000}>; };',
        ],
        tail: ['&{/reserved-memory/video@60000000} { no-map; };'],
      },
      [
        'video@5f000000 { reg = <0x5f000000 0x5000000>; };',
        'aliases { v = "/reserved-memory/video@5f000000"; };',
        'user { memory-region = <&{/reserved-memory/video@5f000000}>; };',
        '&{/reserved-memory/video@5f000000} { no-map; };',
      ],
    ],
    [
      'passes over a place whose name a sibling has',
      { regions: [VIDEO, CAMERA, 'video@5f000000 { size = <0x1000>; };'] },
      ['video@66000000 { reg = <0x66000000 0x5000000>; };'],
    ],
    [
      'passes over a place whose name a sibling has in another block',
      {
        regions: [VIDEO, CAMERA],
        tail: ['/ { reserved-memory { video@5f000000 { size = <0x1000>; }; }; };'],
      },
      ['video@66000000 { reg = <0x66000000 0x5000000>; };'],
    ],
  ];
  for (const [what, lines, expected] of moves)
    it(what, async () => {
      const { after, because } = await tried(board(lines), 'reserved-overlap', /^Move video/);
      assert.deepEqual(after, expected, because);
    });

  it('shrinks a pool to whole page blocks', async () => {
    const pool =
      'pool@60000000 { compatible = "shared-dma-pool"; reusable; reg = <0x60000000 0x5000000>; };';
    const text = board({ regions: ['camera@64100000 { reg = <0x64100000 0x1f00000>; };', pool] });
    const { after, because } = await tried(text, 'reserved-overlap', /^Shrink pool/);
    assert.deepEqual(after, [pool.replace('0x5000000>', '0x4000000>')], because);
  });

  const TWO =
    '#define POOL compatible = "shared-dma-pool"; reusable; size = <0x1000000>; linux,cma-default;';
  const refusals: readonly (readonly [string, Lines, string, RegExp, RegExp])[] = [
    [
      'a macro that makes two regions',
      {
        head: ['#define BASE 0x60000000'],
        regions: [
          'video@60000000 { reg = <BASE 0x5000000>; };',
          'audio@70000000 { reg = <(BASE + 0x10000000) 0x1000>; };',
          CAMERA,
        ],
      },
      'reserved-overlap',
      /^Move video/,
      /The macro BASE makes it/,
    ],
    [
      'one macro that makes several properties of two nodes',
      { head: [TWO], regions: ['pool1 { POOL };', 'pool2 { POOL };'] },
      'default-pools',
      /^Remove/,
      /It would remove compatible of \/reserved-memory\/pool2/,
    ],
    [
      'a call that makes both cell counts',
      {
        head: ['#define C #address-cells = <2>; #size-cells = <2>'],
        memory: 'C; ',
        regions: [VIDEO],
      },
      'memory-own-cells',
      /^Remove/,
      /It would remove #size-cells of \/memory@40000000/,
    ],
    [
      'a node that a macro makes as a whole',
      {
        head: ['#define RSV(n, a, s) n@a { reg = <0x##a s>; }'],
        regions: ['RSV(optee, 60000000, 0x5000000);'],
      },
      'secure-region-mapped',
      /^Add no-map/,
      /would no longer compile/,
    ],
    [
      'a name that a sibling has',
      {
        regions: [
          'video@60000000 { reg = <0x61000000 0x1000>; };',
          'video@61000000 { reg = <0x62000000 0x1000>; };',
        ],
      },
      'unit-address-mismatch',
      /^Rename to @61000000/,
      /There is a node \/reserved-memory\/video@61000000 already/,
    ],
    [
      'a node that a device uses',
      {
        regions: ['v: video@60000000 { reg = <0x60000000 0x1000>; status = "disabled"; };'],
        root: ['user { memory-region = <&v>; };'],
      },
      'reserved-disabled-kept',
      /^Delete video/,
      /memory-region of \/user refers to the node/,
    ],
    [
      'a node that an alias names',
      {
        regions: ['video@60000000 { reg = <0x60000000 0x1000>; status = "disabled"; };'],
        root: ['aliases { v = "/reserved-memory/video@60000000"; };'],
      },
      'reserved-disabled-kept',
      /^Delete video/,
      /v of \/aliases refers to the node/,
    ],
    [
      'a value that is a byte string',
      {
        regions: ['video@60000000 { reg = [60 00 00 00 05 00 00 00]; };', CAMERA],
      },
      'reserved-overlap',
      /^Move video/,
      /^reg of \/reserved-memory\/video@60000000 is written as a byte string in /,
    ],
    [
      'a node that a written symbol names',
      {
        regions: ['video@60000000 { reg = <0x60000000 0x1000>; status = "disabled"; };'],
        root: ['__symbols__ { v = "/reserved-memory/video@60000000"; };'],
      },
      'reserved-disabled-kept',
      /^Delete video/,
      /v of \/__symbols__ refers to the node/,
    ],
    [
      'a node that a written symbol names in another spelling',
      {
        regions: [VIDEO, CAMERA],
        root: ['__symbols__ { v = "\\x2freserved-memory/video@60000000"; };'],
      },
      'reserved-overlap',
      /^Move video/,
      /v of \/__symbols__/,
    ],
    [
      'a node that written local fixups are about',
      {
        regions: ['video@60000000 { reg = <0x60000000 0x5000000>; r = <1>; };', CAMERA],
        root: [
          'x { phandle = <1>; };',
          '__local_fixups__ { reserved-memory { video@60000000 { r = <0>; }; }; };',
        ],
      },
      'reserved-overlap',
      /^Move video/,
      /\/reserved-memory\/video@60000000 of \/__local_fixups__ refers to the node/,
    ],
    [
      'status that hides an overlap',
      {
        regions: ['video@60000000 { reg = <0x60000000 0x5000000>; status = "disabled"; };', CAMERA],
      },
      'reserved-disabled-kept',
      /^Remove status/,
      /would get a new error: .* \[reserved-overlap\]/,
    ],
    [
      'a text with an error',
      { regions: [VIDEO, CAMERA], tail: ['/ { a = <1>'] },
      'reserved-overlap',
      /^Move video/,
      /has errors in its text/,
    ],
  ];
  for (const [what, lines, rule, title, because] of refusals)
    it(`and refused for ${what}`, async () => {
      const offer = await tried(board(lines), rule, title);
      assert.equal(offer.after, undefined);
      assert.match(offer.because, because);
    });

  it('and refused for a region that is used, when it is to be /memreserve/', async () => {
    const text = board({
      regions: [VIDEO],
      root: ['user { memory-region = <&{/reserved-memory/video@60000000}>; };'],
    });
    const analyzed = analyzeFile(FILE, new Map([['targets', TARGETS]]), text);
    const proposals = refactorings(analyzed.board, FILE, cursorAt(text, 'vid|eo@60000000 {'));
    const convert = proposals.filter(({ title }) => title.startsWith('Convert video'));
    const [offer] = await analyzed.offersFor(convert, undefined);
    assert.equal(offer?.ok, false);
  });
});
