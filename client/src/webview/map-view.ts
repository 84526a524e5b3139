// The memory map's page at work: draws the model, follows pointer and keys, and tells the extension what was asked for.

import { frameOf } from '../../../server/src/addresses/page.ts';
import { formatAddress } from '../../../server/src/addresses/format.ts';
import {
  blockKey,
  describeBlock,
  drawHairline,
  drawMap,
  drawStandingParts,
  notesShown,
  writeMap,
  type Drawing,
  type DrawOptions,
} from '../../../server/src/map-view/draw-map.ts';
import {
  addressAt,
  branchOf,
  systemName,
  chosenRelease,
  countNotes,
  heightOf,
  lanesShown,
  layOutMap,
  segmentOf,
  spanInPixels,
  type MapLayout,
} from '../../../server/src/map-view/lay-out-map.ts';
import {
  blockAt,
  findBlocks,
  decidingPlaceOf,
  readQuery,
  regionAtLine,
  regionOf,
  segmentAt,
} from '../../../server/src/map-view/look-up-map.ts';
import type {
  MapBlock,
  MapLane,
  MapNote,
  MapPlace,
  MapRange,
  MapModel,
} from '../../../server/src/map-view/map-model.ts';
import { showDetails, spacedAddress } from './details-panel.ts';
import { byId, element, link } from './element.ts';
import type { FromPage, ToPage } from './messages.ts';
import { createElement, patchChildren, patchElement } from './patch-shapes.ts';
import { showTable } from './table-view.ts';
import { readTheme, type Theme } from './theme.ts';

/** What survives the page: VS Code keeps it while the panel is hidden. */
export interface Remembered {
  readonly release?: string;
  readonly zoom?: number;
  readonly hidden?: readonly string[];
  readonly file?: string;
}

export interface Host {
  readonly send: (message: FromPage) => void;
  readonly remember: (state: Remembered) => void;
  readonly remembered: Remembered | undefined;
}

/** Above this many regions only what is near the visible part is drawn. */
const DRAWN_WHOLE = 300;

interface Selected {
  readonly lane: string;
  readonly key: string;
}

/** The page's state from its first model on; one per page. */
export class MapView {
  readonly #host: Host;
  #model: MapModel | undefined;
  #drawing: Drawing | undefined;
  #theme: Theme = readTheme();
  #release: string | undefined;
  /** Whether somebody chose it. */
  #isReleaseWanted = false;
  #zoom = 1;
  #hidden = new Set<string>();
  #selected: Selected | undefined;
  #pin: bigint | undefined;
  /** The edge at which readers are compared, while the selection moves from one to the next. */
  #anchor: number | undefined;
  #matches: ReadonlySet<string> | undefined;
  #laidOut:
    | { readonly made: readonly unknown[]; readonly hidden: string; readonly layout: MapLayout }
    | undefined;
  #drawnAt = 0;
  #staleSince: number | undefined;
  #tableShown = false;
  #problem = -1;
  #known: readonly string[] = [];
  readonly #fixes = new Map<string, readonly string[]>();
  readonly #asked = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
    this.#release = host.remembered?.release;
    this.#zoom = host.remembered?.zoom ?? 1;
    this.#hidden = new Set(host.remembered?.hidden ?? []);
    this.#listen();
  }

  receive(message: ToPage): void {
    switch (message.type) {
      case 'model':
        this.#take(message.model, message.select);
        break;
      case 'caret':
        this.#followCaret(message.file, message.line);
        break;
      case 'releases':
        this.#known = message.releases;
        this.#showBar();
        break;
      case 'fixes':
        this.#fixes.set(message.finding, message.titles);
        this.#showDetails();
        break;
      case 'trouble':
        this.#say(message.message);
        byId('here').textContent = message.message;
        break;
    }
  }

  #take(model: MapModel, select: string | undefined): void {
    const before = this.#model;
    const selected = this.#selection();
    this.#model = model;
    this.#fixes.clear();
    this.#asked.clear();
    if (select !== undefined)
      this.#release =
        model.releases.find((each) => each === select || branchOf(each) === select) ??
        this.#release;
    this.#isReleaseWanted ||= select !== undefined;
    // Another board begins with its own gravest fault; a release that somebody chose stays, as it does over edits.
    const isOther = before !== undefined && before.file !== model.file;
    this.#release = chosenRelease(
      model,
      isOther && !this.#isReleaseWanted ? undefined : this.#release,
    );
    this.#staleSince = model.stale ? (this.#staleSince ?? Date.now()) : undefined;
    if (isOther) this.#clear();
    else if (selected) this.#keepSelection(selected, before);
    this.#search();
    this.#showBar();
    this.#render(before !== undefined && before.file === model.file);
    this.#showTable();
    this.#remember();
  }

  /** After a change the selection stays with its key, else with its address. */
  #keepSelection(selected: { lane: MapLane; block: MapBlock }, before: MapModel | undefined): void {
    const model = this.#model;
    const address = before?.edges[selected.block.from];
    if (!model || address === undefined) return;
    const lanes = this.#lanes();
    const same = lanes.find((lane) => lane.id === selected.lane.id);
    const key = this.#selected?.key;
    if (same?.blocks.some((block) => blockKey(model, same, block) === key)) return;
    const segment = segmentAt(model, BigInt(address));
    for (const lane of [same, lanes[0]]) {
      const block = lane && segment !== undefined ? blockAt(lane, segment) : undefined;
      if (lane && block) {
        this.#selected = { lane: lane.id, key: blockKey(model, lane, block) };
        return;
      }
    }
    this.#selected = undefined;
  }

  #lanes(): readonly MapLane[] {
    if (!this.#model) return [];
    return lanesShown(this.#model, {
      hidden: this.#hidden,
      ...(this.#release !== undefined && { release: this.#release }),
    });
  }

  #selection(): { lane: MapLane; block: MapBlock } | undefined {
    const model = this.#model;
    const selected = this.#selected;
    if (!model || !selected) return undefined;
    const lane = this.#lanes().find((each) => each.id === selected.lane);
    const block = lane?.blocks.find((each) => blockKey(model, lane, each) === selected.key);
    return lane && block ? { lane, block } : undefined;
  }

  #options(): DrawOptions {
    const pane = byId('pane');
    const selection = this.#selection();
    return {
      width: pane.clientWidth,
      height: pane.clientHeight,
      palette: this.#theme.palette,
      measure: this.#theme.measure,
      uiFont: this.#theme.uiFont,
      monoFont: this.#theme.monoFont,
      zoom: this.#zoom,
      hidden: this.#hidden,
      purpose: 'page',
      scrollTop: byId('scroll').scrollTop,
      extent: (this.#model?.regions.length ?? 0) > DRAWN_WHOLE ? 'near' : 'whole',
      ...(this.#release !== undefined && { release: this.#release }),
      ...(this.#pin !== undefined && { pin: this.#pin }),
      ...(this.#matches && { matches: this.#matches }),
      ...(selection && {
        selection: {
          lane: selection.lane.id,
          key: this.#selected?.key ?? '',
          from: selection.block.from,
          to: selection.block.to,
        },
      }),
    };
  }

  /** Draws all; `changes` marks what is new since the last drawing. */
  #render(changes = false): void {
    const model = this.#model;
    if (!model) return;
    document.body.classList.toggle('stale', model.stale !== undefined);
    document.body.classList.toggle('empty', model.empty !== undefined);
    this.#showStale();
    this.#showEmpty();
    if (model.empty !== undefined) {
      byId('details').replaceChildren();
      return;
    }
    this.#draw(changes);
    this.#showDetails();
  }

  #draw(changes: boolean): void {
    const model = this.#model;
    if (!model || model.empty !== undefined) return;
    const options = this.#options();
    const drawing = drawMap(model, { ...options, layout: this.#layout(model, options) });
    this.#drawing = drawing;
    this.#drawnAt = options.scrollTop ?? 0;
    const { layout } = drawing;
    const entered: Element[] = [];
    const map = byId<SVGSVGElement>('map');
    const hadFocus = map.contains(document.activeElement);
    sizeSvg(map, options.width - layout.stripWidth, Math.max(layout.contentHeight, options.height));
    patchChildren(map, [drawing.patterns, drawing.body, drawing.marks], (each) => {
      if (each.classList.contains('block')) entered.push(each);
    });
    const strip = byId<SVGSVGElement>('strip');
    sizeSvg(strip, layout.stripWidth, options.height);
    patchChildren(strip, [drawing.strip]);
    const heads = byId<SVGSVGElement>('heads');
    sizeSvg(heads, options.width, drawing.headHeight);
    patchChildren(heads, [drawing.heads]);
    const key = byId<SVGSVGElement>('key');
    sizeSvg(key, options.width, drawing.keyHeight);
    patchChildren(key, [drawing.key]);
    if (changes && entered.length < 200) for (const each of entered) markEntered(map, each);
    this.#makeOneFocusable();
    if (hadFocus && !map.contains(document.activeElement)) this.#focusBlock();
  }

  /** The layout, kept while nothing it depends on changes: scrolling and selecting need no new one. */
  #layout(model: MapModel, options: DrawOptions): MapLayout {
    const made = [model, this.#theme, options.width, options.height, options.zoom, options.release];
    const hidden = [...this.#hidden].join();
    const isSame =
      this.#laidOut?.hidden === hidden &&
      this.#laidOut.made.every((each, index) => each === made[index]);
    if (!this.#laidOut || !isSame) {
      const layout = layOutMap(model, { ...options, measure: this.#theme.measure });
      this.#laidOut = { made, hidden, layout };
    }
    return this.#laidOut.layout;
  }

  /** Redraws what stands over the map: selection, pin, ribbons, labels at the edge. */
  #renderMarks(): void {
    if (!this.#model || !this.#drawing) return;
    const parts = drawStandingParts(this.#model, this.#drawing.layout, this.#options());
    const marks = byId('map').querySelector('.marks');
    if (marks) patchElement(marks, parts.marks);
    patchChildren(byId('strip'), [parts.strip]);
  }

  /** Exactly one block takes the Tab key: the selected one, else the first. */
  #makeOneFocusable(): void {
    const blocks = [...byId('map').querySelectorAll('.block')];
    if (blocks.some((block) => block.getAttribute('tabindex') === '0')) return;
    blocks[0]?.setAttribute('tabindex', '0');
  }

  #showBar(): void {
    const model = this.#model;
    if (!model) return;
    byId('title').textContent = model.title;
    byId('title').title = model.file;
    const releases = byId('releases');
    releases.hidden = model.releases.length === 0;
    releases.setAttribute('aria-label', `${systemName(model)} release`);
    releases.replaceChildren(
      element('span', { class: 'word', 'aria-hidden': 'true' }, systemName(model)),
      ...model.releases.map((release) => {
        const isChosen = release === this.#release;
        const branch = branchOf(release);
        const isAlone = model.releases.filter((each) => branchOf(each) === branch).length === 1;
        const errors = countNotes(model, notesShown(model, release), release, 'error');
        const name = isAlone ? branch : release;
        const inWords = errors === 1 ? '1 error' : `${errors} errors`;
        const button = element(
          'button',
          {
            role: 'radio',
            type: 'button',
            'aria-checked': String(isChosen),
            tabindex: isChosen ? '0' : '-1',
            'data-release': release,
            title: `${systemName(model)} ${release}${errors === 0 ? '' : `: ${inWords}`}`,
            ...(errors > 0 && { 'aria-label': `${name}, ${inWords}` }),
          },
          name,
          ...(errors > 0
            ? [' ', element('span', { class: 'errors', 'aria-hidden': 'true' }, String(errors))]
            : []),
        );
        button.addEventListener('click', () => {
          this.#chooseRelease(release);
        });
        return button;
      }),
    );
    const others = this.#known.filter(
      (each) => !model.releases.some((shown) => shown === each || branchOf(shown) === each),
    );
    const attempt = byId<HTMLSelectElement>('try');
    attempt.setAttribute('aria-label', `Try another ${systemName(model)} release`);
    attempt.hidden = others.length === 0 || model.releases.length === 0;
    attempt.replaceChildren(
      element('option', { value: '' }, 'What if…'),
      ...others.map((each) => element('option', { value: each }, `${systemName(model)} ${each}`)),
    );
    this.#showCount();
    this.#showColumns();
  }

  #showCount(): void {
    const problems = this.#problems();
    const errors = problems.filter((note) => note.severity === 'error').length;
    const count = byId('count');
    const words = (number: number, word: string): string => `${word}${number === 1 ? '' : 's'}`;
    const warnings = problems.length - errors;
    count.replaceChildren(
      ...(errors > 0 ? [element('b', {}, String(errors)), ` ${words(errors, 'error')}`] : []),
      ...(errors > 0 && warnings > 0 ? [', '] : []),
      ...(warnings > 0
        ? [element('b', { class: 'warning' }, String(warnings)), ` ${words(warnings, 'warning')}`]
        : []),
      ...(problems.length === 0 ? ['no problems'] : []),
    );
  }

  /** With many readers the user chooses which to see. */
  #showColumns(): void {
    const model = this.#model;
    if (!model) return;
    const lanes = lanesShown(model, this.#release === undefined ? {} : { release: this.#release });
    byId('columns').hidden = lanes.length < 5;
    byId('column-list').replaceChildren(
      ...lanes
        .filter((lane) => lane.id !== 'devicetree')
        .map((lane) => {
          const box = element('input', { type: 'checkbox' });
          box.checked = !this.#hidden.has(lane.id);
          box.addEventListener('change', () => {
            if (box.checked) this.#hidden.delete(lane.id);
            else this.#hidden.add(lane.id);
            this.#remember();
            this.#render();
          });
          return element('label', {}, box, lane.name);
        }),
    );
  }

  #showStale(): void {
    const stale = this.#model?.stale;
    const banner = byId('stale');
    banner.hidden = !stale;
    if (!stale) return;
    const seconds = Math.round((Date.now() - (this.#staleSince ?? Date.now())) / 1000);
    const { place } = stale;
    const age = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
    banner.replaceChildren(
      'Text is broken',
      ...(place
        ? [
            ' at ',
            link(`${place.name}:${place.line}`, () => {
              this.#reveal(place, true);
            }),
          ]
        : []),
      ` (${stale.message}). The map shows the last good text, ${age} old.`,
    );
  }

  #showEmpty(): void {
    const reason = this.#model?.empty;
    const box = byId('empty');
    box.hidden = reason === undefined;
    if (reason === undefined) return;
    box.replaceChildren(
      element('h2', {}, 'No memory to show yet'),
      element('p', {}, reason),
      link('Choose the board this file belongs to…', () => {
        this.#host.send({ type: 'command', command: 'selectBoard' });
      }),
      link('Describe the RAM in a boot profile…', () => {
        this.#host.send({ type: 'command', command: 'bootProfile' });
      }),
    );
  }

  #showDetails(): void {
    const model = this.#model;
    if (!model || model.empty !== undefined) return;
    showDetails(byId('details'), {
      model,
      release: this.#release,
      theme: this.#theme,
      selected: this.#selection(),
      pin: this.#pin,
      fixes: this.#fixes,
      hasMargin: this.#drawing?.layout.notes !== undefined,
      reveal: (place) => {
        this.#reveal(place, true);
      },
      selectRegion: (index) => {
        this.#selectRegion(index);
      },
      selectNote: (note) => {
        this.#selectNote(note);
      },
      applyFix: (finding, index) => {
        this.#host.send({ type: 'fix', finding, index });
      },
      askFixes: (finding) => {
        if (this.#asked.has(finding)) return;
        this.#asked.add(finding);
        this.#host.send({ type: 'fixes', finding });
      },
    });
  }

  #showTable(): void {
    const model = this.#model;
    const box = byId('table');
    box.hidden = !this.#tableShown;
    byId('pane').hidden = this.#tableShown;
    byId('heads').toggleAttribute('hidden', this.#tableShown);
    byId('as-table').setAttribute('aria-pressed', String(this.#tableShown));
    if (!model || !this.#tableShown) {
      box.replaceChildren();
      return;
    }
    showTable(box, {
      model,
      release: this.#release,
      copy: (text) => {
        this.#host.send({ type: 'copy', text });
      },
      select: (segment) => {
        const lane = this.#lanes()[0];
        const block = lane && blockAt(lane, segment);
        if (lane && block) this.#select(lane, block, 'stay');
      },
    });
  }

  #toggleTable(): void {
    this.#tableShown = !this.#tableShown;
    this.#showTable();
    if (this.#tableShown) byId('table').focus();
    else {
      this.#render();
      this.#focusBlock();
    }
  }

  #chooseRelease(release: string): void {
    this.#isReleaseWanted = true;
    if (release === this.#release) return;
    const selected = this.#selection();
    this.#release = release;
    if (selected) this.#keepSelection(selected, this.#model);
    this.#search();
    this.#showBar();
    this.#render(true);
    this.#showTable();
    this.#remember();
    this.#say(`${this.#model ? systemName(this.#model) : ''} ${release}`);
  }

  #stepRelease(by: number): void {
    const releases = this.#model?.releases ?? [];
    const at = releases.indexOf(this.#release ?? '');
    const next = releases[at + by];
    if (next !== undefined) this.#chooseRelease(next);
  }

  #remember(): void {
    this.#host.remember({
      ...(this.#release !== undefined && { release: this.#release }),
      ...(this.#model && { file: this.#model.file }),
      zoom: this.#zoom,
      hidden: [...this.#hidden],
    });
  }

  #clear(): void {
    this.#selected = undefined;
    this.#pin = undefined;
  }

  /** `follow` scrolls and focuses; `stay` only scrolls. */
  #select(lane: MapLane, block: MapBlock, how: 'follow' | 'stay'): void {
    const model = this.#model;
    if (!model) return;
    if (this.#pin !== undefined) {
      const [start, end] = [model.edges[block.from] ?? '0', model.edges[block.to] ?? '0'];
      if (this.#pin < BigInt(start) || this.#pin >= BigInt(end)) this.#pin = undefined;
    }
    this.#selected = { lane: lane.id, key: blockKey(model, lane, block) };
    this.#anchor = undefined;
    this.#scrollTo(block);
    this.#render();
    if (how === 'follow') this.#focusBlock();
    this.#say(describeBlock(model, lane, block));
  }

  #selectRegion(index: number): void {
    const lane = this.#lanes()[0];
    const block = lane?.blocks.find((each) => each.region === index);
    if (lane && block) this.#select(lane, block, 'stay');
  }

  #selectNote(note: MapNote): void {
    const lanes = this.#lanes();
    const { range } = note;
    if (!range) {
      if (note.place) this.#reveal(note.place, false);
      return;
    }
    const touches = (block: MapBlock): boolean => block.from < range.to && range.from < block.to;
    for (const lane of [lanes.find((each) => each.id === note.lane), lanes[0]]) {
      const blocks = lane?.blocks.filter(touches) ?? [];
      const block = blocks.find((each) => each.region === note.regions[0]) ?? blocks[0];
      if (lane && block) {
        this.#select(lane, block, 'follow');
        return;
      }
    }
  }

  #problems(): readonly MapNote[] {
    if (!this.#model) return [];
    return notesShown(this.#model, this.#release).filter(
      (note) => note.severity === 'error' || note.severity === 'warning',
    );
  }

  #nextProblem(by: number): void {
    const problems = this.#problems();
    if (problems.length === 0) return;
    const from = this.#problem < 0 && by < 0 ? 0 : this.#problem;
    this.#problem = (from + by + problems.length) % problems.length;
    const note = problems[this.#problem];
    if (!note) return;
    this.#selectNote(note);
    this.#say(`${note.title}: ${note.text}`);
  }

  #focusBlock(): void {
    const key = this.#selected?.key;
    const blocks = [...byId('map').querySelectorAll<SVGElement>('.block')];
    const block = blocks.find((each) => each.dataset.key === key) ?? blocks[0];
    block?.focus({ preventScroll: true });
  }

  #scrollTo(range: MapRange): void {
    const layout = this.#drawing?.layout;
    if (!layout) return;
    const scroll = byId('scroll');
    const { top, bottom } = spanInPixels(layout, range);
    const isVisible =
      top >= scroll.scrollTop + 4 && bottom <= scroll.scrollTop + scroll.clientHeight - 4;
    const fills = top <= scroll.scrollTop && bottom >= scroll.scrollTop + scroll.clientHeight;
    if (!isVisible && !fills) scroll.scrollTop = Math.max(0, top - 60);
  }

  #followCaret(file: string, line: number): void {
    const model = this.#model;
    if (!model || model.empty !== undefined) return;
    const index = regionAtLine(model, file, line);
    const lane = this.#lanes()[0];
    const block =
      index === undefined ? undefined : lane?.blocks.find((each) => each.region === index);
    if (!lane || !block) return;
    const key = blockKey(model, lane, block);
    if (this.#selected?.key === key) return;
    this.#selected = { lane: lane.id, key };
    this.#pin = undefined;
    this.#scrollTo(block);
    this.#render();
  }

  #openSelected(takesFocus: boolean): void {
    const model = this.#model;
    const selected = this.#selection();
    if (!model || !selected) return;
    const index = regionOf(model, selected.block);
    const region = index === undefined ? undefined : model.regions[index];
    const bank = model.banks.find(
      (each) => each.from <= selected.block.from && selected.block.from < each.to,
    );
    const place = (region && decidingPlaceOf(region)) ?? (bank && decidingPlaceOf(bank));
    if (place) this.#reveal(place, takesFocus);
  }

  #reveal(place: MapPlace, takesFocus: boolean): void {
    this.#host.send({ type: 'reveal', place, takesFocus });
  }

  #search(): void {
    const model = this.#model;
    const box = byId<HTMLInputElement>('find');
    const query = readQuery(box.value);
    this.#matches = undefined;
    byId('here').textContent = '';
    if (!model) return;
    if (query.kind === 'address') this.#pin = query.address;
    if (query.kind === 'words') {
      this.#matches = findBlocks(model, this.#release, query.words);
      const number = [...this.#matches].filter((key) => key.startsWith('devicetree:')).length;
      byId('here').textContent =
        this.#matches.size === 0
          ? 'nothing matches'
          : `${number} ${number === 1 ? 'node matches' : 'nodes match'}`;
    }
  }

  /** What was typed: pins an address and selects who claims it, or steps back all but the matches. */
  #find(): void {
    const model = this.#model;
    if (!model) return;
    this.#pin = undefined;
    this.#search();
    if (this.#pin === undefined) {
      this.#render();
      return;
    }
    const segment = segmentAt(model, this.#pin);
    const lane = this.#lanes()[0];
    const block = lane && segment !== undefined ? blockAt(lane, segment) : undefined;
    if (!lane || !block) {
      byId('here').textContent = `${spacedAddress(this.#pin)} is outside all RAM and regions`;
      this.#say(byId('here').textContent);
      this.#pin = segment === undefined ? undefined : this.#pin;
      this.#selected = undefined;
      this.#render();
      return;
    }
    this.#select(lane, block, 'stay');
    const layout = this.#drawing?.layout;
    const scroll = byId('scroll');
    if (layout) {
      const y = heightOf(layout, this.#pin ?? 0n);
      if (y < scroll.scrollTop + 20 || y > scroll.scrollTop + scroll.clientHeight - 20) {
        scroll.scrollTop = y - scroll.clientHeight / 3;
        this.#render();
      }
    }
  }

  #move(key: string): void {
    const model = this.#model;
    const lanes = this.#lanes();
    if (!model) return;
    const selected = this.#selection();
    const lane = selected?.lane ?? lanes[0];
    if (!lane) return;
    const at = selected ? lane.blocks.indexOf(selected.block) : -1;
    const blocks = lane.blocks;
    const step = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: blocks.length - 1,
    }[key];
    if (step !== undefined) {
      const block = blocks[Math.min(blocks.length - 1, step)];
      if (block) this.#select(lane, block, 'follow');
      return;
    }
    const by = key === 'ArrowRight' ? 1 : -1;
    const from = this.#anchor ?? selected?.block.from ?? 0;
    for (let next = lanes.indexOf(lane) + by; lanes[next]; next += by) {
      const there = lanes[next];
      const block =
        there &&
        (blockAt(there, from) ??
          there.blocks.find((each) => each.from >= from) ??
          there.blocks.at(-1));
      if (there && block) {
        this.#select(there, block, 'follow');
        this.#anchor = from;
        return;
      }
    }
  }

  #zoomBy(factor: number | undefined): void {
    const scroll = byId('scroll');
    const layout = this.#drawing?.layout;
    const anchor = layout && addressAt(layout, scroll.scrollTop + scroll.clientHeight / 2);
    this.#zoom = factor === undefined ? 1 : Math.min(6, Math.max(0.3, this.#zoom * factor));
    this.#render();
    const after = this.#drawing?.layout;
    if (after && anchor !== undefined) {
      scroll.scrollTop = heightOf(after, anchor) - scroll.clientHeight / 2;
      this.#renderMarks();
    }
    this.#remember();
  }

  #save(): void {
    const model = this.#model;
    if (!model) return;
    const width = Math.max(900, byId('pane').clientWidth);
    const svg = writeMap(model, {
      width,
      height: Math.max(700, byId('pane').clientHeight),
      palette: this.#theme.palette,
      ...(this.#release !== undefined && { release: this.#release }),
      hidden: this.#hidden,
    });
    const name = `${model.title.replace(/\.[^.]*$/, '')}${this.#release === undefined ? '' : `-${model.system?.id ?? ''}-${this.#release}`}.svg`;
    this.#host.send({ type: 'save', name, svg });
  }

  #say(text: string): void {
    byId('live').textContent = text;
  }

  #listen(): void {
    const map = byId<SVGSVGElement>('map');
    const scroll = byId('scroll');
    map.addEventListener('click', (event) => {
      this.#click(event);
    });
    map.addEventListener('dblclick', () => {
      this.#openSelected(true);
    });
    map.addEventListener('mousemove', (event) => {
      this.#hover(event);
    });
    map.addEventListener('mouseleave', () => {
      map.querySelector('#pointer')?.remove();
      byId('here').textContent = '';
    });
    map.addEventListener('focusin', (event) => {
      this.#focusIn(event);
    });
    scroll.addEventListener('scroll', () => {
      const isFar = Math.abs(scroll.scrollTop - this.#drawnAt) > scroll.clientHeight * 0.6;
      if ((this.#model?.regions.length ?? 0) > DRAWN_WHOLE && isFar) this.#draw(false);
      else this.#renderMarks();
    });
    byId('strip').addEventListener('click', (event) => {
      this.#goTo(event);
    });
    byId('find').addEventListener('input', () => {
      this.#find();
    });
    byId('find').addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' && event.key !== 'Enter') return;
      if (event.key === 'Escape') {
        byId<HTMLInputElement>('find').value = '';
        this.#find();
      }
      this.#focusBlock();
      event.preventDefault();
      event.stopPropagation();
    });
    byId('count').addEventListener('click', () => {
      this.#nextProblem(1);
    });
    byId('as-table').addEventListener('click', () => {
      this.#toggleTable();
    });
    byId('try').addEventListener('change', () => {
      const { value } = byId<HTMLSelectElement>('try');
      if (value !== '') this.#host.send({ type: 'try', release: value });
    });
    byId('releases').addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.#stepRelease(by);
      byId('releases').querySelector<HTMLElement>('[aria-checked=true]')?.focus();
    });
    document.addEventListener('keydown', (event) => {
      this.#key(event);
    });
    new ResizeObserver(() => {
      this.#render();
    }).observe(byId('pane'));
    new MutationObserver(() => {
      this.#theme = readTheme();
      this.#render();
    }).observe(document.body, {
      attributes: true,
      attributeFilter: ['class', 'data-vscode-theme-id'],
    });
    new MutationObserver(() => {
      this.#theme = readTheme();
      this.#render();
    }).observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
    setInterval(() => {
      this.#showStale();
    }, 5000);
  }

  #key(event: KeyboardEvent): void {
    const target = event.target as Element | null;
    const inField = target?.closest('input, select, #column-list') !== null && target !== null;
    if (inField || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const { key } = event;
    const inPanel = target?.closest('#details, #table') != null;
    const isMove = /^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(key);
    if (key === '/' || (key === 'f' && command)) byId<HTMLInputElement>('find').select();
    else if (command) return;
    else if (key === 'F8') this.#nextProblem(event.shiftKey ? -1 : 1);
    else if (key === '[' || key === ']') this.#stepRelease(key === '[' ? -1 : 1);
    else if (key === 'Escape') {
      this.#clear();
      this.#render();
    } else if (key === '+' || key === '=') this.#zoomBy(1.25);
    else if (key === '-') this.#zoomBy(0.8);
    else if (key === '0') this.#zoomBy(undefined);
    else if (key === 'e') this.#save();
    else if (key === 't') this.#toggleTable();
    else if (key === 'Enter' && target?.closest('button, a, summary') == null)
      this.#openSelected(true);
    else if (isMove && !inPanel && !this.#tableShown) this.#move(key);
    else return;
    event.preventDefault();
  }

  #blockOf(target: EventTarget | null): { lane: MapLane; block: MapBlock } | undefined {
    const model = this.#model;
    const key = (target as Element | null)?.closest<SVGElement>('.block')?.dataset.key;
    if (!model || key === undefined) return undefined;
    for (const lane of this.#lanes()) {
      if (!key.startsWith(`${lane.id}:`)) continue;
      const block = lane.blocks.find((each) => blockKey(model, lane, each) === key);
      if (block) return { lane, block };
    }
    return undefined;
  }

  #click(event: MouseEvent): void {
    const noteId = (event.target as Element).closest<SVGElement>('.note')?.dataset.note;
    const note = this.#model?.notes.find((each) => each.id === noteId);
    if (note) {
      this.#selectNote(note);
      return;
    }
    const hit = this.#blockOf(event.target);
    if (!hit) return;
    this.#select(hit.lane, hit.block, 'follow');
    this.#openSelected(false);
  }

  /** Focus that arrives by Tab selects; focus that follows a selection changes nothing. */
  #focusIn(event: FocusEvent): void {
    const hit = this.#blockOf(event.target);
    const model = this.#model;
    if (!hit || !model || this.#selected) return;
    this.#selected = { lane: hit.lane.id, key: blockKey(model, hit.lane, hit.block) };
    this.#render();
    this.#say(describeBlock(model, hit.lane, hit.block));
  }

  #hover(event: MouseEvent): void {
    const model = this.#model;
    const drawing = this.#drawing;
    if (!model || !drawing) return;
    const map = byId<SVGSVGElement>('map');
    const box = map.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    map.querySelector('#pointer')?.remove();
    const { layout } = drawing;
    if (x < 0 || x > layout.right || y > (layout.y.at(-1) ?? 0)) return;
    const address = addressAt(layout, y);
    const mark = createElement(drawHairline(drawing, this.#options(), address, 'pointer'));
    mark.id = 'pointer';
    map.append(mark);
    const segment = segmentOf(layout, address);
    const words = this.#lanes().flatMap((lane) => {
      if (lane.stop) return [];
      const block = blockAt(lane, segment);
      return block ? [`${lane.name}: ${block.label}`] : [];
    });
    byId('here').textContent = [
      spacedAddress(address),
      `MFN ${formatAddress(frameOf(address))}`,
      ...words,
    ].join('\u2003');
  }

  #goTo(event: MouseEvent): void {
    const layout = this.#drawing?.layout;
    const first = layout?.addresses[0];
    const last = layout?.addresses.at(-1);
    if (!layout || first === undefined || last === undefined) return;
    const box = byId('strip').getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (event.clientY - box.top - 12) / (box.height - 24)));
    const address = first + (BigInt(Math.round(part * 1e6)) * (last - first)) / 1000000n;
    byId('scroll').scrollTop = heightOf(layout, address) - box.height / 2;
  }
}

function sizeSvg(svg: SVGSVGElement, width: number, height: number): void {
  svg.setAttribute('width', String(Math.max(0, Math.floor(width))));
  svg.setAttribute('height', String(Math.max(0, Math.ceil(height))));
}

/** Fades a new block in and outlines it for a moment. */
function markEntered(map: SVGSVGElement, block: Element): void {
  block.classList.add('entering');
  const box = block.querySelector('rect');
  if (!box) return;
  const frame = createElement({
    tag: 'rect',
    attributes: {
      class: 'changed',
      x: box.getAttribute('x') ?? 0,
      y: box.getAttribute('y') ?? 0,
      width: box.getAttribute('width') ?? 0,
      height: box.getAttribute('height') ?? 0,
      rx: 2,
      fill: 'none',
      stroke: 'var(--xen)',
      'stroke-width': 2,
      'pointer-events': 'none',
    },
  });
  map.append(frame);
  setTimeout(() => {
    frame.remove();
    block.classList.remove('entering');
  }, 1500);
}
