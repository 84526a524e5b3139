// The panel beside the map: where a block comes from, who owns it under each release, what lies next to it, how to mend it.

import { frameOf } from '../../../server/src/addresses/page.ts';
import { formatAddress, formatSize } from '../../../server/src/addresses/format.ts';
import { drawCollision } from '../../../server/src/map-view/draw-collision.ts';
import { notesShown } from '../../../server/src/map-view/draw-map.ts';
import { branchOf, systemName } from '../../../server/src/map-view/lay-out-map.ts';
import {
  bankOf,
  neighboursOnMap,
  ownersAt,
  regionOf,
  type OwnerRow,
} from '../../../server/src/map-view/look-up-map.ts';
import type {
  MapBlock,
  MapLane,
  MapNote,
  MapPlace,
  MapRegion,
  MapModel,
} from '../../../server/src/map-view/map-model.ts';
import { element, link } from './element.ts';
import { createElement } from './patch-shapes.ts';
import type { Theme } from './theme.ts';

export interface DetailsInput {
  readonly model: MapModel;
  readonly release: string | undefined;
  readonly theme: Theme;
  readonly selected: { readonly lane: MapLane; readonly block: MapBlock } | undefined;
  readonly pin: bigint | undefined;
  /** Titles of the fixes asked for so far, by finding. */
  readonly fixes: ReadonlyMap<string, readonly string[]>;
  /** Whether the findings already stand in the margin. */
  readonly hasMargin: boolean;
  /** A place in a source as the host can show it. */
  readonly placeOf: (place: MapPlace) => HTMLElement;
  /** Whether there is an editor that opens sources, applies fixes and saves pages. */
  readonly canAct: boolean;
  readonly selectRegion: (index: number) => void;
  readonly selectNote: (note: MapNote) => void;
  readonly applyFix: (finding: string, index: number, title: string) => void;
  /** Called for every finding shown. */
  readonly askFixes: (finding: string) => void;
}

const KEYS: readonly (readonly [readonly string[], string, 'editor'?])[] = [
  [['↑', '↓'], 'along the addresses'],
  [['←', '→'], 'to the next reader, same address'],
  [['F8'], 'next problem'],
  [['Enter'], 'open the source', 'editor'],
  [['[', ']'], 'change the release'],
  [['/'], 'find a name, an address, a frame'],
  [['+', '−', '0'], 'taller, shorter, fit'],
  [['t'], 'as a table'],
  [['e'], 'save as SVG'],
  [['h'], 'save as HTML', 'editor'],
];

/** Fills the panel. */
export function showDetails(panel: HTMLElement, input: DetailsInput): void {
  panel.replaceChildren(...(input.selected ? selection(input, input.selected) : overview(input)));
}

function overview(input: DetailsInput): HTMLElement[] {
  const notes = notesShown(input.model, input.release);
  const hint = 'Select a block to see where it comes from.';
  const first = element('div', {}, element('p', { class: 'sub' }, hint));
  for (const note of notes) {
    const isInMargin = input.hasMargin && note.range !== undefined;
    if (!isInMargin) first.append(finding(input, note));
    else if (input.canAct && note.severity !== 'information') first.append(cure(input, note));
  }
  const keys = element('div', { class: 'keys' });
  for (const [names, words, needs] of KEYS)
    if (needs === undefined || input.canAct)
      keys.append(
        element('span', {}, ...names.flatMap((name) => [element('kbd', {}, name), ' '])),
        element('span', {}, words),
      );
  return [first, element('div', {}, element('h2', { class: 'part keys-head' }, 'Keys'), keys)];
}

function sizeOf(model: MapModel, range: { from: number; to: number }): bigint {
  return BigInt(model.edges[range.to] ?? '0') - BigInt(model.edges[range.from] ?? '0');
}

function whereInBank(model: MapModel, block: MapBlock): string {
  const found = bankOf(model, block);
  if (!found) return '';
  const offset = sizeOf(model, { from: found.bank.from, to: block.from });
  const where = offset === 0n ? 'at its start' : `${formatSize(offset)} from its start`;
  return ` in bank ${found.index + 1} of ${model.banks.length}, ${where}`;
}

function selection(
  input: DetailsInput,
  { lane, block }: { lane: MapLane; block: MapBlock },
): HTMLElement[] {
  const { model, pin } = input;
  const index = regionOf(model, block);
  const region = index === undefined ? undefined : model.regions[index];
  const start = BigInt(model.edges[block.from] ?? '0');
  const end = BigInt(model.edges[block.to] ?? '0');
  const name = region?.name ?? block.label;
  const left = element(
    'div',
    {},
    element(
      'h2',
      {},
      name,
      ...(region?.node !== undefined && region.node !== name
        ? [' ', element('span', { class: 'node' }, region.node)]
        : []),
    ),
    element(
      'div',
      { class: 'range' },
      `${formatAddress(start)}–${block.open ? '?' : formatAddress(end - 1n)}`,
    ),
    element(
      'div',
      { class: 'sub' },
      block.open
        ? 'The end of RAM is not in the tree.'
        : `${formatSize(end - start)}${whereInBank(model, block)}`,
    ),
    element(
      'div',
      { class: 'sub mono' },
      block.open
        ? `MFN ${formatAddress(frameOf(start))}–?`
        : `MFN ${formatAddress(frameOf(start))}–${formatAddress(frameOf(end - 1n))}`,
    ),
  );
  const flags = [
    ...(region?.flags ?? []),
    ...(region?.users ?? []).map((user) => `used by ${user}`),
  ];
  if (flags.length > 0) left.append(element('div', { class: 'sub' }, flags.join(' · ')));
  if (lane.id !== 'devicetree' && block.why !== '')
    left.append(element('div', { class: 'sub' }, `${lane.name}: ${block.label}, ${block.why}`));
  if (pin !== undefined && pin >= start && pin < end)
    left.append(
      element('h3', {}, 'Looked up'),
      element('div', { class: 'mono' }, formatAddress(pin)),
      element(
        'div',
        { class: 'sub' },
        `MFN ${formatAddress(frameOf(pin))}, ${formatSize(pin - start)} into ${name}`,
      ),
    );
  for (const note of notesAbout(input, block, index)) left.append(finding(input, note));
  const right = element('div');
  right.append(...origins(input, index));
  right.append(owners(input, block), ...neighbours(input, block));
  return [left, right];
}

/** Findings that stand at the region, or at the same bytes. */
function notesAbout(input: DetailsInput, block: MapBlock, region: number | undefined): MapNote[] {
  const shown = notesShown(input.model, input.release);
  const hints = input.model.notes.filter((note) => note.severity === 'hint');
  return [...shown, ...hints].filter(
    (note) =>
      (region !== undefined && note.regions.includes(region)) ||
      (region === undefined &&
        note.range !== undefined &&
        note.regions.length === 0 &&
        note.range.from < block.to &&
        block.from < note.range.to),
  );
}

/** What to do about a finding that the margin words. */
function cure(input: DetailsInput, note: MapNote): HTMLElement {
  return element(
    'div',
    { class: `finding ${note.severity}` },
    element('b', {}, note.title),
    actionsOf(input, note),
  );
}

function finding(input: DetailsInput, note: MapNote): HTMLElement {
  const box = element(
    'div',
    { class: `finding ${note.severity}` },
    element('b', {}, note.title),
    note.text,
  );
  const collision = input.model.collisions.find(
    (each) => each.regions.filter((index) => note.regions.includes(index)).length > 1,
  );
  if (collision) {
    const { palette, measure } = input.theme;
    const picture = drawCollision(input.model, collision, palette, 262, measure);
    if (picture) box.append(createElement(picture));
  }
  if (note.log !== undefined) box.append(element('div', { class: 'log' }, note.log));
  for (const related of collision ? [] : note.related) {
    const { place } = related;
    const row = element('div', { class: 'sub' }, `${related.message} `);
    if (place) row.append(input.placeOf(place));
    box.append(row);
  }
  box.append(actionsOf(input, note));
  return box;
}

/** The fixes of a finding, else the place where it stands. */
function actionsOf(input: DetailsInput, note: MapNote): HTMLElement {
  input.askFixes(note.id);
  const titles = input.fixes.get(note.id) ?? [];
  const fixes = titles.map((title, index) =>
    link(title, () => {
      input.applyFix(note.id, index, title);
    }),
  );
  const actions = fixes.length === 0 && note.place ? [input.placeOf(note.place)] : fixes;
  return element('div', { class: 'fixes' }, ...actions);
}

function origins(input: DetailsInput, index: number | undefined): HTMLElement[] {
  const { model } = input;
  if (index === undefined) return [];
  const others = model.collisions
    .filter((each) => each.regions.includes(index))
    .flatMap((each) => each.regions)
    .filter((each) => each !== index);
  const all = [...new Set([index, ...others])].flatMap((each) => model.regions[each] ?? []);
  if (all.every((region) => region.origins.length === 0)) return [];
  const parts: HTMLElement[] = [
    element('h3', {}, `Where ${all.length > 1 ? 'each' : 'it'} comes from`),
  ];
  for (const region of all) {
    if (all.length > 1) parts.push(element('div', { class: 'sub' }, region.name));
    parts.push(...region.origins.map((origin) => originBox(input, region, origin)));
  }
  return parts;
}

function originBox(
  input: DetailsInput,
  region: MapRegion,
  origin: MapRegion['origins'][number],
): HTMLElement {
  const { place } = origin;
  const word = origin.state === 'overridden' ? 'overridden' : origin.state === 'wins' ? 'wins' : '';
  const box = element('div', { class: `origin ${origin.state}` });
  if (place) box.append(input.placeOf(place));
  if (word !== '') box.append(' ', element('span', { class: 'sub' }, word));
  box.append(element('code', {}, origin.text === '' ? region.name : origin.text));
  return box;
}

function swatch(input: DetailsInput, block: MapBlock | undefined): Element {
  const paint = block && input.theme.palette.blocks[block.kind];
  const hollow = !paint || block.kind === 'disabled' || block.kind === 'unknown';
  return createElement({
    tag: 'svg',
    attributes: { width: 9, height: 9, 'aria-hidden': 'true' },
    children: [
      {
        tag: 'rect',
        attributes: {
          x: 0.5,
          y: 0.5,
          width: 8,
          height: 8,
          rx: 2,
          fill: hollow ? 'none' : paint.hue,
          stroke: hollow ? input.theme.palette.dim : paint.hue,
        },
      },
    ],
  });
}

function ownerCell(
  input: DetailsInput,
  owner: OwnerRow['owners'][number],
  span: number,
): HTMLTableCellElement {
  const isNow = owner.release === undefined || owner.release === input.release;
  const warn = owner.block?.kind === 'fault' || owner.block?.kind === 'lost' ? '⚠ ' : '';
  const cell = element(
    'td',
    { class: isNow ? 'now' : 'other', ...(span > 1 && { colspan: String(span) }) },
    swatch(input, owner.block),
    warn + owner.label,
  );
  if (isNow && owner.why !== '') cell.append(element('div', { class: 'sub' }, owner.why));
  return cell;
}

function owners(input: DetailsInput, block: MapBlock): HTMLElement {
  const { model } = input;
  const at = input.pin;
  // Where a part has another owner in another release, that part is what is worth comparing.
  let segment = block.differsAt?.[0]?.from ?? block.from;
  if (at !== undefined) {
    segment = block.from;
    while (segment + 1 < block.to && BigInt(model.edges[segment + 1] ?? '0') <= at) segment++;
  }
  const rows = ownersAt(model, segment);
  const isAside = at === undefined && segment > block.from;
  const where = isAside ? ` from ${model.edges[segment] ?? ''}` : '';
  const columns = Math.max(1, model.releases.length);
  const head = element('tr', {}, element('td', {}));
  for (const release of model.releases)
    head.append(element('th', { scope: 'col' }, `${systemName(model)} ${branchOf(release)}`));
  const body = element('tbody');
  for (const row of rows) {
    const name = element('th', { scope: 'row' }, row.name);
    if (row.differs)
      name.append(' ', element('span', { class: 'delta', title: 'another owner' }, 'Δ'));
    const line = element('tr', {}, name);
    const shown = row.owners.find((owner) => owner.release === input.release) ?? row.owners[0];
    if (row.differs && row.owners.length > 1)
      for (const owner of row.owners) line.append(ownerCell(input, owner, 1));
    else if (shown) line.append(ownerCell(input, shown, columns));
    body.append(line);
  }
  return element(
    'div',
    {},
    element('h3', {}, `Who owns it${where}`),
    element(
      'table',
      { class: 'owners' },
      ...(columns > 1 ? [element('thead', {}, head)] : []),
      body,
    ),
  );
}

function neighbours(input: DetailsInput, block: MapBlock): HTMLElement[] {
  const list = neighboursOnMap(input.model, block);
  if (list.length === 0) return [];
  const grid = element('div', { class: 'neighbours' });
  for (const { side, region, name, bytes } of list) {
    const isShared = side === 'shared';
    const words = isShared
      ? `${formatSize(bytes)} shared`
      : bytes === 0n
        ? 'adjacent'
        : `${formatSize(bytes)} ${region === undefined ? 'free' : 'between'}`;
    const target =
      region === undefined
        ? element('span', {}, name)
        : link(name, () => {
            input.selectRegion(region);
          });
    grid.append(
      element('span', {}, isShared ? '⚠' : side === 'before' ? '↑' : '↓'),
      target,
      element('span', {}, words),
    );
  }
  return [element('h3', {}, 'Neighbours'), grid];
}
