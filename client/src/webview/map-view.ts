// The memory map's page at work: draws the model, follows pointer and keys, and tells the extension what was asked for.

import { frameOf } from '../../../server/src/addresses/page.ts';
import { formatAddress } from '../../../server/src/addresses/format.ts';
import {
  blockKey,
  describeBlock,
  drawHairline,
  drawMap,
  drawStandingParts,
  errorsUnder,
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
  heightOf,
  lanesShown,
  layOutMap,
  segmentOf,
  spanInPixels,
  type MapLayout,
} from '../../../server/src/map-view/lay-out-map.ts';
import {
  blockAt,
  decidingPlaceOf,
  matchQuery,
  readQuery,
  regionAtLine,
  regionOf,
  segmentAt,
  type MapMatch,
} from '../../../server/src/map-view/look-up-map.ts';
import type {
  MapBlock,
  MapLane,
  MapNote,
  MapPlace,
  MapRange,
  MapModel,
} from '../../../server/src/map-view/map-model.ts';
import { showDetails } from './details-panel.ts';
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
  /** An editor shows sources, applies fixes and keeps files; a page that opens alone has only what it holds. */
  readonly kind: 'editor' | 'alone';
  readonly send: (message: FromPage) => void;
  readonly remember: (state: Remembered) => void;
  readonly remembered: Remembered | undefined;
}

/** Above this many regions only what is near the visible part is drawn. */
const DRAWN_WHOLE = 300;
/** A text that is broken for less than this, in ms, is still being typed, and nothing is said of it. */
const STILL_TYPED = 300;
/** The size of a map on paper, in CSS px: the narrower one of A4 and Letter, without their margins. */
const PAPER = { width: 680, height: 860 };

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
  /** What the find box found, in words; the status line shows it while nothing is pointed at. */
  #found = '';
  #isPrinted = false;
  #laidOut:
    | { readonly made: readonly unknown[]; readonly hidden: string; readonly layout: MapLayout }
    | undefined;
  #drawnAt = 0;
  #staleSince: number | undefined;
  #staleSoon: ReturnType<typeof setTimeout> | undefined;
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
    // What is offered stays on screen until it is answered anew: nothing jumps at each key.
    if (!model.stale) this.#asked.clear();
    const ids = new Set(model.notes.map(({ id }) => id));
    for (const id of this.#fixes.keys()) if (!ids.has(id)) this.#fixes.delete(id);
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
    this.#followStale(model.stale !== undefined);
    if (isOther) this.#clear();
    else if (selected) this.#keepSelection(selected, before);
    this.#search();
    this.#showBar();
    this.#render(before !== undefined && before.file === model.file);
    this.#showTable();
    this.#remember();
  }

  #followStale(isStale: boolean): void {
    if (!isStale) {
      clearTimeout(this.#staleSoon);
      this.#staleSince = undefined;
      return;
    }
    if (this.#staleSince !== undefined) return;
    this.#staleSince = Date.now();
    this.#staleSoon = setTimeout(() => {
      this.#showNews();
      this.#say(byId('stale').textContent);
    }, STILL_TYPED);
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
    const scroll = byId('scroll');
    const selection = this.#selection();
    return {
      width: this.#isPrinted ? PAPER.width : pane.clientWidth,
      height: this.#isPrinted ? PAPER.height : pane.clientHeight,
      palette: this.#theme.palette,
      measure: this.#theme.measure,
      uiFont: this.#theme.uiFont,
      monoFont: this.#theme.monoFont,
      zoom: this.#zoom,
      hidden: this.#hidden,
      purpose: 'page',
      scrollTop: this.#isPrinted ? 0 : scroll.scrollTop,
      scrollLeft: this.#isPrinted ? 0 : scroll.scrollLeft,
      extent:
        (this.#model?.regions.length ?? 0) > DRAWN_WHOLE && !this.#isPrinted ? 'near' : 'whole',
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
    document.body.classList.toggle('empty', model.empty !== undefined);
    byId('map').setAttribute('aria-label', `Memory map of ${model.title}`);
    this.#showNews();
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
    const drawn = this.#layout(model, options);
    // On paper the strip runs along the whole map.
    const paneHeight = this.#isPrinted ? drawn.contentHeight : drawn.paneHeight;
    const drawing = drawMap(model, { ...options, layout: { ...drawn, paneHeight } });
    this.#drawing = drawing;
    this.#drawnAt = options.scrollTop ?? 0;
    const { layout } = drawing;
    const entered: Element[] = [];
    const map = byId<SVGSVGElement>('map');
    const hadFocus = map.contains(document.activeElement);
    const room = options.width - layout.stripWidth;
    byId('scroll').classList.toggle('wide', layout.right > room);
    sizeSvg(map, Math.max(room, layout.right), Math.max(layout.contentHeight, options.height));
    patchChildren(map, [drawing.patterns, drawing.body, drawing.marks], (each) => {
      if (each.classList.contains('place')) entered.push(each);
    });
    const strip = byId<SVGSVGElement>('strip');
    sizeSvg(strip, layout.stripWidth, layout.paneHeight);
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
    if (byId('scroll').classList.contains('wide')) patchChildren(byId('heads'), [parts.heads]);
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
        const errors = errorsUnder(model, release);
        const name = isAlone ? branch : release;
        const inWords = errors === 0 ? 'no errors' : errors === 1 ? '1 error' : `${errors} errors`;
        const button = element(
          'button',
          {
            role: 'radio',
            type: 'button',
            'aria-checked': String(isChosen),
            tabindex: isChosen ? '0' : '-1',
            'data-release': release,
            title: `${systemName(model)} ${release}: ${inWords}`,
            'aria-label': `${name}, ${inWords}`,
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
    byId('tried').replaceChildren(
      ...(model.tried ?? []).map((release) => {
        const button = element(
          'button',
          { type: 'button', title: 'Tried only: not a target', 'data-release': release },
          `Close ${branchOf(release)}`,
        );
        button.addEventListener('click', () => {
          this.#close(release);
        });
        return button;
      }),
    );
    this.#showCount();
    this.#showColumns();
  }

  #close(release: string): void {
    if (this.#model?.tried?.includes(release) !== true) return;
    this.#isReleaseWanted = false;
    this.#host.send({ type: 'close', release });
    byId('releases').querySelector<HTMLElement>('[aria-checked=true]')?.focus();
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

  /** The line under the bar: what is wrong in one sentence, or that the map is not that of the newest text. */
  #showNews(): void {
    const model = this.#model;
    if (!model) return;
    const { stale } = model;
    const age = Date.now() - (this.#staleSince ?? Date.now());
    const isStale = stale !== undefined && age >= STILL_TYPED;
    document.body.classList.toggle('stale', isStale);
    byId('stale').hidden = !isStale;
    byId('verdict').hidden = isStale || model.empty !== undefined;
    if (isStale) this.#showStale(stale, age);
    else this.#showVerdict(model);
  }

  #showStale({ place, message }: NonNullable<MapModel['stale']>, age: number): void {
    const seconds = Math.round(age / 1000);
    byId('stale').replaceChildren(
      ...(place ? [this.#placeOf(place), ': '] : []),
      `${message}. The map shows the last good text, `,
      seconds < 60 ? `${seconds} s old.` : `${Math.floor(seconds / 60)} min old.`,
    );
  }

  /** A place in a source: a link where there is an editor. */
  #placeOf(place: MapPlace): HTMLElement {
    const text = `${place.name}:${place.line}`;
    if (this.#host.kind === 'alone') return element('span', {}, text);
    return link(text, () => {
      this.#reveal(place, true);
    });
  }

  #showVerdict(model: MapModel): void {
    const [first] = this.#problems();
    const isCalm = !first && model.collisions.length === 0;
    const calm = `${this.#releaseName()}: no problems. Every byte has one owner.`;
    byId('verdict').replaceChildren(
      ...(first
        ? [
            element('span', { class: `sign ${first.severity}`, 'aria-hidden': 'true' }, '⚠ '),
            first.text,
          ]
        : [isCalm ? calm.replace(/^: no/, 'No') : '']),
    );
    byId<HTMLButtonElement>('verdict').disabled = !first;
    byId('verdict').title = first?.text ?? '';
  }

  #releaseName(): string {
    if (!this.#model || this.#release === undefined) return '';
    return `${systemName(this.#model)} ${branchOf(this.#release)}`;
  }

  #showEmpty(): void {
    const reason = this.#model?.empty;
    const box = byId('empty');
    box.hidden = reason === undefined;
    if (reason === undefined) return;
    box.replaceChildren(element('h2', {}, 'No memory to show yet'), element('p', {}, reason));
    if (this.#host.kind === 'alone') return;
    box.append(
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
      placeOf: (place) => this.#placeOf(place),
      canAct: this.#host.kind === 'editor',
      selectRegion: (index) => {
        this.#selectRegion(index);
      },
      selectNote: (note) => {
        this.#selectNote(note);
      },
      applyFix: (finding, index, title) => {
        this.#host.send({ type: 'fix', finding, index, title });
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
    this.#fitTable();
  }

  /** A table that is too wide stands as one block for each row. */
  #fitTable(): void {
    const box = byId('table');
    if (box.hidden) return;
    box.classList.remove('stacked');
    box.classList.toggle('stacked', box.scrollWidth > box.clientWidth);
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
    const { title } =
      byId('releases').querySelector<HTMLElement>('[aria-checked=true]') ?? byId('title');
    this.#say(title);
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

  #search(): MapMatch {
    const model = this.#model;
    this.#matches = undefined;
    this.#found = '';
    if (!model) return { kind: 'nothing' };
    const typed = byId<HTMLInputElement>('find').value;
    const match = matchQuery(model, this.#release, readQuery(typed));
    if (match.kind === 'address') {
      this.#pin = match.address;
      this.#found = wordReading(typed.trim(), match);
    }
    if (match.kind === 'blocks') {
      this.#matches = match.keys;
      const number = [...match.keys].filter((key) => key.startsWith('devicetree:')).length;
      this.#found =
        match.keys.size === 0
          ? 'nothing matches'
          : number === 0
            ? `${match.keys.size} ${match.keys.size === 1 ? 'block matches' : 'blocks match'}`
            : `${number} ${number === 1 ? 'node matches' : 'nodes match'}`;
    }
    byId('here').textContent = this.#found;
    return match;
  }

  /** What was typed: pins an address and selects who claims it, or steps back all but the matches. */
  #find(): void {
    const model = this.#model;
    if (!model) return;
    this.#pin = undefined;
    const match = this.#search();
    if (match.kind !== 'address') {
      this.#render();
      this.#say(this.#found);
      return;
    }
    const { address } = match;
    const segment = segmentAt(model, address);
    const lane = this.#lanes()[0];
    const block = lane && segment !== undefined ? blockAt(lane, segment) : undefined;
    if (!lane || !block) {
      this.#found = `${formatAddress(address)} is outside all RAM and regions`;
      byId('here').textContent = this.#found;
      this.#pin = segment === undefined ? undefined : address;
      this.#selected = undefined;
      this.#render();
      this.#say(this.#found);
      return;
    }
    this.#select(lane, block, 'stay');
    this.#say([this.#found, describeBlock(model, lane, block)].filter(Boolean).join('; '));
    const layout = this.#drawing?.layout;
    const scroll = byId('scroll');
    if (layout) {
      const y = heightOf(layout, address);
      if (y < scroll.scrollTop + 20 || y > scroll.scrollTop + scroll.clientHeight - 20) {
        scroll.scrollTop = y - scroll.clientHeight / 3;
        this.#render();
      }
    }
  }

  /** Enter in the find box: to the match, and from one match to the next. Without any the box keeps the focus. */
  #goToMatch(): void {
    const model = this.#model;
    if (!model) return;
    const match = this.#search();
    if (match.kind === 'address' && this.#selection()) this.#focusBlock();
    if (match.kind === 'address') return;
    if (match.kind === 'nothing') {
      this.#focusBlock();
      return;
    }
    const found = this.#lanes().flatMap((lane) =>
      lane.blocks
        .map((block) => ({ lane, block, key: blockKey(model, lane, block) }))
        .filter(({ key }) => match.keys.has(key)),
    );
    const at = found.findIndex(({ key }) => key === this.#selected?.key);
    const next = found[(at + 1) % Math.max(1, found.length)];
    if (!next) {
      this.#say(this.#found);
      return;
    }
    this.#select(next.lane, next.block, 'follow');
    const which = `match ${found.indexOf(next) + 1} of ${found.length}`;
    this.#say(`${which}: ${describeBlock(model, next.lane, next.block)}`);
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

  #export(): void {
    if (this.#host.kind !== 'editor') return;
    const release = this.#release;
    this.#host.send({ type: 'export', ...(release !== undefined && { release }) });
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

  /** Draws the map as paper shows it, in its own colours, or as the screen does. */
  print(isPrinted: boolean): void {
    this.#isPrinted = isPrinted;
    this.#theme = readTheme();
    this.#render();
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
      byId('here').textContent = this.#found;
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
        this.#focusBlock();
      } else this.#goToMatch();
      event.preventDefault();
      event.stopPropagation();
    });
    byId('count').addEventListener('click', () => {
      this.#nextProblem(1);
    });
    byId('verdict').addEventListener('click', () => {
      const [first] = this.#problems();
      if (first) this.#selectNote(first);
    });
    byId('export').addEventListener('click', () => {
      this.#export();
    });
    byId('as-table').addEventListener('click', () => {
      this.#toggleTable();
    });
    byId('try').addEventListener('change', () => {
      const { value } = byId<HTMLSelectElement>('try');
      if (value !== '') this.#host.send({ type: 'try', release: value });
    });
    byId('releases').addEventListener('keydown', (event) => {
      if (event.key === 'Delete' && this.#release !== undefined) this.#close(this.#release);
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
    new ResizeObserver(() => {
      this.#fitTable();
    }).observe(byId('left'));
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
      this.#showNews();
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
    else if (key === 'h') this.#export();
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
      formatAddress(address),
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

/** How a bare number was read, when it was not as an address, or could be read otherwise. */
function wordReading(typed: string, match: Extract<MapMatch, { kind: 'address' }>): string {
  const isBare = /^(?:0x)?[0-9a-f_' ]+$/i.test(typed);
  if (match.isEither) return `${typed} taken as an address; for the frame write mfn ${typed}`;
  return isBare && match.unit === 'frame'
    ? `${typed} taken as MFN, address ${formatAddress(match.address)}`
    : '';
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
