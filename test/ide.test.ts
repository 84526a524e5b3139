// What an editor asks of a board, without an editor: hover, navigation, rename, completion, hints, formatting.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { codeLenses } from '../server/src/ide/code-lenses.ts';
import { complete, includeAt } from '../server/src/ide/completion.ts';
import { readAddress, decodeAddress } from '../server/src/ide/decode-address.ts';
import { declaration, definition, type Target } from '../server/src/ide/definition.ts';
import { documentSymbols } from '../server/src/ide/document-symbols.ts';
import { foldingRanges } from '../server/src/ide/folding-ranges.ts';
import { formatEdits, formatText } from '../server/src/ide/format.ts';
import { hover } from '../server/src/ide/hover.ts';
import { includesOf } from '../server/src/ide/includes-of.ts';
import { IncludeIndex } from '../server/src/ide/include-index.ts';
import { inlayHints } from '../server/src/ide/inlay-hints.ts';
import { mapMarkdown } from '../server/src/ide/map-markdown.ts';
import { filesOf } from '../server/src/ide/macros.ts';
import { occurrencesOf } from '../server/src/ide/occurrences.ts';
import { refactorings } from '../server/src/ide/refactorings.ts';
import { prepareRename, rename, type RenameHost } from '../server/src/ide/rename.ts';
import { selectionRanges } from '../server/src/ide/selection-ranges.ts';
import { semanticTokens } from '../server/src/ide/semantic-tokens.ts';
import { differenceOf, shiftBack, shiftForward } from '../server/src/ide/shift.ts';
import { signatureHelp } from '../server/src/ide/signature-help.ts';
import { readOutline, walkItems } from '../server/src/ide/source-outline.ts';
import { scanSource } from '../server/src/syntax/scan-source.ts';
import { symbolAt } from '../server/src/ide/symbol-at.ts';
import { workspaceSymbols } from '../server/src/ide/workspace-symbols.ts';
import type { Board } from '../server/src/rules/board.ts';
import { applyEdits, type TextEdit } from '../server/src/text/edit.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { cursorAt, describePlace } from './support/cursor.ts';

const folder = path.join(import.meta.dirname, 'fixtures/ide');
const file = (name: string): string => path.join(folder, name);
const text = (name: string): string => readFileSync(file(name), 'utf8');

describe('ide', () => {
  let board: Board;
  before(() => {
    ({ board } = analyzeFile(file('board.dts'), new Map([['targets', 'xen:4.18 linux:6.12']])));
  });
  const at = (name: string, needle: string): number => cursorAt(text(name), needle);
  const describeTargets = (targets: readonly Target[]): string[] =>
    targets.map(({ at: place }) => describePlace(place.file, place.start, place.end));

  describe('hover', () => {
    const show = (name: string, needle: string): string =>
      hover(board, file(name), at(name, needle), (_, label) => label)?.markdown ?? '';
    const cases: readonly (readonly [string, string, ...RegExp[]])[] = [
      [
        'board.dts',
        '<0x0 0x62|000000',
        /0x62000000 – 0x63ffffff/,
        /32 MiB/,
        /Overrides soc\.dtsi:17/,
      ],
      ['soc.dtsi', 'VIDEO|_BASE', /VIDEO_BASE.*0x60000000/, /Overridden by board\.dts:32/],
      [
        'soc.dtsi',
        'video@|60000000',
        /0x62000000 – 0x63ffffff/,
        /memory@40000000/,
        /Xen 4\.18/,
        /Linux 6\.12/,
      ],
      [
        'board.dts',
        '&vid|eo_mem',
        /reserved region, `no-map`/,
        /Above.*free, then ramoops/,
        // What it ends up with, and from where.
        /\n\| `reg` \| `<0x00 0x62000000 0x00 0x2000000>` \| board\.dts:32, overrides soc\.dtsi:17 \|/,
        /\n\| `no-map` \| {2}\| soc\.dtsi:\d+ \|/,
      ],
      ['board.dts', '0x41|000000', /memreserve/, /64 KiB/, /MFN.*0x41000 – 0x4100f/],
      ['soc.dtsi', 'ramo|ops@70000000', /5 dump records.*0x7009ffff/, /console.*256 KiB/, /pmsg/],
      ['soc.dtsi', 'linux,c|ma {', /64 MiB/, /placed by the kernel/, /Xen 4\.18.*does not know/],
      ['soc.dtsi', 'reg = <0x|1000', /0x10001000/, /bus address 0x1000/],
      ['soc.dtsi', 'reg = <0x1000 0x|100', /Size 256 B/],
      ['soc.dtsi', 'ranges = <0x0 |0x0', /0xffffff` → .*0x10000000/],
      ['soc.dtsi', 'memory-region = <&video|_mem', /\/reserved-memory\/video@60000000/],
      ['board.dts', '"dom0|_mem', /dom0_mem=256M/, /256 MiB/],
      ['board.dts', 'memory@|40000000', /RAM/, /1 GiB/, /Reserved/],
      ['board.dts', 'memory = <0x0 0x|20000', /128 MiB for this domain/],
      ['board.dts', '"ok|ay"', /"okay"/, /Overrides soc\.dtsi:48/],
    ];
    for (const [name, needle, ...patterns] of cases)
      it(`${name} ${needle}`, () => {
        const shown = show(name, needle);
        for (const pattern of patterns) assert.match(shown, pattern);
      });

    it('says nothing in comments and inactive lines', () => {
      assert.equal(show('board.dts', 'unreach|able'), '');
    });
  });

  describe('hover on a board that boots Xen', () => {
    let xen: Board;
    before(() => {
      ({ board: xen } = analyzeFile(
        file('xen.dts'),
        new Map([
          ['targets', 'xen:4.18 xen:4.22 linux:6.12'],
          ['profile', 'xen.json'],
        ]),
      ));
    });
    const rows = (...wanted: readonly (readonly [string, string])[]): string[] =>
      wanted.map(([name, text]) => `| ${name} | ${text} |`);
    const pool = rows(
      ['Range', '`0x1_a000_0000 – 0x1_bfff_ffff`, end 0x1_c000_0000'],
      ['Size', '512 MiB (0x20000000)'],
      ['MFN', '0x1a0000 – 0x1bffff'],
      ['Bank', 'memory@40000000 `0x1_8000_0000 – 0x2_ffff_ffff`'],
      ['Below', '512 MiB free, then the start of the bank'],
      ['Above', '512 MiB free, then /memreserve/'],
      ['Xen 4.18.6', 'kept out of the heap for pool@1a0000000'],
      ['dom0 (Xen 4.18.6)', 'listed as RAM but reserved'],
      ['Xen 4.22.0', 'kept out of the heap for pool@1a0000000'],
      ['Linux 6.12', 'pool@1a0000000: reserved, stays in the linear map'],
    );
    const cases: readonly (readonly [string, string, readonly string[]])[] = [
      [
        'a cell of an address',
        '0x64200|000 0x0 0x200000>;#2',
        [
          'Address 0x64200000 (cells 0 to 1 of tuple 1)',
          '| Below | 512 KiB free, then two@64000000 |',
          'Overrides xen.dts:54',
        ],
      ],
      [
        'a macro of two cells',
        'POOL| 0x0 0x20000000',
        [
          'Address 0x1_a000_0000 (cells 0 to 1 of tuple 0)',
          '`POOL`',
          'defined in xen.dts:5',
          ...pool,
        ],
      ],
      ['a size', '<POOL 0x0 0x2000|0000', ['Size 512 MiB = 0x20000000', ...pool]],
      ['a unit address', 'pool@|1a0000000', [...pool, 'Opened in xen.dts:49, xen.dts:101']],
      ['a label in a value', 'memory-region = <&po|ol', pool],
      ['a label that opens the node again', '&po|ol {', pool],
      [
        'a path that opens the node again',
        '&{/reserved-memory/two@|64000000}',
        ['reserved region, `no-map`', '0x64200000 – 0x643fffff'],
      ],
      [
        'a value that is overridden',
        '0x64200|000 0x0 0x200000>;#1',
        ['Overridden by xen.dts:106\n\n|', '0x64000000 – 0x6417ffff'],
      ],
      [
        '/memreserve/',
        '/memreserve/ 0x1e000|0000',
        rows(
          ['Range', '`0x1_e000_0000 – 0x1_e01f_ffff`, end 0x1_e020_0000'],
          ['Below', '512 MiB free, then pool@1a0000000'],
          ['Xen 4.22.0', 'kept out of the heap by /memreserve/'],
          ['dom0 (Xen 4.22.0)', 'not described'],
          ['Linux 6.12', 'reserved, stays in the linear map'],
        ),
      ],
      [
        'a module',
        '<0x0 0x44000|000',
        rows(
          ['Range', '`0x44000000 – 0x459fffff`, end 0x45a00000'],
          ['Above', '54 MiB free, then the ramdisk'],
          ['Xen 4.18.6', 'boot module 3 (Kernel)'],
        ),
      ],
      [
        'a ramdisk of /chosen',
        '0x4900|0000',
        rows(
          ['Range', '`0x49000000 – 0x497fffff`, end 0x49800000'],
          ['Below', '54 MiB free, then module@44000000'],
        ),
      ],
      [
        'xen,static-mem',
        '0x9000|0000',
        rows(
          ['Range', '`0x90000000 – 0x9fffffff`, end 0xa0000000'],
          ['Xen 4.18.6', 'static memory of domU1'],
          ['dom0 (Xen 4.18.6)', 'not described'],
        ),
      ],
      [
        'memory of a domain',
        'memory = <0x0 0x4|0000',
        ['256 MiB for this domain (the value is in KiB)'],
      ],
      [
        'dom0_mem in bootargs',
        '"dom0|_mem',
        [
          '`dom0_mem=512M` asks for 512 MiB',
          'Xen 4.18.6 gives dom0 512 MiB: `0xa0000000 – 0xbfffffff`',
        ],
      ],
      [
        'the second bank',
        '<0x1 0x8000|0000 0x1',
        [
          'Address 0x1_8000_0000 (cells 0 to 1 of tuple 1)',
          '| Size | 6 GiB (0x180000000) |',
          '| Reserved | 514 MiB in 2 regions |',
        ],
      ],
      [
        'a region over the edge of its bank',
        '0xdff0|0000 0x0',
        rows(
          ['Bank', 'memory@40000000 `0x40000000 – 0xdfffffff`, **only partly**'],
          ['Above', '3 GiB free, then pool@1a0000000'],
        ),
      ],
      [
        'ramoops',
        'log@7000|0000',
        rows(
          ['6 dump records', '`0x70000000 – 0x700bffff`, 768 KiB'],
          ['console', '`0x700c0000 – 0x700fffff`, 256 KiB'],
        ),
      ],
      [
        'an address behind ranges',
        '<0x20|00 0x2000>',
        ['`0x8002000 – 0x8003fff`, 8 KiB (bus address 0x2000, after `ranges`)'],
      ],
      ['ranges', '0x8001|000 0x10000', ['`0x1000 – 0x10fff` → `0x8001000 – 0x8010fff`, 64 KiB']],
    ];
    for (const [what, needle, wanted] of cases)
      it(what, () => {
        const shown = hover(xen, file('xen.dts'), at('xen.dts', needle), (_, label) => label);
        for (const each of wanted)
          assert.ok(
            shown?.markdown.includes(each),
            `${each} is not in ${shown?.markdown ?? 'nothing'}`,
          );
      });

    it('says nothing of dom0 where Xen certainly does not reach it', () => {
      const twice = text('xen.dts').replace(
        'pool: pool@1a0000000',
        'twin@1a0000000 { reg = <0x1 0xa0000000 0x0 0x1000>; };\n\t\tpool: pool@1a0000000',
      );
      const stopped = analyzeFile(file('xen.dts'), new Map([['targets', 'xen:4.22']]), twice);
      const show = (marked: string) =>
        hover(stopped.board, file('xen.dts'), cursorAt(twice, marked), (_, label) => label);
      assert.match(
        show('pool@|1a0000000')?.markdown ?? '',
        /\| dom0 \(Xen 4\.22\.0\) \| not reached: Xen stops earlier \|/,
      );
      assert.doesNotMatch(show('"dom0|_mem')?.markdown ?? '', /gives dom0/);
    });
  });

  describe('definition, declaration', () => {
    const cases: readonly (readonly [string, string, string[], string[]])[] = [
      ['board.dts', '&vide|o_mem', ['soc.dtsi:16:video_mem'], ['soc.dtsi:16:video_mem']],
      ['board.dts', 're|g = <0x0 0x62000000', ['board.dts:32:reg'], ['soc.dtsi:17:reg']],
      ['soc.dtsi', 'VIDEO_|BASE', ['regions.h:1:VIDEO_BASE'], ['regions.h:1:VIDEO_BASE']],
      ['soc.dtsi', '&ua|rt', ['soc.dtsi:44:uart'], ['soc.dtsi:44:uart']],
      ['board.dts', '"serial|0:', ['soc.dtsi:44:serial@1000'], ['soc.dtsi:44:serial@1000']],
      ['board.dts', '"soc.|dtsi"', ['soc.dtsi:1:'], ['soc.dtsi:1:']],
    ];
    for (const [name, needle, defined, declared] of cases)
      it(`${name} ${needle}`, () => {
        const offset = at(name, needle);
        assert.deepEqual(describeTargets(definition(board, file(name), offset)), defined);
        assert.deepEqual(describeTargets(declaration(board, file(name), offset)), declared);
      });
  });

  describe('references', () => {
    const cases: readonly (readonly [string, string, string[]])[] = [
      [
        'board.dts',
        '&vide|o_mem',
        ['board.dts:31:video_mem', 'soc.dtsi:16:video_mem', 'soc.dtsi:47:video_mem'],
      ],
      ['board.dts', 'memory@40|000000', ['board.dts:25:memory@40000000']],
      [
        'soc.dtsi',
        'serial@|1000',
        ['board.dts:35:&uart', 'soc.dtsi:8:&uart', 'soc.dtsi:44:serial@1000'],
      ],
      ['soc.dtsi', 'VIDEO_|BASE', ['soc.dtsi:17:VIDEO_BASE', 'regions.h:1:VIDEO_BASE']],
    ];
    for (const [name, needle, places] of cases)
      it(`${name} ${needle}`, () => {
        const symbol = symbolAt(board, file(name), at(name, needle));
        assert.ok(symbol);
        assert.deepEqual(
          occurrencesOf(board, symbol).map((each) =>
            describePlace(each.at.file, each.at.start, each.at.end),
          ),
          places,
        );
      });
  });

  describe('rename', () => {
    const host: RenameHost = {
      get board() {
        return board;
      },
      sharing: () => filesOf(board),
    };
    const renamed = (name: string, needle: string, to: string): string[] | string => {
      const result = rename(host, file(name), at(name, needle), to);
      if (!result.ok) return result.because;
      const [edits = []] = result.value.ways;
      return edits
        .map(
          ({ at: place, text: now }) =>
            `${describePlace(place.file, place.start, place.end)} → ${now}`,
        )
        .sort();
    };
    it('changes a label in every file', () => {
      assert.deepEqual(renamed('board.dts', '&vide|o_mem', 'vpu_mem'), [
        'board.dts:31:video_mem → vpu_mem',
        'soc.dtsi:16:video_mem → vpu_mem',
        'soc.dtsi:47:video_mem → vpu_mem',
      ]);
    });
    it('changes a node with its unit address', () => {
      assert.deepEqual(renamed('soc.dtsi', 'serial@|1000', 'serial@2000'), [
        'soc.dtsi:44:serial@1000 → serial@2000',
      ]);
    });
    it('changes a property where it is defined and overridden', () => {
      assert.deepEqual(renamed('soc.dtsi', 'stat|us = "disabled"', 'state'), [
        'board.dts:36:status → state',
        'soc.dtsi:48:status → state',
      ]);
    });
    const refusals: readonly (readonly [string, string, string, RegExp])[] = [
      ['soc.dtsi', 'VIDEO_|BASE', 'X', /is a macro/],
      ['board.dts', '&vide|o_mem', 'uart', /in use already/],
      ['board.dts', '&vide|o_mem', '1x', /no label/],
      ['soc.dtsi', 'serial@|1000', 'a b', /no node name/],
      ['soc.dtsi', '"regions|.h"', 'x.h', /file tree/],
    ];
    for (const [name, needle, to, because] of refusals)
      it(`refuses ${needle} → ${to}`, () => {
        assert.match(String(renamed(name, needle, to)), because);
      });
    it('prepares with the current name', () => {
      const prepared = prepareRename(host, file('board.dts'), at('board.dts', '&vide|o_mem'));
      assert.ok(prepared.ok);
      assert.equal(prepared.value.name, 'video_mem');
    });
  });

  describe('completion', () => {
    const labelsAt = (source: string): string[] => {
      const offset = source.indexOf('|');
      const now = { id: file('board.dts'), text: source.replace('|', '') };
      return complete(board, now, offset).map((each) => each.label);
    };
    const inBoard = (before: string, typed: string): string => {
      const source = text('board.dts');
      assert.ok(source.includes(before));
      return source.replace(before, typed);
    };
    const cases: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
      ['labels behind &', inBoard('&uart {', '&ua|'), ['uart'], ['model']],
      ['values of status', inBoard('"okay"', '"|"'), ['okay', 'disabled'], []],
      ['compatibles of the tree', inBoard('"vendor,board"', '"|"'), ['vendor,uart', 'ramoops'], []],
      ['boot arguments', inBoard('"dom0_mem=256M"', '"dom|"'), ['dom0_mem='], []],
      [
        'properties of a region',
        inBoard('reg = <0x0 0x62000000 0x0 0x2000000>;', '|'),
        ['alignment', 'no-map'],
        ['bootargs'],
      ],
      ['properties of a domain', inBoard('cpus = <1>;', '|'), ['xen,static-mem', 'vpl011'], []],
      ['macros in cells', inBoard('0x0 0x62000000', '0x0 VID|'), ['VIDEO_BASE'], ['UNUSED_BASE']],
      [
        'keywords',
        inBoard('/dts-v1/;', '/dts-v1/;\n/mem|'),
        ['/memreserve/'],
        ['/delete-property/'],
      ],
      [
        'properties to delete',
        inBoard('status = "okay";', '/delete-property/ |'),
        ['reg', 'compatible'],
        ['uart'],
      ],
      ['nothing in comments', inBoard('/dts-v1/;', '/dts-v1/; /* & |*/'), [], ['uart']],
    ];
    for (const [what, source, wanted, unwanted] of cases)
      it(what, () => {
        const found = labelsAt(source);
        for (const each of wanted)
          assert.ok(found.includes(each), `${each} not in ${found.join()}`);
        for (const each of unwanted) assert.ok(!found.includes(each), each);
      });
    it('region templates with the cells in force', () => {
      const source = '/dts-v1/;\n/ {\n\treserved-memory {\n\t\t|\n\t};\n};\n';
      const offset = source.indexOf('|');
      const now = { id: file('board.dts'), text: source.replace('|', '') };
      const template = complete(board, now, offset).find((each) => each.label === 'region: no-map');
      assert.match(template?.insert ?? '', /reg = <0x0 0x\$\{1:80000000\} 0x0 /);
    });
    it('recognises include paths', () => {
      assert.deepEqual(includeAt('#include "qcom/sc', 17), {
        typed: 'qcom/sc',
        isQuoted: true,
        start: 15,
        end: 17,
      });
      assert.equal(includeAt('#define X "a', 12), undefined);
    });
  });

  describe('signature help', () => {
    const cases: readonly (readonly [string, string, string, number])[] = [
      ['board.dts', '<0x0 0x6|2000000', 'reg = <address address size size>', 1],
      ['board.dts', '0x62000000 0x0 0x|2000000', 'reg = <address address size size>', 3],
      ['soc.dtsi', 'reg = <0x1000 0x1|00', 'reg = <address size>', 1],
      ['soc.dtsi', 'ranges = <0x0 0x0 0x1|0000000', 'ranges = <child parent parent length>', 2],
      ['soc.dtsi', 'alignment = <0x0 0x|200000', 'alignment = <alignment alignment>', 1],
    ];
    for (const [name, needle, label, active] of cases)
      it(`${name} ${needle}`, () => {
        const source = board.files.get(file(name));
        assert.ok(typeof source !== 'string');
        const signature = signatureHelp(board, source, at(name, needle));
        assert.deepEqual([signature?.label, signature?.active], [label, active]);
      });
  });

  it('inlay hints say where a range ends and how large it is', () => {
    const source = text('board.dts');
    const hints = inlayHints(board, file('board.dts'), 0, source.length, 'memory');
    assert.deepEqual(
      hints.map((hint) => [source.slice(0, hint.offset).split('\n').length, hint.text]),
      [
        [2, '→ 0x4100ffff, 64 KiB'],
        [21, '→ 128 MiB'],
        [27, '→ 0x7fffffff, 1 GiB'],
        [32, '→ 0x63ffffff, 32 MiB'],
      ],
    );
    const ofDevices = (of: 'memory' | 'all'): number =>
      inlayHints(board, file('soc.dtsi'), 0, text('soc.dtsi').length, of).length;
    assert.ok(ofDevices('all') > ofDevices('memory'));
  });

  it('code lenses sum up memory, regions and domains', () => {
    const titles = ['board.dts', 'soc.dtsi'].flatMap((name) =>
      codeLenses(board, file(name)).map((lens) => lens.title),
    );
    const all = titles.join('\n');
    assert.match(all, /1 GiB RAM in 1 bank/);
    assert.match(all, /2 regions · 33 MiB · 1 placed by the kernel \(64 MiB\)/);
    assert.match(all, /^dom0: reserved · 32 MiB · .* free below/m);
    assert.match(all, /memory = 128 MiB · 0 modules/);
    for (const title of titles) assert.ok(title !== '' && title.length <= 60, title);
  });

  it('document symbols nest nodes and properties', () => {
    const symbols = documentSymbols(readOutline(scanSource(text('board.dts'))));
    assert.deepEqual(
      symbols.map((each) => each.name),
      ['/', '&video_mem', '&uart', '&soc'],
    );
    assert.deepEqual(
      symbols[0]?.children.map((each) => each.name),
      ['model', 'compatible', 'chosen', 'memory@40000000'],
    );
  });

  it('workspace symbols honour the query', () => {
    const names = (query: string): string[] =>
      workspaceSymbols([board], query).map((each) => each.name);
    assert.deepEqual(names('video_mem'), ['video_mem: video@60000000']);
    assert.deepEqual(names('0x1000'), ['uart: serial@1000']);
    assert.deepEqual(names('zzz'), []);
    assert.ok(names('ser').includes('uart: serial@1000'));
  });

  it('folds nodes, conditionals and comments', () => {
    const source = text('board.dts');
    const line = (offset: number): number => source.slice(0, offset).split('\n').length;
    const folds = foldingRanges(readOutline(scanSource(source))).map(
      ({ start, end, kind }) => `${line(start)}-${line(end)} ${kind ?? ''}`,
    );
    assert.ok(folds.includes('6-28 '), folds.join());
    assert.ok(folds.includes('39-42 region'), folds.join());
  });

  it('expands the selection from number to file', () => {
    const source = text('board.dts');
    const chosen = selectionRanges(
      readOutline(scanSource(source)),
      cursorAt(source, '0x620|00000'),
    ).map(({ start, end }) => source.slice(start, end));
    assert.deepEqual(chosen.slice(0, 4), [
      '0x62000000',
      '0x0 0x62000000 0x0 0x2000000',
      '<0x0 0x62000000 0x0 0x2000000>',
      'reg = <0x0 0x62000000 0x0 0x2000000>;',
    ]);
    assert.equal(chosen.at(-1), source);
  });

  it('colours names by meaning and greys inactive lines', () => {
    const source = text('board.dts');
    const tokens = semanticTokens(readOutline(scanSource(source)), board.source?.inactive ?? []);
    const typeOf = (needle: string): string | undefined => {
      const offset = cursorAt(source, needle);
      return tokens.find((each) => each.start <= offset && offset < each.end)?.type;
    };
    assert.equal(typeOf('memory@4|0000000'), 'class');
    assert.equal(typeOf('|model ='), 'property');
    assert.equal(typeOf('&u|art'), 'variable');
    assert.equal(typeOf('unreach|able'), 'comment');
  });

  describe('decode', () => {
    it('reads addresses and frame numbers', () => {
      assert.deepEqual(readAddress('0x1a0_2dc000'), { address: 0x1a02dc000n, isFrame: false });
      assert.deepEqual(readAddress('mfn 0x1a02dc'), { address: 0x1a02dc000n, isFrame: true });
      assert.deepEqual(readAddress('(XEN) Failing to acquire the MFN 0x1a02dc'), {
        address: 0x1a02dc000n,
        isFrame: true,
      });
      assert.equal(readAddress('no address'), undefined);
    });
    it('names the owner in every view', () => {
      const { title, owners } = decodeAddress(board, { address: 0x62000000n, isFrame: false });
      assert.equal(title, '0x62000000 (MFN 0x62000)');
      const views = new Map(owners.map((each) => [each.view, each.owner]));
      assert.match(views.get('Devicetree') ?? '', /video@60000000 \(no-map\)/);
      assert.match(views.get('Linux 6.12') ?? '', /taken out of the linear map/);
      assert.ok([...views.keys()].some((view) => view.startsWith('Xen 4.18')));
    });
  });

  describe('refactorings', () => {
    const offered = (name: string, needle: string) =>
      refactorings(board, file(name), at(name, needle));
    const applied = async (name: string, edits: readonly TextEdit[]): Promise<string> => {
      const changed = applyEdits(text(name), edits);
      assert.notEqual(changed, text(name));
      return Promise.resolve(changed);
    };
    it('adds a region in free memory', async () => {
      const [first] = offered('soc.dtsi', 'reserved-|memory {');
      assert.match(first?.title ?? '', /1 MiB no-map region at 0x/);
      assert.match(
        await applied('soc.dtsi', first?.ways[0] ?? []),
        /region@[0-9a-f]+ \{\n\t\t\treg = <0x0 0x[0-9a-f]+ 0x0 0x100000>;/,
      );
    });
    it('turns /memreserve/ into a region', () => {
      const [first] = offered('board.dts', '0x4100|0000');
      assert.match(first?.title ?? '', /no-map region of 64 KiB/);
    });
    it('gives a domain static memory of the size it asks for', async () => {
      const fix = offered('board.dts', 'domU|1 {').find((each) =>
        each.title.includes('static memory'),
      );
      assert.match(fix?.title ?? '', /Give domU1 128 MiB/);
      assert.match(
        await applied('board.dts', fix?.ways[0] ?? []),
        /xen,static-mem = <0x0 0x[0-9a-f]+ 0x0 0x8000000>;/,
      );
    });
  });

  it('the Markdown map has a column per reader', () => {
    const markdown = mapMarkdown(board, 'board.dts', []);
    assert.match(
      markdown,
      /\| start \| end \| size \| what \| kind \| Xen 4\.18.* \| Linux 6\.12 \|/,
    );
    assert.match(
      markdown,
      /0x62000000 \| 0x63ffffff \| 32 MiB \| video@60000000 \| reserved, no-map/,
    );
  });
});

describe('source outline', () => {
  const names = (source: string): string[] =>
    [...walkItems(readOutline(scanSource(source)).items)].map((item) =>
      item.kind === 'statement' ? 'statement' : source.slice(item.name.start, item.name.end),
    );
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['a missing ; ends with the line', '/ {\n\ta = <1>\n\tb = <2>;\n};', ['/', 'a', 'b']],
    ['an unclosed < ends with ;', '/ {\n\ta = <1;\n\tb = <2>;\n};', ['/', 'a', 'b']],
    ['an unclosed node ends with the file', '/ {\n\tn {\n\t\ta;\n', ['/', 'n', 'a']],
    ['an unclosed string ends with its line', '/ {\n\ta = "x;\n\tb = <2>;\n};', ['/', 'a', 'b']],
    ['labels and references', 'l: &r { x: y: n@1 { }; };', ['&r', 'n@1']],
    ['#address-cells is no directive', '#address-cells = <1>;\n#include "x"\n', ['#address-cells']],
  ];
  for (const [what, source, wanted] of cases)
    it(what, () => {
      assert.deepEqual(names(source), wanted);
    });
});

describe('formatting', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['indents with tabs', '/ {\nn{\na=<1>;\n};\n};', '/ {\n\tn {\n\t\ta = <1>;\n\t};\n};\n'],
    ['aligns continued values', '/ {\n\ta = "x",\n"y";\n};\n', '/ {\n\ta = "x",\n\t    "y";\n};\n'],
    [
      'keeps hanging lists',
      '/ {\n\ta = <\n1\n2\n>;\n};\n',
      '/ {\n\ta = <\n\t\t1\n\t\t2\n\t>;\n};\n',
    ],
    ['splits statements', '/ { a; b = <1>; };', '/ {\n\ta;\n\tb = <1>;\n};\n'],
    ['one empty line is enough', '/ {\n\n\n\ta;\n\n\n\tb;\n\n};\n', '/ {\n\ta;\n\n\tb;\n};\n'],
    [
      'leaves directives and comments',
      '#if X\n/ {\n#ifdef Y\na; /* b */\n#endif\n};\n#endif\n',
      '#if X\n/ {\n#ifdef Y\n\ta; /* b */\n#endif\n};\n#endif\n',
    ],
    ['does not touch an unclosed string', '/ { a = "x; };\n', '/ { a = "x; };\n'],
    ['nothing to do', '', ''],
  ];
  for (const [what, before, after] of cases)
    it(what, () => {
      assert.equal(formatText(before), after);
      assert.equal(formatText(after), after);
    });
  it('uses spaces when asked', () => {
    assert.equal(
      formatText('/ {\na;\n};\n', { tabSize: 4, insertSpaces: true }),
      '/ {\n    a;\n};\n',
    );
  });
  it('only changes white space', () => {
    const source = text('board.dts').replaceAll('\t', '   ');
    for (const edit of formatEdits(readOutline(scanSource(source))))
      assert.match(source.slice(edit.start, edit.end) + edit.text, /^\s*$/);
  });
});

describe('offsets across edits', () => {
  it('move with the text behind an edit and back', () => {
    const difference = differenceOf('abcdef', 'abXYef');
    assert.deepEqual(difference, { start: 2, endBefore: 4, endAfter: 4 });
    const insertion = differenceOf('abef', 'abcdef');
    assert.equal(shiftForward(insertion, 3), 5);
    assert.equal(shiftBack(insertion, 5), 3);
    assert.equal(shiftForward(undefined, 3), 3);
  });
});

describe('include index', () => {
  it('finds the boards of an included file through others', () => {
    const index = new IncludeIndex();
    index.set('/k/arch/arm64/boot/dts/v/a.dts', '#include "soc.dtsi"\n');
    index.set('/k/arch/arm64/boot/dts/v/b.dts', '  # include <arm64/v/mid.dtsi>\n');
    index.set('/k/arch/arm64/boot/dts/v/mid.dtsi', '/include/ "soc.dtsi"\n');
    index.set('/k/arch/arm64/boot/dts/v/soc.dtsi', '');
    index.set('/k/arch/arm64/boot/dts/w/soc.dtsi', '');
    const roots = index.rootsOf('/k/arch/arm64/boot/dts/v/soc.dtsi');
    assert.deepEqual(roots, ['/k/arch/arm64/boot/dts/v/a.dts', '/k/arch/arm64/boot/dts/v/b.dts']);
    assert.deepEqual(index.rootsOf('/k/arch/arm64/boot/dts/w/soc.dtsi'), []);
    index.delete('/k/arch/arm64/boot/dts/v/mid.dtsi');
    assert.deepEqual(index.rootsOf('/k/arch/arm64/boot/dts/v/soc.dtsi').length, 1);
  });

  it('reads a board of U-Boot, and no other, with the file of its name', () => {
    const index = new IncludeIndex();
    const boards = ['/u/arch/arm/dts/b.dts', '/u/dts/upstream/src/arm64/v/b.dts'];
    for (const file of [...boards, '/k/arch/arm/boot/dts/b.dts', '/p/b.dts'])
      index.set(file, '/dts-v1/;\n');
    assert.deepEqual(index.rootsOf('/u/arch/arm/dts/b-u-boot.dtsi'), boards);
  });

  it('takes only a directive for an include whose path a macro makes', () => {
    const texts: readonly (readonly [string, boolean])[] = [
      ['#include SOC\n', true],
      ['# /* the */ include /* SoC */ SOC\n', true],
      ['#define IN /include/\n', true],
      ['/dts-v1/;/include/ SOC\n', true],
      ['// #include SOC\n', false],
      ['/* /include/ SOC */\n', false],
      ['/*\n * #include SOC\n */\n/ { };\n', false],
      ['// see ../include/uapi and /include/linux\n', false],
      ['#include "../include/soc.dtsi"\n#include <include/x.h>\n', false],
      ['#define PATH "../include/x"\n', false],
      ['/ { import; include = "include"; };\n', false],
    ];
    for (const [text, isComputed] of texts)
      assert.equal(includesOf(text).isComputed, isComputed, text);
  });

  it('an include in a comment may be one, and is shown as none', () => {
    const index = new IncludeIndex();
    index.set('/k/a.dts', '/* # include "soc.dtsi" */\n');
    index.set('/k/b.dts', '#include "soc.dtsi"\n');
    assert.deepEqual(index.rootsOf('/k/soc.dtsi'), ['/k/b.dts']);
    assert.deepEqual(index.rootsOf('/k/soc.dtsi', 'possible'), ['/k/a.dts', '/k/b.dts']);
  });

  it('the index of a work tree keeps no text in memory', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const index = new IncludeIndex();
    const before = process.memoryUsage().heapUsed;
    for (let file = 0; file < 100; file += 1) {
      const text = Buffer.alloc(1 << 20, `// ${file} text `).toString();
      index.set(`/k/${file}.dts`, `${text}\n#include "vendor/a-long-name-${file}.dtsi"\n`);
    }
    collect();
    assert.deepEqual(index.includersOf('/k/vendor/a-long-name-7.dtsi'), ['/k/7.dts']);
    const kept = process.memoryUsage().heapUsed - before;
    assert.ok(kept < 10 << 20, `${kept} bytes of 100 MiB`);
  });
});
