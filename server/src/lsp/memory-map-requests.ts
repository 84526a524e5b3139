// Answers the memory map view: the model of a board, with releases to try, and the fixes of one finding.

import { formatAddress } from '../addresses/format.ts';
import type { Offer } from '../analysis/try-proposals.ts';
import { drawHoverCard } from '../map-view/draw-hover-card.ts';
import type { HoverSubject } from '../ide/hover-verdict.ts';
import { fileName } from '../ide/paths.ts';
import { findingId, makeMapModel, switchedSystem } from '../map-view/make-map-model.ts';
import type { MapModel } from '../map-view/map-model.ts';
import { parseTargets } from '../systems/targets.ts';
import { markdownText } from '../text/markdown.ts';
import type { FileId } from '../text/span.ts';
import type { Model } from './boards.ts';
import type { FindingFix } from './custom-requests.ts';
import type { Server } from './server-state.ts';
import { placedEditOf, screenOf } from './to-protocol.ts';
import { tryFixes } from './try-fixes.ts';

/** Rules that say why a text has no map of its own. */
const BROKEN_BY: ReadonlySet<string> = new Set(['syntax-error', 'include-not-found']);

/**
 * The map of a model's board, for its targets and the releases named in `releases` of the system that is shown one release
 * at a time. Its places name files by URI.
 */
export async function memoryMapOf(
  server: Server,
  model: Model,
  releases: readonly string[],
): Promise<MapModel> {
  return mapOf(server, model, releases, (file) => server.uriOf(file));
}

async function mapOf(
  server: Server,
  model: Model,
  releases: readonly string[],
  nameFile: (file: FileId) => string,
): Promise<MapModel> {
  const { root } = model;
  const known = new Set(model.good.board.boots.map(({ target }) => target));
  const system = switchedSystem(model.good.board);
  const names = system ? releases.map((name) => `${system.id}:${name}`) : [];
  const tried = parseTargets(names).targets.filter(({ name }) => !known.has(name));
  const more = tried.length === 0 ? undefined : await server.boards.analysisWith(root, tried);
  const { board, findings } = more ?? model.good;
  const broken = model.findings.find(
    (finding) => finding.severity === 'error' && BROKEN_BY.has(finding.rule),
  );
  return makeMapModel(board, findings, {
    file: root,
    title: fileName(root),
    nameFile,
    tried: tried.map(({ name }) => name),
    positionAt: (source, offset) => {
      const { line, character } = server.positions.positionIn(source, offset);
      return { line: line + 1, column: character + 1 };
    },
    ...(model.stale && {
      stale: {
        message: broken?.message ?? 'the newest text has no tree',
        ...(broken && { at: broken.at }),
      },
    }),
  });
}

/** Maps for pictures in hovers. */
const shown = new WeakMap<Model, MapModel>();

/** The picture of what a hover is about, as Markdown; undefined when the map has no such region. `theme`: what it stands on. */
export async function hoverPictureOf(
  server: Server,
  model: Model,
  subject: HoverSubject,
  theme: 'dark' | 'light',
): Promise<string | undefined> {
  let map = shown.get(model);
  if (!map) {
    map = await mapOf(server, model, [], (each) => each);
    shown.set(model, map);
  }
  const { regions, edges } = map;
  const start = subject.start === undefined ? undefined : formatAddress(subject.start);
  const named = regions.filter(({ path }) => path === subject.node?.path);
  const region = named.find(({ from }) => edges[from] === start) ?? named[0];
  const card = region && drawHoverCard(map, region, { theme });
  if (!card) return undefined;
  const bytes = new TextEncoder().encode(card.svg);
  const image = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  const alternative = markdownText(`Bars from top to bottom: ${card.readers.join(', ')}`);
  return `![${alternative}](data:image/svg+xml;base64,${image})`;
}

/** The fixes of the finding with that id which were tried and change what they say. */
export async function findingFixesOf(
  server: Server,
  model: Model,
  finding: string,
): Promise<FindingFix[]> {
  const found = model.findings.find((each) => findingId(each) === finding);
  if (!found) return [];
  return findingFixes(server, model, await tryFixes(server, model, found.proposals, found));
}

/** The fixes of those offers that hold, as the client's own requests take them. */
export function findingFixes(server: Server, model: Model, offers: readonly Offer[]): FindingFix[] {
  const screen = screenOf(server, model.files);
  return offers.flatMap((offer) => {
    if (!offer.ok) return [];
    const { title, preferred, edits } = offer.fix;
    return [
      {
        title,
        ...(preferred && { preferred: true }),
        edits: edits.map((edit) => placedEditOf(screen, edit)),
      },
    ];
  });
}
