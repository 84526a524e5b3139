// What the bundled language server answers to the memory map view.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { URI } from 'vscode-uri';
import { LspSession } from './support/lsp-session.ts';

const file = path.join(import.meta.dirname, 'fixtures/memory-map/overridden.dts');
const uri = pathToFileURL(file).href;
const REGION = `
  #address-cells = <1>;
  #size-cells = <1>;
  memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
  reserved-memory {
    #address-cells = <1>;
    #size-cells = <1>;
    ranges;
    video@51800000 { reg = <0x51800000 0x100000>; };
  };`;

describe('memory map requests', () => {
  let session: LspSession;

  before(async () => {
    session = await LspSession.start({ folder: path.dirname(file) });
    await session.open(file);
  });

  after(async () => {
    await session.stop();
  });

  /** What a hover says to our own client, which shows pictures. */
  async function hoverAt(
    document: string,
    position: { line: number; character: number },
  ): Promise<string> {
    const shown = await session.ask('textDocument/hover', {
      textDocument: { uri: document },
      position,
      theme: 'dark',
    });
    return (shown as { contents: { value: string } } | null)?.contents.value ?? '';
  }

  it('give the model for the targets, with places as URIs', async () => {
    const model = await session.request('dtmap/memoryMap', { uri });
    assert.equal(model.title, 'overridden.dts');
    assert.equal(model.file, uri);
    assert.equal(model.releases.length, 1);
    assert.equal(model.collisions.length, 1);
    const modem = model.regions.find((region) => region.name === 'modem');
    assert.equal(modem?.openings[0]?.file, uri);
  });

  it('give the model for releases that are no targets beside the others', async () => {
    const model = await session.request('dtmap/memoryMap', { uri, releases: ['4.18', 'nonsense'] });
    assert.deepEqual(model.releases, ['4.18.6', '4.22.0']);
    const xen = model.lanes.filter((lane) => lane.id === 'xen');
    assert.deepEqual(
      xen.map((lane) => lane.stop === undefined),
      [true, false],
    );
    const again = await session.request('dtmap/memoryMap', { uri });
    assert.deepEqual(again.releases, ['4.22.0'], 'the targets stay as they were');
  });

  it('give the fixes of a finding by its id', async () => {
    const sample = path.join(import.meta.dirname, '../client/sample/board.dts');
    const own = { uri: pathToFileURL(sample).href };
    await session.open(sample);
    const model = await session.request('dtmap/memoryMap', own);
    const note = model.notes.find((each) => each.rule === 'reserved-overlap');
    assert.ok(note);
    const fixes = await session.request('dtmap/findingFixes', { ...own, finding: note.id });
    assert.ok(fixes.length > 0);
    for (const fix of fixes) {
      assert.ok(fix.title.length > 0);
      for (const edit of fix.edits) assert.equal(edit.at.uri, own.uri);
    }
    assert.deepEqual(await session.request('dtmap/findingFixes', { ...own, finding: 'gone' }), []);
  });

  it('give no fix that would bring another warning to light', async () => {
    // With all boot facts it is certain what Xen does once the overlap is gone.
    const profile = path.join(import.meta.dirname, 'fixtures/profiles/one-cpu.json');
    await session.configure({
      dtmap: { bootProfile: JSON.parse(readFileSync(profile, 'utf8')) as unknown },
    });
    const model = await session.request('dtmap/memoryMap', { uri });
    const note = model.notes.find((each) => each.rule === 'reserved-overlap');
    assert.ok(note);
    assert.deepEqual(await session.request('dtmap/findingFixes', { uri, finding: note.id }), []);
    await session.configure({});
  });

  describe('begin a hover', () => {
    const board = `/dts-v1/;
/memreserve/ 0x48000000 0x1000;
/ {${REGION.replace(
      'ranges;',
      `ranges;
    camera: camera@51000000 { reg = <0x51000000 0x900000 0x60000000 0x1000>; status = "okay"; no-map; };
    pool { size = <0x100000>; compatible = "shared-dma-pool"; };`,
    )}
  user { memory-region = <&camera>; reg = <0x1000 0x10>; status = "disabled"; };
};
`;
    let document = '';
    before(async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'dtmap-hover-'));
      const own = path.join(folder, 'board.dts');
      await session.open(own, board);
      document = session.uriOf(own);
    });
    const show = (needle: string): Promise<string> => {
      const before = board.slice(0, board.indexOf(needle)).split('\n');
      return hoverAt(document, {
        line: before.length - 1,
        character: (before.at(-1) ?? '').length,
      });
    };
    const overlaps =
      /^\*\*⚠ overlaps video@51800000 by 1 MiB\*\*\n\n!\[Bars [^\]]*dom0[^\]]*\]\(data:image\/svg\+xml;base64,[\w+/=]+\)\n\n\*\*/;

    for (const needle of ['camera@', 'camera: ', '&camera', '0x900000', 'status = "okay"'])
      it(`with the verdict in words, then the picture, at ${needle}`, async () => {
        assert.match(await show(needle), overlaps);
      });

    it('with the verdict on the range that the cursor is in', async () => {
      const shown = await show('0x60000000');
      assert.match(shown, /^\*\*(?!⚠ overlaps).+\*\*\n\n!\[Bars/);
    });

    it('with the verdict on what has no node, or no place of its own', async () => {
      assert.match(await show('0x48000000'), /^\*\*.+\*\*\n\n!\[Bars/);
      assert.match(await show('pool {'), /^\*\*placed by the kernel · 1 MiB\*\*\n\n!\[Bars/);
      assert.match(await show('size = <0x100000>'), /^\*\*placed by the kernel/);
    });

    it('with the sum of a bank', async () => {
      assert.match(await show('memory@4'), /^\*\*1 GiB RAM in 1 bank · .*\*\*\n\n\*\*\/memory/);
    });

    for (const needle of [
      'no-map;',
      'compatible',
      'ranges;',
      '#size-cells',
      'memory-region',
      'user {',
      'reg = <0x1000 ',
      'status = "disabled"',
    ])
      it(`without either at ${needle}`, async () => {
        const shown = await show(needle);
        assert.match(shown, /^\*\*(?:[#\w-]+\*\* of )?\//);
        assert.doesNotMatch(shown, /!\[|⚠/);
      });

    it('without a picture for editors that show none', async () => {
      const [line = ''] = board.split('camera@').slice(0, 1);
      const lines = line.split('\n');
      const shown = await session.hover(path.join(path.dirname(document.slice(7)), 'board.dts'), {
        line: lines.length - 1,
        character: (lines.at(-1) ?? '').length,
      });
      const text = JSON.stringify(shown?.contents);
      assert.match(text, /"\*\*⚠ overlaps/);
      assert.doesNotMatch(text, /!\[/);
    });
  });

  it('name files as the client does, whatever their names hold', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'dtmap-names-'));
    const names = ['p1+p2', 'a,b', 'me@host', 'x (copy)', "it's", 'über', 'a b#c', '100%'];
    for (const name of [...names, 'semi;colon', 'a&b=c', 'plain']) {
      const board = path.join(folder, `${name}.dts`);
      const included = path.join(folder, `${name}.dtsi`);
      writeFileSync(board, `/dts-v1/;\n#include "${name}.dtsi"\n/ {\n${REGION}\n};\n`);
      writeFileSync(included, `/ {\n${REGION.replaceAll('5180', '5280')}\n};\n`);
      await session.open(board);
      // The client of this test escapes less than VS Code does.
      const opened = pathToFileURL(board).href;
      const model = await session.request('dtmap/memoryMap', { uri: opened });
      const places = model.regions.flatMap(({ openings }) => openings.map((each) => each.file));
      assert.deepEqual(
        [...new Set(places)].sort(),
        [opened, URI.file(included).toString()].sort(),
        name,
      );
      await session.open(included);
      for (const uri of [opened, URI.file(board).toString(), URI.file(included).toString()]) {
        const lines = readFileSync(URI.parse(uri).fsPath, 'utf8').split('\n');
        const position = { line: lines.findIndex((line) => line.includes('video')), character: 6 };
        assert.match(await hoverAt(uri, position), /^\*\*.+\*\*\n\n!\[Bars from top/, uri);
      }
      await session.close(included);
      await session.close(board);
    }
    rmSync(folder, { recursive: true });
  });

  it('keep the last good map while the text is broken, and say so', async () => {
    const text = readFileSync(file, 'utf8');
    await session.change(file, text.replace('status = "disabled";', 'status = = '));
    const model = await session.request('dtmap/memoryMap', { uri });
    assert.ok(model.stale, 'the map is marked');
    assert.equal(model.collisions.length, 1);
    await session.change(file, text);
    const mended = await session.request('dtmap/memoryMap', { uri });
    assert.equal(mended.stale, undefined);
  });
});
