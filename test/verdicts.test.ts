// Whoever says who has a range says the same: decode, hover, card, lens, inlay, map, tables, command line, library.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { formatAddress, formatGrouped } from '../server/src/addresses/format.ts';
import { overlaps, type Range } from '../server/src/addresses/region.ts';
import { mapJson } from '../server/src/cli/map-json.ts';
import type { Library } from '../server/src/cli/library.ts';
import { Places } from '../server/src/cli/places.ts';
import { codeLenses } from '../server/src/ide/code-lenses.ts';
import { decodeAddress } from '../server/src/ide/decode-address.ts';
import { hover } from '../server/src/ide/hover.ts';
import { inlayHints } from '../server/src/ide/inlay-hints.ts';
import { mapMarkdown } from '../server/src/ide/map-markdown.ts';
import { drawHoverCard } from '../server/src/map-view/draw-hover-card.ts';
import { ownersAt, segmentAt } from '../server/src/map-view/look-up-map.ts';
import { makeMapModel } from '../server/src/map-view/make-map-model.ts';
import type { MapModel } from '../server/src/map-view/map-model.ts';
import type { Reserved } from '../server/src/memory/memory-map.ts';
import type { Board } from '../server/src/rules/board.ts';
import { allSystems } from '../server/src/systems/all-systems.ts';
import { verdictsFor } from '../server/src/systems/verdicts-for.ts';
import { releaseNameOf } from '../server/src/target/boot.ts';
import type { Verdict } from '../server/src/target/verdict.ts';
import { markdownText } from '../server/src/text/markdown.ts';
import { printable } from '../server/src/text/printable.ts';
import { spanOf } from '../server/src/tree/device-tree.ts';
import { xenBoots } from '../server/src/xen/xen-boots.ts';
import { analyzeFile, type AnalyzedFile } from './support/analyze-file.ts';
import { readOptions } from './support/annotations.ts';
import { bundle } from './support/bundles.ts';

const fixtures = path.join(import.meta.dirname, 'fixtures');
const TARGETS = 'xen:4.18 xen:4.22 linux:6.12';
/** Ranges asked of one board. */
const MOST_RANGES = 6;

const ruleBoards = readdirSync(path.join(fixtures, 'rules'))
  .filter((rule) =>
    /^(?:reserved|xen|static|disabled|dynamic|mem|module|bank|device|dom0)-/.test(rule),
  )
  .flatMap((rule) =>
    readdirSync(path.join(fixtures, 'rules', rule))
      .filter((name) => /^(?:bad|good)[^.]*\.dts$/.test(name))
      .map((name) => path.join('rules', rule, name)),
  );
const recorded = readdirSync(path.join(fixtures, 'xen-boots'))
  .filter((name) => /^(?:resv|seed|mem|mod|static|shm|dom0|banks)/.test(name))
  .map((name) => path.join('xen-boots', name, 'board.dts'));
const boards = [...ruleBoards, ...recorded, 'xen/mail.dts', 'ide/xen.dts'];

/** What the map writes on a block for what a verdict says of a byte. */
const LABELS: readonly (readonly [owner: RegExp, label: RegExp])[] = [
  [/kept out of the heap/, /^not Xen’s$/],
  [/static memory of/, /^for /],
  [/static heap of Xen/, /^static heap$/],
  [/static shared memory/, /^shared$/],
  [/heap, unread/, /^heap, unread$/],
  [/^(?:likely )?Xen's heap/, /^heap$/],
  [/dom0's RAM/, /^given to dom0$/],
  [/^(?:likely )?Xen itself/, /^Xen$/],
  [/boot module \d+ \((.*)\)/, /./],
  [/RAM, not in the heap/, /^(?:not heap|to domains)$/],
  [/its owner is not known/, /^heap\?$/],
  [/listed as RAM but reserved/, /^listed as RAM but reserved$/],
  [/listed as RAM that dom0 does not own/, /^RAM that dom0 does not own$/],
  [/own RAM/, /^BANK\[\d+\]$/],
  [/does not boot/, /^Xen stops here$/],
  [/not reached/, /^(?:no dom0|dom0 is not built)$/],
  [/^not known/, /^(?:not known|nothing|RAM\?)$/],
  [/no RAM|not described|mapped 1:1|an extended region/, /^nothing$/],
  [/ordinary RAM/, /^RAM$/],
  [/stays in the linear map|CMA/, /./],
  [/taken out of the linear map/, /./],
  [/could not be reserved/, /^not reserved$/],
];

/** Everything that is said of one board, and what of it disagrees. */
class Asked {
  readonly disagreements: string[] = [];
  readonly board: Board;
  readonly #file: string;
  readonly #model: MapModel;
  readonly #lenses: readonly string[];
  readonly #markdown: readonly string[];

  constructor({ board, findings }: AnalyzedFile, file: string) {
    this.board = board;
    this.#file = file;
    this.#model = makeMapModel(board, findings, { file });
    this.#lenses = codeLenses(board, file).map(({ title, at }) => `${at.start} ${title}`);
    this.#markdown = mapMarkdown(board, 'board', findings).split('\n');
  }

  /** `whole` of a map is what `command` prints for that reader. */
  checkTables(): void {
    const places = new Places(this.board.files, '/', 'absolute');
    const [own] = xenBoots(this.board);
    for (const reader of ['host', 'xen', 'dom0', 'linux']) {
      let map;
      try {
        map = mapJson(this.board, reader, places, []);
      } catch {
        continue;
      }
      for (const { start, end, owner } of map.reserved) {
        const range = { start: BigInt(start), end: BigInt(end) };
        if (range.start >= range.end) continue;
        const asked = reader === 'linux' ? 'linux:6.12' : own?.target;
        const verdict = this.#verdicts(range).find(
          ({ target, isSystem }) => target === asked && isSystem === (reader !== 'dom0'),
        );
        this.#same(`map --for ${reader}`, range, owner, verdict?.owner);
      }
    }
  }

  checkRange(region: Reserved): void {
    const range = { start: region.start, end: region.end };
    const verdicts = this.#verdicts(range);
    this.#checkHover(region, verdicts);
    this.#checkLens(region, verdicts);
    this.#checkMarkdown(region, verdicts);
    this.#checkInlay(region);
    this.#checkCard(range, verdicts);
    for (const address of [range.start, range.end - 1n]) this.#checkByte(address);
  }

  /** The plain lists of the boots, without words. */
  checkLists(): void {
    for (const boot of xenBoots(this.board)) {
      const owner = (range: Range): string =>
        this.#verdicts(range).find(({ target, isSystem }) => target === boot.target && isSystem)
          ?.owner ?? '';
      for (const entry of boot.reserved)
        if (entry.start < entry.end && !/does not boot/.test(owner(entry)))
          this.#matches('reserved list', entry, owner(entry), /kept out|static|heap, unread/);
      for (const bank of boot.dom0?.banks ?? [])
        if (!boot.reserved.some((each) => overlaps(each, bank)))
          this.#matches(
            'banks of dom0',
            byteOf(bank),
            owner(byteOf(bank)),
            /dom0's RAM|module|Xen/,
          );
      for (const piece of boot.heap) {
        const byte = byteOf(piece);
        const others = [...boot.reserved, ...boot.modules, ...(boot.dom0?.banks ?? [])];
        if (!others.some((each) => overlaps(each, pageOf(byte))))
          this.#matches('heap', byte, owner(byte), /heap/);
      }
    }
  }

  #verdicts(range: Range): readonly Verdict[] {
    return verdictsFor(this.board, range).filter(({ target }) => target !== undefined);
  }

  #checkHover(region: Reserved, verdicts: readonly Verdict[]): void {
    const written = region.node?.openings.at(-1)?.name;
    const span = written && spanOf(written);
    if (!span || span.file !== this.#file) return;
    const shown = hover(this.board, span.file, span.start, (_, text) => text)?.markdown ?? '';
    if (!shown.includes(formatGrouped(region.start))) return;
    for (const { view, owner } of verdicts)
      this.#includes('hover', region, shown, `| ${view} | ${markdownText(owner)}`);
  }

  #checkLens(region: Reserved, verdicts: readonly Verdict[]): void {
    const written = region.node?.openings[0]?.name;
    const isFirst = this.board.map.reserved.find(({ node }) => node === region.node) === region;
    const isRegion = region.node?.parent?.path === '/reserved-memory' && region.kind === 'static';
    if (!written || !isFirst || !isRegion || spanOf(written).file !== this.#file) return;
    const lens = this.#lenses.find((each) => each.startsWith(`${spanOf(written).start} `)) ?? '';
    const [said = ''] = lens.slice(lens.indexOf(' ') + 1).split(' · ');
    if (said.startsWith('⚠ overlaps')) {
      const others = [...this.board.map.reserved, ...this.board.map.modules];
      const isTrue = others.some((each) => each.node !== region.node && overlaps(each, region));
      this.#same('lens', region, String(isTrue), 'true');
      return;
    }
    // Nothing is said of a system that gets nothing.
    const reached = verdicts.filter(({ isStopped }) => !isStopped);
    const domains = reached.filter(({ isSystem }) => !isSystem);
    const asked = said.startsWith('⚠') || domains.length === 0 ? reached : domains;
    const says = ({ block, owner, isSystem }: Verdict, text: string): boolean =>
      [
        block?.label,
        block?.short,
        owner.replace(/(?: for |: |, )[^]*$/, ''),
        isSystem && 'reserved',
      ].some((label) => typeof label === 'string' && text.includes(printable(label)));
    for (const clause of said.split('), ')) {
      const [, text = '', releases] = /^(?:⚠ )?(.*?)(?: \((.*?)\)?)?$/.exec(clause) ?? [];
      if (text === 'its owner differs by target' || /^\d+ (?:targets|[KMGT]?i?B)/.test(text))
        continue;
      for (const verdict of asked) {
        const { target = '' } = verdict;
        const isNamed = releases === undefined || releases.includes(releaseNameOf(target));
        const others = asked.filter((each) => each.target === target);
        if (isNamed && !others.some((each) => says(each, text)))
          this.#same('lens', region, text, printable(verdict.owner));
      }
    }
  }

  #checkMarkdown(region: Reserved, verdicts: readonly Verdict[]): void {
    const name = region.node?.name ?? '/memreserve/';
    const row = this.#markdown.find(
      (line) =>
        line.startsWith(`| ${formatAddress(region.start)} | ${formatAddress(region.end - 1n)} |`) &&
        line.includes(markdownText(name)),
    );
    for (const { owner } of verdicts)
      this.#includes('map as Markdown', region, row ?? '', ` ${markdownText(owner)} |`);
  }

  #checkInlay(region: Reserved): void {
    const span = region.written && spanOf(region.written);
    if (!span || span.file !== this.#file || region.kind !== 'static') return;
    const hints = inlayHints(this.board, span.file, span.start, span.end, 'all').map(
      ({ text }) => text,
    );
    this.#includes('inlay', region, hints.join('\n'), `→ ${formatGrouped(region.end - 1n)}`);
  }

  /** What is at risk or lost under a release is hatched on the card for it. */
  #checkCard(range: Range, verdicts: readonly Verdict[]): void {
    const { edges, lanes, releases } = this.#model;
    const from = edges.indexOf(formatAddress(range.start));
    const to = edges.indexOf(formatAddress(range.end));
    if (from < 0 || to < 0) return;
    for (const release of releases) {
      const card = drawHoverCard(this.#model, { from, to }, { release });
      const shown = lanes.filter((each) => each.release === undefined || each.release === release);
      this.#same('card', range, card?.readers.join(), shown.map(({ name }) => name).join());
      const isBad = verdicts.some(
        ({ target, atRisk, owner }) =>
          target?.endsWith(`:${release}`) && (atRisk !== undefined || /unread/.test(owner)),
      );
      if (isBad) this.#includes('card', range, card?.svg ?? '', 'url(#h)');
    }
  }

  /** What decode says of a byte is what is written on the map's block there. */
  #checkByte(address: bigint): void {
    const { owners } = decodeAddress(this.board, { address, isFrame: false });
    const segment = segmentAt(this.#model, address);
    const rows = segment === undefined ? [] : ownersAt(this.#model, segment);
    for (const { view, owner, target = '', isSystem } of owners) {
      if (target === '' || view.startsWith('hypercalls')) continue;
      const release = releaseNameOf(target);
      const system = allSystems.find(({ id }) => target.startsWith(`${id}:`));
      const row = rows.find(({ id }) => id === (isSystem ? system?.id : 'dom0') || id === target);
      const label = row?.owners.find((each) => each.release === release || !each.release)?.label;
      if (label === undefined) continue;
      const rule = LABELS.find(([words]) => words.test(owner));
      const range = { start: address, end: address + 1n };
      if (rule) this.#matches(`map, ${view}: ${owner}`, range, label, rule[1]);
      else this.disagreements.push(`${view}: "${owner}" is said nowhere on the map`);
    }
  }

  #same(who: string, range: Range, said: string | undefined, expected: string | undefined): void {
    if (said !== expected)
      this.#note(who, range, `"${said ?? 'nothing'}", others "${expected ?? 'nothing'}"`);
  }

  #includes(who: string, range: Range, said: string, expected: string): void {
    if (!said.includes(expected)) this.#note(who, range, `not "${expected}" but "${said}"`);
  }

  #matches(who: string, range: Range, said: string, expected: RegExp): void {
    if (!expected.test(said)) this.#note(who, range, `"${said}", expected ${expected}`);
  }

  #note(who: string, { start, end }: Range, what: string): void {
    this.disagreements.push(`${who} [${formatAddress(start)}, ${formatAddress(end)}): ${what}`);
  }
}

function byteOf({ start }: Range): Range {
  return { start, end: start + 1n };
}

function pageOf({ start }: Range): Range {
  return { start: start & ~4095n, end: (start & ~4095n) + 4096n };
}

function analyzed(name: string): AnalyzedFile {
  const file = path.join(fixtures, name);
  const options = new Map(readOptions(readFileSync(file, 'utf8')));
  return analyzeFile(file, options.set('targets', TARGETS));
}

describe('verdicts', () => {
  it('are asked of many boards', () => {
    assert.ok(boards.length >= 60, `${boards.length}`);
  });

  let ranges = 0;
  for (const name of boards)
    it(`are the same wherever they are read: ${name}`, () => {
      const asked = new Asked(analyzed(name), path.join(fixtures, name));
      const regions = asked.board.map.reserved.filter(({ start, end }) => start < end);
      for (const region of regions.slice(0, MOST_RANGES)) asked.checkRange(region);
      asked.checkTables();
      asked.checkLists();
      ranges += Math.min(regions.length, MOST_RANGES);
      assert.equal(asked.disagreements.join('\n'), '');
    });

  it('are asked for many ranges', () => {
    assert.ok(ranges >= 100, `${ranges}`);
  });

  it('are what the library lists', async () => {
    const library = (await import(pathToFileURL(bundle('library.js')).href)) as Library;
    for (const name of boards.filter((_, index) => index % 16 === 0)) {
      const file = path.join(fixtures, name);
      const [listed] = await library.boot(file, { xen: ['4.18'] });
      const { board } = analyzeFile(file, new Map([['targets', 'xen:4.18']]));
      assert.ok(listed, name);
      for (const { start, end, node } of listed.reserved) {
        const range = { start: BigInt(start), end: BigInt(end) };
        const own = verdictsFor(board, range).find(({ isSystem }) => isSystem);
        if (range.start >= range.end || /does not boot/.test(own?.owner ?? '')) continue;
        assert.match(own?.owner ?? '', /kept out of the heap|static/, `${name} ${start}`);
        if (node !== undefined) assert.equal(own?.node?.path, node, `${name} ${start}`);
      }
    }
  });

  it('say of a tree that is not made for Xen what Xen would do, never that it ends', () => {
    for (const name of ruleBoards) {
      const { board } = analyzed(name);
      const isForXen = board.map.modules.length > 0 || /xen,/.test(chosenOf(board));
      if (isForXen) continue;
      for (const { start, end } of board.map.reserved)
        for (const { owner } of start < end ? verdictsFor(board, { start, end }) : [])
          assert.doesNotMatch(owner, /does not boot|not reached/, name);
    }
  });
});

function chosenOf({ tree }: Board): string {
  const chosen = tree.root.children.find(({ name }) => name === 'chosen');
  return [...(chosen?.properties.keys() ?? [])].join(' ');
}
