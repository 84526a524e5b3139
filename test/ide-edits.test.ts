// Renames and refactorings on trees of their own: what each writes, and when it is refused or not offered.

import assert from 'node:assert/strict';
import path from 'node:path';
import { placesForRegion, readSize, refactorings } from '../server/src/ide/refactorings.ts';
import { filesOf } from '../server/src/ide/macros.ts';
import { rename } from '../server/src/ide/rename.ts';
import { wordRefusal } from '../server/src/ide/word-refusal.ts';
import { applyEdits } from '../server/src/text/edit.ts';
import { analyzeFile, type AnalyzedFile } from './support/analyze-file.ts';
import { cursorAt } from './support/cursor.ts';

const CELLS = '#address-cells = <1>;\n\t#size-cells = <1>;';
const MEMORY =
  'memory@40000000 {\n\t\tdevice_type = "memory";\n\t\treg = <0x40000000 0x40000000>;\n\t};';
const tree = (...statements: readonly string[]): string =>
  `/dts-v1/;\n\n/ {\n\t${[CELLS, MEMORY, ...statements].join('\n\t')}\n};\n`;

describe('edits', () => {
  function boardOf(text: string): AnalyzedFile & { file: string } {
    const file = path.join(import.meta.dirname, 'board.dts');
    return { ...analyzeFile(file, new Map([['targets', 'linux:6.12']]), text), file };
  }

  describe('of a rename', () => {
    /** The text after the rename, or why there is none. */
    async function renamed(text: string, needle: string, name: string): Promise<string> {
      const { board, file, offersFor } = boardOf(text);
      const result = rename(
        { board, sharing: () => filesOf(board) },
        file,
        cursorAt(text, needle),
        name,
      );
      if (!result.ok) return result.because;
      const [offer] = await offersFor([result.value], undefined);
      assert.ok(offer);
      return offer.ok
        ? applyEdits(text, offer.fix.edits)
        : wordRefusal(offer.refusal, (each) => path.basename(each));
    }
    const soc = `soc {\n\t\t${CELLS}\n\t\tranges;\n\t\tuart@1000 {\n\t\t\treg = <0x1000 0x100>;\n\t\t\tport {\n\t\t\t};\n\t\t};\n\t\tuart@2000 {\n\t\t\treg = <0x2000 0x100>;\n\t\t};\n\t};`;

    it('of a node follows it into paths and strings', async () => {
      const text =
        tree(
          'chosen {\n\t\tstdout-path = "/soc/uart@1000:115200n8";\n\t};',
          'aliases {\n\t\tserial0 = &{/soc/uart@1000};\n\t\tserial1 = "/soc/uart@10000";\n\t};',
          soc,
        ) + '\n&{/soc/uart@1000} {\n\tstatus = "okay";\n};\n\n&{/soc/uart@1000/port} {\n\ta;\n};\n';
      const after = await renamed(text, '\tuart@|1000 {', 'serial@1000');
      assert.equal(
        after,
        text
          .replaceAll('/soc/uart@1000', '/soc/serial@1000')
          .replace('/soc/serial@10000', '/soc/uart@10000')
          .replace('\tuart@1000 {', '\tserial@1000 {'),
      );
    });

    it('of a property follows it into overrides and deletions', async () => {
      const text =
        tree('l: node {\n\t\told = <1>;\n\t};') +
        '\n&l {\n\t/delete-property/ old;\n\told = <2>;\n};\n';
      assert.equal(await renamed(text, '\tol|d = <2>', 'new'), text.replaceAll(/\bold\b/g, 'new'));
    });

    for (const [what, needle, name, because] of [
      ['of the root', '/| {', 'x', /nothing here|root node has no name/],
      ['to a name of no node', 'uart@|1000 {', 'a b', /is no node name/],
      ['to the name of a sibling', 'uart@|1000 {', 'uart@2000', /has a child uart@2000 already/],
      ['to a name of no property', 'ran|ges;', 'a b', /is no property name/],
      [
        'to a property that is there',
        'ran|ges;',
        '#size-cells',
        /has a property #size-cells already/,
      ],
      ['of blank space', '\n|\n/ {', 'x', /nothing here/],
    ] as const)
      it(`${what} is refused`, async () => {
        assert.match(await renamed(tree(soc), needle, name), because);
      });

    for (const [what, name, because] of [
      ['no label', '1st', /is no label/],
      ['one in use', 'other', /label other is in use/],
    ] as const)
      it(`of a label to ${what} is refused`, async () => {
        const text = tree('mine: a {\n\t};', 'other: b {\n\t};');
        assert.match(await renamed(text, 'mi|ne:', name), because);
      });

    it('of a name that a macro makes is refused', async () => {
      const text = `#define NODE uart\n#define PROPERTY clock\n${tree('NODE {\n\t\tPROPERTY = <1>;\n\t};')}`;
      for (const needle of ['\tNO|DE {', '\tPROP|ERTY ='])
        assert.match(await renamed(text, needle, 'x'), /macro|Put the cursor/);
    });
  });

  describe('of a refactoring', () => {
    /** The text after each refactoring offered, by its title. */
    async function offered(text: string, needle: string): Promise<ReadonlyMap<string, string>> {
      const { board, file, offersFor } = boardOf(text);
      const proposals = refactorings(board, file, cursorAt(text, needle));
      const offers = await offersFor(proposals, undefined);
      return new Map(
        offers.flatMap((offer) =>
          offer.ok ? [[offer.fix.title, applyEdits(text, offer.fix.edits)] as const] : [],
        ),
      );
    }
    const reserved = (...regions: readonly string[]): string =>
      `reserved-memory {\n\t\t#address-cells = <1>;\n\t\t#size-cells = <1>;\n\t\tranges;\n\n\t\t${regions.join('\n\n\t\t')}\n\t};`;
    const region = 'hole@50000000 {\n\t\t\treg = <0x50000000 0x100000>;\n\t\t};';

    it('makes /reserved-memory where there is none', async () => {
      const text = tree().replace('/dts-v1/;\n', '/dts-v1/;\n/memreserve/ 0x48000000 0x10000;\n');
      const [[title, after] = ['', '']] = await offered(text, '0x480|00000');
      assert.equal(title, 'Convert to a no-map region of 64 KiB at 0x48000000');
      assert.equal(
        after,
        tree(
          '',
          reserved('memory@48000000 {\n\t\t\treg = <0x48000000 0x10000>;\n\t\t\tno-map;\n\t\t};'),
        ).replace('\n\t\n', '\n\n'),
      );
    });

    it('turns a region into /memreserve/ and back', async () => {
      const text = tree(
        reserved(region, 'other@60000000 {\n\t\t\treg = <0x60000000 0x1000>;\n\t\t};'),
      );
      const there = await offered(text, 'hole|@');
      const [title = ''] = [...there.keys()].filter((each) => each.includes('/memreserve/'));
      const after = there.get(title) ?? '';
      assert.match(after, /^\/dts-v1\/;\n\/memreserve\/ 0x50000000 0x100000;\n/);
      assert.doesNotMatch(after, /hole@/);
      const back = [...(await offered(after, '0x500|00000')).values()][0] ?? '';
      assert.match(back, /memory@50000000 \{\n\t\t\treg = <0x50000000 0x100000>;\n\t\t\tno-map;/);
      assert.doesNotMatch(back, /memreserve/);
    });

    it('leaves a region alone that has a label', async () => {
      const text = tree(reserved(`l: ${region}`));
      assert.deepEqual(
        [...(await offered(text, 'hole|@')).keys()].filter((each) => each.includes('memreserve')),
        [],
      );
    });

    it('gives a domain memory before its modules, of the size it asks for or a usual one', async () => {
      const domain = (more: string): string =>
        tree(
          `chosen {\n\t\t${CELLS}\n\t\tdomU1 {\n\t\t\tcompatible = "xen,domain";\n\t\t\t${CELLS}\n${more}\t\t\tmodule@48000000 {\n\t\t\t};\n\t\t};\n\t};`,
        );
      const given = await offered(domain('\t\t\tmemory = <0 0x10000>;\n'), 'dom|U1');
      assert.deepEqual(
        [...given.keys()].map((title) => title.replace(/ at .*/, '')),
        ['Give domU1 64 MiB of static memory'],
      );
      assert.match(
        [...given.values()].join(),
        /xen,static-mem = <0x[0-9a-f]+ 0x4000000>;\n\t\t\tmodule@/,
      );
      assert.ok((await offered(domain(''), 'dom|U1')).size > 1);
      const has = '\t\t\txen,static-mem = <0x50000000 0x1000000>;\n';
      assert.equal((await offered(domain(has), 'dom|U1')).size, 0);
    });

    it('offers nothing where nothing is free', async () => {
      const text = tree(reserved('all@40000000 {\n\t\t\treg = <0x40000000 0x40000000>;\n\t\t};'));
      assert.equal((await offered(text, 'reserved-|memory')).size, 0);
      const { board, file } = boardOf(text);
      assert.deepEqual(placesForRegion(board, file, 0x1000n), []);
    });

    it('knows sizes as people write them', () => {
      for (const [text, size] of [
        ['16 MiB', 16n << 20n],
        ['16m', 16n << 20n],
        ['64 KB', 64n << 10n],
        ['2G', 2n << 30n],
        ['0x1_0000', 0x10000n],
        ['512', 512n],
        ['512 b', 512n],
        ['0', undefined],
        ['0x_', undefined],
        ['much', undefined],
        ['', undefined],
      ] as const)
        assert.equal(readSize(text), size, text);
    });
  });
});
