// The memory map page in Chromium: what is drawn in every theme and width, keys, search, releases, table, speed.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import type { MapModel } from '../../../server/src/map-view/map-model.ts';
import type { ThemeKind } from '../../../server/src/map-view/map-palette.ts';
import { makeMapModel } from '../../../server/src/map-view/make-map-model.ts';
import { writeLonePage } from '../../../server/src/map-view/map-page.ts';
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
import { MapPage, openMapPage, type MapPageOptions } from './map-page.ts';

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

const axe = readFileSync(
  path.join(import.meta.dirname, '../../../node_modules/axe-core/axe.min.js'),
  'utf8',
);

/** What axe-core finds on the page, the rule with the element. */
const BARRIERS = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`;

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
    it(`is drawn in ${theme} at every width with every text in its place, and without barriers`, async () => {
      const map = await open(model(disabledRegionBoard()), { theme, width: 320 });
      await map.send({ type: 'releases', releases: ['4.22', '4.19', '4.18'] });
      await map.page.evaluate(axe);
      for (const width of [320, 1024, 1360]) {
        await map.resize(width);
        await map.send({ type: 'model', model: model(disabledRegionBoard()) });
        await map.press('Escape');
        assert.deepEqual(await map.page.evaluate(MISPLACED), []);
        if (width !== 1024) await map.screenshot(`map-disabled-${theme}-${width}`);
        await map.send({ type: 'model', model: model(overlapBoard()) });
        await map.press('F8');
        assert.deepEqual(await map.page.evaluate(MISPLACED), []);
        assert.equal(await map.page.locator('#map [data-collision]').count(), 1);
        if (width !== 1024) await map.screenshot(`map-overlap-${theme}-${width}`);
        if (width === 1360) continue;
        assert.deepEqual(await map.page.evaluate(BARRIERS), []);
        if (width !== 320) continue;
        await map.press('t');
        assert.deepEqual(await map.page.evaluate(BARRIERS), []);
        await map.press('t');
      }
    });

  for (const width of [320, 480, 768, 1440])
    it(`has every control and the whole name of every column at ${width} px`, async () => {
      const map = await open(model(domainsBoard()), { width });
      await map.send({ type: 'releases', releases: ['4.22', '4.19', '4.18'] });
      const sideways = (): Promise<number> =>
        map.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.equal(await sideways(), 0);
      for (const control of ['#releases', '#try', '#count', '#as-table', '#export', '#find']) {
        const box = await map.page.locator(control).boundingBox();
        assert.ok(box && box.x >= 0 && box.x + box.width <= width && box.width > 20, control);
      }
      const heads = await map.page.evaluate(() =>
        [...document.querySelectorAll('#heads > g > g')].map((head) => {
          const { left, right, top } = head.getBoundingClientRect();
          const cut = [...head.querySelectorAll('text')].some(
            (text) =>
              text.getBoundingClientRect().top <
              (text.ownerSVGElement?.getBoundingClientRect().top ?? 0),
          );
          return {
            text: head.textContent,
            isSeen: left >= 0 && right <= innerWidth && top >= 0 && !cut,
          };
        }),
      );
      const lists = await map.page
        .getByRole('listbox')
        .evaluateAll((found) => found.map((each) => each.getAttribute('aria-label') ?? ''));
      assert.equal(heads.length, lists.length);
      for (const [at, { text, isSeen }] of heads.entries()) {
        const name = (lists[at] ?? '?').split(',')[0] ?? '?';
        assert.ok(
          text.replaceAll(' ', '').startsWith(name.replaceAll(' ', '')),
          `${text}, ${name}`,
        );
        assert.ok(isSeen, `${name} is in view`);
      }
      await map.screenshot(`map-domains-${width}`);
      // Below and above it the text of what is selected stands free too.
      await map.press('F8', 't');
      assert.equal(await sideways(), 0);
      const table = map.page.locator('#table');
      assert.equal(await table.evaluate((box) => box.scrollWidth - box.clientWidth), 0);
      const named = await table.evaluate((box) =>
        [...box.querySelectorAll<HTMLElement>('tbody tr:first-child td')].map((cell) =>
          box.classList.contains('stacked')
            ? getComputedStyle(cell, '::before').content.replaceAll('"', '')
            : (box.querySelectorAll('th')[
                cell instanceof HTMLTableCellElement ? cell.cellIndex : -1
              ]?.innerText ?? ''),
        ),
      );
      assert.deepEqual(named.slice(0, 4), ['From', 'To', 'Size', 'Devicetree']);
      assert.equal(named.length, 3 + lists.length);
      await map.screenshot(`map-domains-table-${width}`);
    });

  it('scrolls sideways, the heads with it, where more readers are than a panel can hold', async () => {
    const shown = model(domainsBoard());
    const [tree, ...readers] = shown.lanes;
    assert.ok(tree);
    const lanes = Array.from({ length: 6 }, (_, copy) =>
      readers.map((each) => ({ ...each, id: `${each.id}${copy}`, name: `${each.name} ${copy}` })),
    ).flat();
    const map = await open({ ...shown, lanes: [tree, ...lanes] }, { width: 320 });
    const last = map.page.locator('#heads > g > g').last();
    const lane = map.page.locator('#map [role=listbox]').last();
    const before = await last.boundingBox();
    assert.ok(before && before.x > 320);
    await map.page.evaluate(() => document.getElementById('scroll')?.scrollBy(5000, 0));
    await map.settle();
    const [head, column] = [await last.boundingBox(), await lane.boundingBox()];
    assert.ok(head && column && head.x + head.width <= 320);
    assert.ok(head.x >= column.x - 1 && head.x < column.x + column.width);
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
    assert.equal(await map.said(), '1 node matches');
    assert.ok((await map.page.locator('#map .place[opacity="0.3"]').count()) > 10);
    await find.press('Escape');
    assert.equal(await map.page.locator('#map .place[opacity="0.3"]').count(), 0);
  });

  it('goes to the match with Enter, from one to the next, and says how many there are', async () => {
    const map = await open(model(disabledRegionBoard()));
    const find = map.page.locator('#find');
    for (const [typed, name] of [
      ['0x1a02dc', /^Devicetree: npu_reserved/],
      ['0x80200', /^Devicetree: free/],
      ['0x00000000001a02dc', /^Devicetree: npu_reserved/],
      ['0000000020001000', /^Devicetree: firmware/],
    ] as const) {
      await map.press('/');
      await find.fill(typed);
      await map.press('Enter');
      assert.match(await map.focused(), name, typed);
    }
    await map.press('/');
    await find.fill('0x80200');
    await map.settle();
    assert.match(await map.said(), /^0x80200 taken as MFN, address 0x80200000; Devicetree: free/);
    assert.equal(
      await map.page.locator('#here').innerText(),
      '0x80200 taken as MFN, address 0x80200000',
    );
    await find.fill('kernel');
    await map.press('Enter');
    assert.match(await map.focused(), /^Devicetree: kernel/);
    assert.match(await map.said(), /^match 1 of 2: Devicetree: kernel/);
    await map.press('/', 'Enter');
    assert.match(await map.said(), /^match 2 of 2: Xen 4\.18: kernel/);
    await map.press('/', 'Enter');
    assert.match(await map.said(), /^match 1 of 2: /);
    await map.press('/');
    await find.fill('no such node');
    await map.press('Enter');
    assert.equal(await map.said(), 'nothing matches');
    assert.equal(await map.page.evaluate(() => document.activeElement?.id), 'find');
    await find.fill('0x99999999999');
    await map.settle();
    assert.equal(await map.said(), '0x99999999999 is outside all RAM and regions');
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

  it('closes a release that was only tried', async () => {
    const made = model(disabledRegionBoard());
    const map = await open(made);
    assert.equal(await map.page.locator('#tried button').count(), 0);
    await map.send({ type: 'model', model: { ...made, tried: ['4.18.6'] }, select: '4.18' });
    await map.page.getByRole('button', { name: 'Close 4.18' }).click();
    assert.deepEqual((await map.sent()).at(-1), { type: 'close', release: '4.18.6' });
    // From the keyboard: on the release itself. A target has nothing to close.
    await map.page.locator('#releases [data-release="4.18.6"]').focus();
    await map.press('Delete');
    await map.press('ArrowRight', 'Delete');
    const closed = (await map.sent()).filter((each) => each.type === 'close');
    assert.deepEqual(
      closed.map(({ release }) => release),
      ['4.18.6', '4.18.6'],
    );
    const lanes = made.lanes.filter((lane) => lane.release !== '4.18.6');
    await map.send({ type: 'model', model: { ...made, lanes, releases: ['4.22.0'] } });
    assert.equal(await map.page.locator('#releases [role=radio]').count(), 1);
    assert.equal(await map.page.locator('#tried button').count(), 0);
  });

  it('marks with Δ the part that has another owner', async () => {
    const map = await open(model(disabledRegionBoard()));
    await map.press(']');
    const heap = map.page.locator('.place[data-key], .place', {
      has: map.page.locator('[data-key^="xen:0x1a0000000-"]'),
    });
    const sign = await heap.locator('text', { hasText: 'Δ' }).boundingBox();
    const region = await map.page.locator('[data-key$=":npu_reserved"]').boundingBox();
    assert.ok(sign && region && sign.y >= region.y - 2);
    assert.ok(sign.y + sign.height <= region.y + region.height + 2);
    await map.page.locator('[data-key^="xen:0x1a0000000-"]').click();
    assert.match(await map.focused(), /owner differs in part in Xen 4\.18/);
    assert.match(await map.page.locator('#details .owners').innerText(), /Xen Δ/);
  });

  it('sends the fixes it offers by finding and number', async () => {
    const shown = model(overlapBoard());
    const map = await open(shown);
    await map.press('F8');
    const finding = shown.notes[0]?.id ?? '';
    assert.ok((await map.sent()).some((each) => each.type === 'fixes' && each.finding === finding));
    await map.send({ type: 'fixes', finding, titles: ['Delete it', 'Move it to 0x84400000'] });
    await map.page.getByRole('button', { name: 'Move it to 0x84400000' }).click();
    assert.deepEqual((await map.sent()).at(-1), {
      type: 'fix',
      finding,
      index: 1,
      title: 'Move it to 0x84400000',
    });
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

  it('keeps the last good map while the text is broken, and nothing jumps', async () => {
    const place = {
      ...{ file: '/board/board.dts', name: 'board.dts' },
      ...{ line: 44, column: 3, endLine: 44, endColumn: 4 },
    };
    const good = model(disabledRegionBoard());
    const broken = { ...good, stale: { message: "expected ';'", place } };
    for (const width of [1000, 320]) {
      const map = await open(good, { width, turnsClock: true });
      const positions = (): Promise<string> =>
        map.page.evaluate(() =>
          JSON.stringify(
            [...document.querySelectorAll('#main, #heads, #map, #details, #status')].map((each) =>
              each.getBoundingClientRect(),
            ),
          ),
        );
      const before = await positions();
      const { clock } = map.page;
      await clock.pauseAt(3_600_000);
      await map.post({ type: 'model', model: broken });
      await clock.runFor(250);
      assert.ok(await map.page.locator('#stale').isHidden(), 'a moment is not worth a word');
      await map.post({ type: 'model', model: good });
      await clock.runFor(1000);
      assert.ok(await map.page.locator('#stale').isHidden(), 'it was only a moment');
      await map.post({ type: 'model', model: broken });
      await clock.runFor(310);
      const words = await map.page.locator('#stale').innerText();
      assert.equal(words, "board.dts:44: expected ';'. The map shows the last good text, 0 s old.");
      assert.equal(await map.said(), words);
      assert.equal(await positions(), before);
      assert.ok((await map.page.locator('#map .block').count()) > 20);
      await map.screenshot(`map-stale-${width}`);
      await clock.runFor(12_000);
      assert.match(await map.page.locator('#stale').innerText(), /, [1-9]\d* s old/);
      // The age is not told again and again.
      assert.equal(await map.said(), words);
      await map.page.getByRole('button', { name: 'board.dts:44' }).click();
      assert.deepEqual((await map.sent()).at(-1), { type: 'reveal', place, takesFocus: true });
      await map.post({ type: 'model', model: good });
      assert.ok(await map.page.locator('#stale').isHidden());
      assert.equal(await positions(), before);
      if (width !== 320) await map.close();
    }
  });

  it('keeps the fixes in place until they are answered anew', async () => {
    const shown = model(overlapBoard());
    const map = await open(shown);
    await map.press('F8');
    const finding = shown.notes[0]?.id ?? '';
    await map.send({ type: 'fixes', finding, titles: ['Move it to 0x84400000'] });
    const asked = async (): Promise<number> =>
      (await map.sent()).filter((each) => each.type === 'fixes' && each.finding === finding).length;
    const before = await asked();
    const fix = map.page.getByRole('button', { name: 'Move it to' });
    await map.send({ type: 'model', model: { ...shown, stale: { message: 'a moment' } } });
    assert.ok(await fix.isVisible());
    assert.equal(await asked(), before, 'broken text has no fixes to ask for');
    await map.send({ type: 'model', model: { ...shown } });
    assert.ok(await fix.isVisible());
    assert.equal(await asked(), before + 1);
    await map.send({ type: 'fixes', finding, titles: [] });
    assert.ok(await fix.isHidden());
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

  it('is all within reach of the keyboard', async () => {
    const map = await open(model(overlapBoard()), { width: 320 });
    await map.send({ type: 'releases', releases: ['4.22', '4.19', '4.18'] });
    const visited: string[] = [];
    for (let step = 0; step < 30 && visited.at(-1) !== 'body'; step++) {
      await map.page.keyboard.press('Tab');
      visited.push(
        await map.page.evaluate(() => {
          const { activeElement } = document;
          const named =
            activeElement?.closest('#releases, #map, #details, #scroll') ?? activeElement;
          return named?.id ?? 'body';
        }),
      );
      if (visited.at(-1) === '') visited[visited.length - 1] = 'body';
    }
    const stops = ['releases', 'try', 'count', 'as-table', 'export', 'find', 'verdict', 'map'];
    assert.deepEqual(
      [...new Set(visited)].filter((id) => stops.includes(id)),
      stops,
    );
    assert.ok(visited.includes('details'), 'what is selected can be scrolled');
    await map.press('h');
    assert.equal((await map.sent()).at(-1)?.type, 'export');
    await map.page.locator('#verdict').focus();
    await map.press('Enter');
    assert.match(await map.focused(), /network_fw_mem.*shares bytes with modem_mem/);
    await map.page.locator('#export').focus();
    await map.press('Enter');
    const release = await map.page
      .locator('#releases [aria-checked=true]')
      .getAttribute('data-release');
    assert.deepEqual((await map.sent()).at(-1), { type: 'export', release });
  });

  it('has no barriers when stale, empty, with columns to choose and a release to close', async () => {
    const made = model(disabledRegionBoard());
    const extra = made.lanes.filter((lane) => lane.release === undefined).slice(-1);
    const lanes = [...made.lanes, ...extra.map((lane) => ({ ...lane, id: `${lane.id}2` }))];
    const shown = { ...made, lanes, tried: ['4.22.0'] };
    const map = await open(shown, { theme: 'light', width: 1024 });
    await map.page.evaluate(axe);
    await map.page.locator('#columns summary').click();
    assert.ok(await map.page.locator('#tried button').isVisible());
    assert.deepEqual(await map.page.evaluate(BARRIERS), []);
    await map.resize(320);
    await map.send({ type: 'model', model: { ...shown, stale: { message: "expected ';'" } } });
    await map.page.locator('#stale').waitFor();
    assert.deepEqual(await map.page.evaluate(BARRIERS), []);
    const nothing = { ...shown, edges: [], segments: [], lanes: [], empty: 'No memory node.' };
    await map.send({ type: 'model', model: nothing });
    assert.deepEqual(await map.page.evaluate(BARRIERS), []);
    assert.ok(await map.page.locator('#export').isHidden(), 'there is nothing to send');
  });

  it('says in one line what is wrong first', async () => {
    const map = await open(model(disabledRegionBoard()));
    const verdict = map.page.locator('#verdict');
    const [first] = model(disabledRegionBoard()).notes.filter(
      ({ severity }) => severity === 'error',
    );
    assert.equal(await verdict.innerText(), `⚠ ${first?.text ?? '?'}`);
    await map.press(']');
    assert.equal(await verdict.innerText(), 'Xen 4.22: no problems. Every byte has one owner.');
    assert.ok(await verdict.isDisabled());
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

  describe('as a file that opens alone', () => {
    const evil = '</script><img src=x onerror="window.wrong=1"><!-- &lt; " \' `${1}';
    const write = async (shown: MapModel): Promise<string> =>
      writeLonePage({
        model: shown,
        script: readFileSync(bundle('webview.js'), 'utf8'),
        digest: (text) => createHash('sha256').update(text).digest('base64'),
      });
    const openAlone = async (
      shown: MapModel,
      options: BrowserContextOptions = {},
    ): Promise<MapPage> => {
      const context = await browser.newContext({
        reducedMotion: 'reduce',
        ...options,
        offline: true,
      });
      const alone = await context.newPage();
      page = new MapPage(alone);
      const html = await write(shown);
      const address = 'http://alone.test/';
      await alone.route('**', (route) =>
        route.request().url() === address
          ? route.fulfill({ contentType: 'text/html', body: html })
          : assert.fail(`asks for ${route.request().url()}`),
      );
      await alone.goto(address);
      await alone.waitForSelector('#map .block');
      return page;
    };

    it('answers keys, clicks, search and releases without anything beside it', async () => {
      const map = await openAlone(model(disabledRegionBoard()), { colorScheme: 'dark' });
      assert.match(await map.page.title(), /^Memory map of board\.dts$/);
      await map.press('F8');
      assert.match(await map.focused(), /^dom0: RAM that dom0 does not own/);
      assert.match(await map.page.locator('#details').innerText(), /board\.dts:22/);
      assert.equal(await map.page.locator('#details button', { hasText: 'board.dts' }).count(), 0);
      for (const control of ['#try', '#tried', '#export'])
        assert.ok(await map.page.locator(control).isHidden(), control);
      await map.press('/');
      await map.page.locator('#find').fill('mfn 0x1a02dc');
      await map.press('Enter');
      assert.match(await map.focused(), /npu_reserved/);
      await map.page.getByRole('radio', { name: '4.22' }).click();
      assert.equal(await map.page.locator('[data-key*=":fault"]').count(), 0);
      await map.press('t');
      assert.ok(await map.page.locator('#table table').isVisible());
      await map.press('t');
      const [saved] = await Promise.all([map.page.waitForEvent('download'), map.press('e')]);
      assert.equal(saved.suggestedFilename(), 'board-xen-4.22.0.svg');
      await map.page.evaluate(axe);
      assert.deepEqual(await map.page.evaluate(BARRIERS), []);
      await map.screenshot('map-alone');
    });

    it('follows the theme of the system, and is light on paper', async () => {
      const map = await openAlone(model(overlapBoard()), { colorScheme: 'dark' });
      const ground = (): Promise<string> =>
        map.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const kinds: string[] = [await ground()];
      for (const media of [
        { colorScheme: 'light' },
        { colorScheme: 'dark', contrast: 'more' },
        { colorScheme: 'light', contrast: 'more' },
      ] as const) {
        await map.page.emulateMedia(media);
        await map.settle();
        kinds.push(await ground());
        await map.screenshot(
          `map-alone-${media.colorScheme}${'contrast' in media ? '-contrast' : ''}`,
        );
      }
      const [white, black] = ['rgb(255, 255, 255)', 'rgb(0, 0, 0)'];
      assert.deepEqual(kinds, ['rgb(31, 31, 31)', white, black, white]);
      await map.page.emulateMedia({ colorScheme: 'dark', contrast: 'no-preference' });
      await map.settle();
      const size = (): Promise<string | null> => map.page.locator('#map').getAttribute('width');
      const before = await size();
      await map.page.evaluate(() => {
        addEventListener('beforeprint', () => {
          const map = document.getElementById('map');
          Object.assign(window, { printed: [document.body.className, map?.getAttribute('width')] });
        });
      });
      await map.page.pdf();
      const printed = await map.page.evaluate('window.printed');
      assert.deepEqual(printed, ['alone vscode-light', '634']);
      assert.equal(await ground(), 'rgb(31, 31, 31)');
      assert.equal(await size(), before);
    });

    it('shows what a tree says as text, whatever it looks like', async () => {
      const shown = model(overlapBoard());
      const map = await openAlone({
        ...shown,
        title: evil,
        regions: shown.regions.map((each) => ({
          ...each,
          name: evil,
          flags: [evil],
          users: [evil],
        })),
        lanes: shown.lanes.map((each) => ({
          ...each,
          name: `${each.name} ${evil}`,
          blocks: each.blocks.map((block) => ({ ...block, label: evil, why: evil })),
        })),
        notes: shown.notes.map((each) => ({ ...each, title: evil, text: evil, log: evil })),
      });
      await map.press('F8', 'ArrowDown', 't');
      await map.press('t');
      assert.match(await map.page.locator('#details').innerText(), /onerror/);
      assert.equal(await map.page.evaluate('window.wrong'), undefined);
      assert.equal(await map.page.locator('img').count(), 0);
    });
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
