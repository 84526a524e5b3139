// The memory map page in Chromium: what is drawn in every theme and width, keys, search, releases, table, speed.

import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { MapModel } from '../../../server/src/map-view/map-model.ts';
import type { ThemeKind } from '../../../server/src/map-view/map-palette.ts';
import { makeMapModel } from '../../../server/src/map-view/make-map-model.ts';
import {
  disabledRegionBoard,
  domainsBoard,
  manyRegionsBoard,
  overlapBoard,
  unknownRamBoard,
  type Example,
} from '../../memory-map-boards.ts';
import { bundle } from '../../support/bundles.ts';
import { sharedBrowser } from '../shared-browser.ts';
import { openMapPage, type MapPage, type MapPageOptions } from './map-page.ts';

function model(example: Example, more: Partial<MapModel> = {}): MapModel {
  const made = makeMapModel(example.board, example.findings, { file: '/board/board.dts' });
  return { ...made, ...more };
}

const themes: readonly ThemeKind[] = ['dark', 'light', 'high-contrast', 'high-contrast-light'];

/** Texts of the map that overlap or leave their block, as the browser lays them out. */
const MISPLACED = `(() => {
  const texts = [...document.querySelectorAll('#map text')].filter((t) => t.textContent && !t.closest('.marks'));
  const boxes = texts.map((t) => {
    const b = t.getBoundingClientRect();
    const middle = (b.top + b.bottom) / 2, half = parseFloat(t.getAttribute('font-size')) / 2 - 0.5;
    const place = t.closest('.place');
    return { text: t.textContent, left: b.left, right: b.right, top: middle - half, bottom: middle + half,
      inside: place && place.querySelector('.block rect').getBoundingClientRect() };
  });
  const wrong = [];
  boxes.sort((a, b) => a.top - b.top);
  boxes.forEach((a, i) => {
    if (a.inside && (a.left < a.inside.left || a.right > a.inside.right + 1)) wrong.push(a.text + ' leaves its block');
    for (const b of boxes.slice(i + 1)) {
      if (b.top >= a.bottom) break;
      if (a.left < b.right && b.left < a.right) wrong.push(a.text + ' meets ' + b.text);
    }
  });
  return wrong;
})()`;

describe('memory map page', () => {
  let browser: Browser;
  let page: MapPage | undefined;

  const open = async (shown: MapModel, options?: MapPageOptions): Promise<MapPage> => {
    page = await openMapPage(browser, shown, options);
    return page;
  };

  before(async function () {
    this.timeout(120_000);
    bundle('webview.js');
    browser = await sharedBrowser(this);
  });

  afterEach(async () => {
    const errors = page?.errors ?? [];
    await page?.close();
    page = undefined;
    assert.deepEqual(errors, [], 'nothing went wrong in the page');
  });

  for (const theme of themes)
    for (const width of [600, 1360])
      it(`is drawn in ${theme} at ${width} px with every text in its place`, async () => {
        const map = await open(model(disabledRegionBoard()), { theme, width });
        await map.press('[');
        assert.deepEqual(await map.page.evaluate(MISPLACED), []);
        await map.screenshot(`map-disabled-${theme}-${width}`);
        await map.send({ type: 'model', model: model(overlapBoard()) });
        await map.press('F8');
        assert.deepEqual(await map.page.evaluate(MISPLACED), []);
        assert.equal(await map.page.locator('#map [data-collision]').count(), 1);
        await map.screenshot(`map-overlap-${theme}-${width}`);
      });

  it('follows a change of theme', async () => {
    const map = await open(model(overlapBoard()));
    const fill = (): Promise<string | null> =>
      map.page.locator('#map .block rect').first().getAttribute('fill');
    const dark = await fill();
    await map.setTheme('light');
    assert.notEqual(await fill(), dark);
  });

  it('is walked by keys, with the focus on the block that is told', async () => {
    const map = await open(model(disabledRegionBoard()));
    await map.press('[', 'ArrowDown');
    assert.match(await map.focused(), /^Devicetree: firmware, 64 KiB, 0x20000000 to 0x2000ffff/);
    await map.press('ArrowDown', 'ArrowDown');
    assert.match(await map.focused(), /^Devicetree: kernel/);
    await map.press('ArrowRight');
    assert.match(await map.focused(), /^Xen 4\.18: kernel/);
    await map.press('ArrowRight', 'ArrowRight');
    assert.match(await map.focused(), /^Linux: RAM/);
    await map.press('End');
    assert.match(await map.focused(), /^Linux: RAM, 5\.5 GiB/);
    await map.press('ArrowLeft');
    assert.match(await map.focused(), /^dom0: RAM that dom0 does not own/);
    await map.press('Home');
    assert.match(await map.focused(), /^dom0: listed as RAM but reserved, 64 KiB/);
    assert.equal(await map.page.locator('#map .block[tabindex="0"]').count(), 1);
    assert.equal(await map.page.locator('#map .block[aria-selected=true]').count(), 1);
    await map.press('Enter');
    const reveal = (await map.sent()).find((message) => message.type === 'reveal');
    assert.equal(reveal?.takesFocus, true);
    assert.equal(reveal.place.line, 10, 'the reg of the region');
    await map.press('Escape');
    assert.equal(await map.page.locator('#map .block[aria-selected=true]').count(), 0);
    assert.match(await map.page.locator('#details').innerText(), /Keys/);
  });

  it('goes from problem to problem with F8, and shows where each definition comes from', async () => {
    const map = await open(model(overlapBoard()));
    await map.press('F8');
    assert.match(await map.focused(), /network_fw_mem.*shares bytes with modem_mem/);
    const details = await map.page.locator('#details').innerText();
    assert.match(details, /Two reserved regions share bytes/);
    assert.match(details, /board\.dts:28 overridden\s+reg = <0x0 0x86000000 0x0 0x5700000>;/);
    assert.match(details, /board\.dts:29 wins/);
    assert.match(details, /modem_mem\s*64\sKiB shared/);
    assert.equal(await map.page.locator('#count').innerText(), '1 error');
  });

  it('finds a frame number, an address, a pasted console line and a name', async () => {
    const map = await open(model(disabledRegionBoard()));
    await map.press('/');
    await map.page.keyboard.type('mfn 0x1a02dc');
    await map.settle();
    assert.match(await map.page.locator('#details').innerText(), /npu_reserved/);
    assert.match(
      await map.page.locator('#details').innerText(),
      /MFN 0x1a02dc, 2\.86\sMiB into npu_reserved/,
    );
    assert.equal(await map.page.locator('#map .marks text').first().textContent(), '1a02dc000');
    await map.screenshot('map-find-mfn');
    const find = map.page.locator('#find');
    await find.fill('(XEN) arch/arm/p2m.c:2202: d0v0: Failing to acquire the MFN 0x40007');
    await map.settle();
    assert.match(await map.page.locator('#details h2').innerText(), /^frames/);
    await find.fill('0x2e00_1000');
    await map.settle();
    assert.match(await map.page.locator('#details h2').innerText(), /^isp/);
    await find.fill('isp');
    await map.settle();
    assert.match(await map.page.locator('#here').innerText(), /1 node matches/);
    assert.ok((await map.page.locator('#map .place[opacity="0.3"]').count()) > 10);
    await find.press('Escape');
    assert.equal(await map.page.locator('#map .place[opacity="0.3"]').count(), 0);
  });

  it('switches the release in place: nothing moves, only owners change', async () => {
    const map = await open(model(disabledRegionBoard()));
    const positions = (): Promise<string[]> =>
      map.page.evaluate(() =>
        [...document.querySelectorAll('#map [data-key^="devicetree:"] rect:first-of-type')].map(
          (rect) => `${rect.getAttribute('x') ?? ''} ${rect.getAttribute('y') ?? ''}`,
        ),
      );
    const before = await positions();
    const chosen = map.page.locator('#releases [aria-checked=true]');
    // The release that has the fault is shown, with the number of its errors.
    assert.deepEqual((await chosen.innerText()).split(/\s+/), ['4.18', '1']);
    assert.equal(await chosen.getAttribute('aria-label'), '4.18, 1 error');
    assert.equal(await map.page.locator('[data-key*=":fault"]').count(), 1);
    await map.press(']');
    assert.equal(await map.page.locator('[data-key*=":fault"]').count(), 0);
    assert.deepEqual(await positions(), before);
    assert.equal(await chosen.innerText(), '4.22');
    await chosen.focus();
    await map.press('ArrowLeft');
    assert.match(await chosen.innerText(), /^4\.18/);
  });

  it('asks for another release and shows it when it comes', async () => {
    const map = await open(model(disabledRegionBoard()));
    await map.send({ type: 'releases', releases: ['4.22', '4.19', '4.18'] });
    const options = await map.page.locator('#try option').allInnerTexts();
    assert.deepEqual(options, ['What if…', 'Xen 4.19']);
    await map.page.locator('#try').selectOption('4.19');
    assert.deepEqual((await map.sent()).at(-1), { type: 'try', release: '4.19' });
  });

  it('sends the fixes it offers by finding and number', async () => {
    const shown = model(overlapBoard());
    const map = await open(shown);
    await map.press('F8');
    const finding = shown.notes[0]?.id ?? '';
    assert.ok((await map.sent()).some((each) => each.type === 'fixes' && each.finding === finding));
    await map.send({ type: 'fixes', finding, titles: ['Delete it', 'Move it to 0x84400000'] });
    await map.page.getByRole('button', { name: 'Move it to 0x84400000' }).click();
    assert.deepEqual((await map.sent()).at(-1), { type: 'fix', finding, index: 1 });
  });

  it('selects what the caret stands in, and reveals what is clicked', async () => {
    const map = await open(model(disabledRegionBoard()));
    await map.send({ type: 'caret', file: '/board/board.dts', line: 17 });
    assert.match(await map.page.locator('#details h2').innerText(), /^isp/);
    assert.equal((await map.sent()).filter((each) => each.type === 'reveal').length, 0);
    await map.page.locator('[data-key$=":frames"]').click();
    const reveal = (await map.sent()).find((each) => each.type === 'reveal');
    assert.equal(reveal?.takesFocus, false);
    assert.match(await map.focused(), /frames/);
  });

  it('is a table on request, the same rows as Markdown', async () => {
    const map = await open(model(disabledRegionBoard()), { width: 1000 });
    await map.press('[', 't');
    const table = map.page.locator('#table table');
    assert.deepEqual(await table.locator('th').allInnerTexts(), [
      ...['From', 'To', 'Size', 'Devicetree', 'Xen 4.18', 'dom0', 'Linux'],
    ]);
    const row = table.locator('tr', { hasText: '0x1a0000000' });
    assert.deepEqual(await row.locator('td').allInnerTexts(), [
      ...['0x1a0000000', '0x1bfffffff', '512 MiB'],
      ...['npu_reserved', 'not Xen’s', 'RAM that dom0 does not own', 'RAM'],
    ]);
    await map.screenshot('map-table');
    await map.page.getByRole('button', { name: 'Copy as Markdown' }).click();
    const copied = (await map.sent()).find((each) => each.type === 'copy');
    assert.match(copied?.text ?? '', /\| 0x1a0000000 \| 0x1bfffffff \| 512 MiB \| npu_reserved \|/);
    await map.press('t');
    assert.ok(await map.page.locator('#map').isVisible());
  });

  it('keeps the last good map while the text is broken', async () => {
    const place = {
      file: '/board/board.dts',
      name: 'board.dts',
      line: 44,
      column: 3,
      endLine: 44,
      endColumn: 4,
    };
    const map = await open(
      model(disabledRegionBoard(), { stale: { message: 'missing ;', place } }),
      { width: 1000 },
    );
    assert.match(
      await map.page.locator('#stale').innerText(),
      /Text is broken at board\.dts:44 \(missing ;\)/,
    );
    assert.ok((await map.page.locator('#map .block').count()) > 20);
    await map.screenshot('map-stale');
  });

  it('says what it does not know, and why it is empty', async () => {
    const map = await open(model(unknownRamBoard()), { theme: 'light' });
    await map.screenshot('map-unknown');
    assert.match(await map.page.locator('#heads').textContent().then(String), /RAM size unknown/);
    assert.equal(await map.page.locator('#map [data-collision]').count(), 1);
    await map.send({
      type: 'model',
      model: {
        ...model(domainsBoard()),
        edges: [],
        segments: [],
        lanes: [],
        empty: 'No memory node.',
      },
    });
    assert.match(await map.page.locator('#empty').innerText(), /No memory to show yet/);
    await map.page.getByRole('button', { name: /Choose the board/ }).click();
    assert.deepEqual((await map.sent()).at(-1), { type: 'command', command: 'selectBoard' });
    await map.screenshot('map-empty');
  });

  it('gives every reader a named list of named options', async () => {
    const map = await open(model(domainsBoard()), { theme: 'light' });
    await map.screenshot('map-domains');
    const lists = await map.page
      .getByRole('listbox')
      .evaluateAll((found) => found.map((each) => each.getAttribute('aria-label') ?? ''));
    assert.equal(lists.length, 4);
    assert.ok(lists.every((name) => name !== ''));
    const unnamed = await map.page.evaluate(() =>
      [
        ...document.querySelectorAll(
          '[role=option],[role=listbox],[role=radiogroup],button,#find,select,[role=region],aside',
        ),
      ]
        .filter((each) => (each.getAttribute('aria-label') ?? each.textContent ?? '').trim() === '')
        .map((each) => each.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(unnamed, []);
    assert.equal(await map.page.getByRole('radiogroup', { name: 'Xen release' }).count(), 1);
    const orphans = await map.page.evaluate(
      () =>
        [...document.querySelectorAll('[role=option]')].filter(
          (each) => !each.closest('[role=listbox]'),
        ).length,
    );
    assert.equal(orphans, 0);
  });

  it('saves a picture that stands alone', async () => {
    const map = await open(model(overlapBoard()));
    await map.press('e');
    const saved = (await map.sent()).find((each) => each.type === 'save');
    assert.equal(saved?.name, 'board-xen-4.22.0.svg');
    assert.match(saved.svg, /^<svg xmlns=/);
    assert.ok(!/var\(|color-mix|class=/.test(saved.svg));
    const alone = await map.page.context().newPage();
    await alone.setContent(saved.svg);
    assert.ok(await alone.locator('text', { hasText: 'modem_mem' }).first().isVisible());
    await alone.screenshot({ path: 'out/screenshots/map-export.png', fullPage: true });
  });

  it('stays smooth with 2000 regions', async function () {
    const shown = model(manyRegionsBoard(2000));
    const map = await open(shown);
    const nodes = await map.page.evaluate(() => document.querySelectorAll('#map *').length);
    assert.ok(nodes < 5000, `${nodes} elements`);
    // CPU time of the page's main thread: other work on the machine does not count.
    const session = await map.page.context().newCDPSession(map.page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return (metrics.find((each) => each.name === 'TaskDuration')?.value ?? 0) * 1000;
    };
    const before = await busy();
    const steps = 30;
    await map.page.evaluate(async (count) => {
      const scroll = document.getElementById('scroll');
      for (let step = 0; step < count; step++) {
        // Far enough for a new window every time.
        if (scroll) scroll.scrollTop += 600;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    }, steps);
    const each = ((await busy()) - before) / steps;
    console.log(`      ${nodes} elements; ${each.toFixed(1)} ms CPU for a new window`);
    assert.ok(each < 120, `${each} ms`);
    await map.press('End');
    assert.match(await map.focused(), /^Devicetree: free/);
    await map.press('Home');
    assert.match(await map.focused(), /^Devicetree: buffer0,/);
    await map.screenshot('map-2000');
  });
});
