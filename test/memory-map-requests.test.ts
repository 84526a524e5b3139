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

  it('give a card for a place in a region, and none elsewhere', async () => {
    const lines = readFileSync(file, 'utf8').split('\n');
    const at = (needle: string): { line: number; character: number } => ({
      line: lines.findIndex((line) => line.includes(needle)),
      character: 2,
    });
    const card = await session.request('dtmap/hoverCard', { uri, position: at('0x51800000') });
    assert.match(card?.svg ?? '', /^<svg .*url\(#h\)/);
    assert.deepEqual(card?.readers, ['Devicetree', 'Xen 4.22', 'dom0', 'Linux']);
    const none = await session.request('dtmap/hoverCard', { uri, position: at('compatible') });
    assert.equal(none, null);
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
        assert.ok(await session.request('dtmap/hoverCard', { uri, position }), uri);
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
