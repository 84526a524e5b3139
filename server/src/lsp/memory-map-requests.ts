// Answers the memory map view: the model of a board, with releases to try, and the fixes of one finding.

import { drawHoverCard } from '../ide/draw-hover-card.ts';
import { regionAtLine } from '../ide/look-up-memory-map.ts';
import { fileName } from '../ide/paths.ts';
import { findingId, modelMemoryMap } from '../ide/model-memory-map.ts';
import type { MemoryMapModel } from '../ide/memory-map-model.ts';
import { parseRelease } from '../xen/releases.ts';
import type { Model } from './boards.ts';
import type { FindingFix, HoverCard } from './custom-requests.ts';
import { lockedBecause } from './locked-files.ts';
import type { Server } from './server-state.ts';
import { placedEditOf, screenOf } from './to-protocol.ts';

/** The map of a model's board, for its targets and the Xen releases named in `releases`. */
export async function memoryMapOf(
  server: Server,
  model: Model,
  releases: readonly string[],
): Promise<MemoryMapModel> {
  const { root } = model;
  const known = new Set(model.good.board.xen.map((boot) => boot.release.name));
  const tried = releases
    .flatMap((name) => parseRelease(name) ?? [])
    .filter((release) => !known.has(release.name));
  const more = tried.length === 0 ? undefined : await server.boards.analysisWith(root, tried);
  const { board, findings } = more ?? model.good;
  const broken = model.findings.find(
    (finding) => finding.severity === 'error' && finding.rule === 'syntax-error',
  );
  return modelMemoryMap(board, findings, {
    file: root,
    title: fileName(root),
    nameFile: (file) => server.uriOf(file),
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

const shown = new WeakMap<Model, MemoryMapModel>();

/** The hover card of the region whose node or range is written at a position (0-based line); null when there is none. */
export async function hoverCardOf(
  server: Server,
  model: Model,
  uri: string,
  line: number,
): Promise<HoverCard | null> {
  let map = shown.get(model);
  if (!map) {
    map = await memoryMapOf(server, model, []);
    shown.set(model, map);
  }
  const region = map.regions[regionAtLine(map, uri, line + 1) ?? -1];
  return (region && drawHoverCard(map, region)) ?? null;
}

/** The fixes of the finding with that id that change no locked file. */
export function findingFixesOf(server: Server, model: Model, finding: string): FindingFix[] {
  const found = model.findings.find((each) => findingId(each) === finding);
  const screen = screenOf(server, model.files);
  return (found?.fixes ?? [])
    .filter((fix) => fix.edits.every((edit) => lockedBecause(server, edit.at.file) === undefined))
    .map((fix) => ({
      title: fix.title,
      ...(fix.preferred && { preferred: true }),
      edits: fix.edits.map((edit) => placedEditOf(screen, edit)),
    }));
}
