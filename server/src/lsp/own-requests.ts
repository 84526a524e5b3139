// Requests of our own: from a method of custom-requests.ts to the function of `ide/` that answers it.

import { formatSize } from '../addresses/format.ts';
import { profileOfLog } from '../console/compare-boot-log.ts';
import { readBootLog } from '../console/read-boot-log.ts';
import { compareLogs, explainedLog, predictedLog, type LogLine } from '../ide/boot-log.ts';
import { decodeAddress, readAddress } from '../ide/decode-address.ts';
import { mapMarkdown } from '../ide/map-markdown.ts';
import { mergedTree } from '../ide/merged-tree.ts';
import { fileName } from '../ide/paths.ts';
import { placesForRegion, readSize } from '../ide/refactorings.ts';
import type { Board } from '../rules/board.ts';
import { spanOf } from '../tree/device-tree.ts';
import { allSystems } from '../systems/all-systems.ts';
import { parseTargets, targetInWords } from '../systems/targets.ts';
import type { Boot } from '../target/boot.ts';
import type { Target } from '../target/system.ts';
import { wordUnreadText } from '../memory/unread-text.ts';
import { XEN, xenBoots } from '../xen/xen-boots.ts';
import type { Model } from './boards.ts';
import { openFactsOf } from './facts-request.ts';
import type { CustomRequests, DocumentParams, LogLine as ProtocolLine } from './custom-requests.ts';
import { listBoards } from './list-boards.ts';
import { lockedBecause } from './locked-files.ts';
import { findingFixes, findingFixesOf, memoryMapOf } from './memory-map-requests.ts';
import { reportOn } from './reading-report.ts';
import type { Server } from './server-state.ts';
import { statusOf } from './status.ts';
import { placeOnScreen, screenOf } from './to-protocol.ts';
import { reasonOf, tryFixes } from './try-fixes.ts';
import { BROKEN, UserError } from './user-error.ts';

type Answers = {
  readonly [M in keyof CustomRequests]: (
    params: CustomRequests[M]['params'],
  ) => CustomRequests[M]['result'] | Promise<CustomRequests[M]['result']>;
};

function noAddress(text: string): string {
  return `"${text}" holds no address: write 0x1a02dc000 or mfn 0x1a02dc.`;
}

function noSize(text: string): string {
  return `"${text}" is no size: write 16 MiB, 64K or 0x1000000.`;
}

function targetNamed(name: string): Target {
  const [target] = parseTargets([name]).targets;
  if (!target) throw new UserError(`${targetInWords(name)} is no known release.`);
  return target;
}

function notPredicted({ map: { unread } }: Board, { name }: Target): string {
  const because = unread ? `: ${wordUnreadText(unread)}` : ' here';
  return `${targetInWords(name)} could not be predicted${because}.`;
}

/** Every request of our own, by method. */
export function ownRequests(server: Server): Answers {
  const { boards, files } = server;

  const modelOf = async ({ uri }: DocumentParams): Promise<Model> => {
    const model = await boards.newestModelOf(server.fileOf(uri));
    if (!model)
      throw new UserError(`${fileName(server.fileOf(uri))} is not open, or its board is gone.`);
    return model;
  };
  const bootOf = async (
    params: DocumentParams,
    target: string,
  ): Promise<{ readonly board: Board; readonly boot: Boot }> => {
    const model = await modelOf(params);
    const asked = targetNamed(target);
    const { board } = model;
    const known = board.boots.find((boot) => boot.target === asked.name);
    const made = known ? { board, boot: known } : await boards.bootWith(model.root, asked);
    if (!made) throw new UserError(notPredicted(board, asked));
    return made;
  };

  const logLines = (board: Board | undefined, lines: readonly LogLine[]): ProtocolLine[] => {
    const screen = screenOf(server, board?.files ?? files);
    return lines.map(({ text, at, rule }) => {
      const page = rule === undefined ? undefined : server.rulePage(rule);
      return {
        text,
        ...(at && { at: placeOnScreen(screen, at) }),
        ...(page !== undefined && { page }),
      };
    });
  };

  return {
    'dtmap/status': ({ uri }) => statusOf(server, server.fileOf(uri)),

    'dtmap/reading': async ({ uri }) => {
      const file = server.fileOf(uri);
      await boards.newestModelOf(file);
      return reportOn(server, file);
    },

    'dtmap/boards': ({ uri }) => listBoards(server, server.fileOf(uri)),

    'dtmap/selectBoard': async ({ uri, board }) => {
      const file = server.fileOf(uri);
      boards.choose(file, server.fileOf(board));
      await boards.newestModelOf(file);
      return statusOf(server, file);
    },

    'dtmap/targets': () =>
      allSystems.flatMap(({ id, name: system, isHypervisor, branches }) =>
        branches.toReversed().map(({ name, detail }) => ({
          id: `${id}:${name}`,
          label: `${system} ${name}`,
          detail,
          isHypervisor,
        })),
      ),

    'dtmap/faultOf': ({ text, isA }) => {
      if (isA === 'address') return readAddress(text) ? null : noAddress(text);
      return readSize(text) === undefined ? noSize(text) : null;
    },

    'dtmap/facts': async ({ uri }) => {
      const { board } = await modelOf({ uri });
      return openFactsOf(board);
    },

    'dtmap/settings': ({ uri }) =>
      server.settingsOf(boards.rootOf(server.fileOf(uri)) ?? server.fileOf(uri)),

    'dtmap/decode': async ({ uri, text }) => {
      const asked = readAddress(text);
      if (!asked) throw new UserError(noAddress(text));
      const model = await modelOf({ uri });
      const screen = screenOf(server, model.board.files);
      const { title, owners } = decodeAddress(model.board, asked);
      return {
        title,
        owners: owners.map(({ view, owner: who, condition, node, written }) => {
          const at = written ?? node?.openings[0]?.name;
          const owner = condition === undefined ? who : `${who}, ${condition}`;
          return { view, owner, ...(at && { at: placeOnScreen(screen, spanOf(at)) }) };
        }),
      };
    },

    'dtmap/bootLog': async ({ uri, target }) => {
      const { board, boot } = await bootOf({ uri }, target);
      const { lines, outcome, uncertain } = predictedLog(board, boot);
      return { lines: logLines(board, lines), outcome, uncertain };
    },

    'dtmap/compareBootLog': async ({ uri, target, log }) => {
      const model = await modelOf({ uri });
      const captured = readBootLog(log);
      if (captured.lines.every(({ by }) => by !== 'xen'))
        throw new UserError('This text is no log of Xen: no line in it has (XEN) in front.');
      const named = target ?? (captured.release && `${XEN}:${captured.release}`);
      const known = named ?? xenBoots(model.board)[0]?.target;
      if (known === undefined)
        throw new UserError('The log names no release of Xen, and the board has none as target.');
      const asked = targetNamed(known);
      // Where Xen and the blob were loaded is not in the tree, but in the log.
      const made = await boards.bootWith(model.root, asked, [
        { basis: 'log', profile: profileOfLog(captured) },
      ]);
      const [boot] = made ? xenBoots(made.board) : [];
      if (!boot) throw new UserError(notPredicted(model.board, asked));
      const { predicted, captured: shown, because, ...result } = compareLogs(boot, log);
      if (because !== undefined) throw new UserError(`This log: ${because}.`);
      return {
        ...result,
        release: boot.release.name,
        predicted: logLines(model.board, predicted),
        captured: logLines(model.board, shown),
      };
    },

    'dtmap/explainLog': async ({ uri, log }) => {
      const model = uri === undefined ? undefined : await boards.newestModelOf(server.fileOf(uri));
      const lines = explainedLog(model?.board, log);
      if (lines.length === 0)
        throw new UserError('No line of this text is about memory, as far as dtmap knows.');
      return { lines: logLines(model?.board, lines) };
    },

    'dtmap/placesForRegion': async ({ uri, size }) => {
      const bytes = readSize(size);
      if (bytes === undefined) throw new UserError(noSize(size));
      const model = await modelOf({ uri });
      const file = server.fileOf(uri);
      const locked = lockedBecause(server, file);
      if (locked !== undefined) throw new UserError(locked);
      if (model.stale) throw new UserError(BROKEN);
      const { unread } = model.board.map;
      if (unread) throw new UserError(`No free range is known: ${wordUnreadText(unread)}.`);
      const proposals = placesForRegion(model.board, file, bytes);
      if (proposals.length === 0)
        throw new UserError(`No free range of RAM has room for ${formatSize(bytes)}.`);
      const offers = await tryFixes(server, model, proposals, undefined);
      const [first] = offers;
      if (first?.ok === false && offers.every(({ ok }) => !ok))
        throw new UserError(reasonOf(first.refusal));
      return findingFixes(server, model, offers);
    },

    'dtmap/mergedTree': async ({ uri, filter }) => {
      const { board, stale } = await modelOf({ uri });
      return { lines: logLines(board, mergedTree(board, filter, stale)) };
    },

    'dtmap/inactiveRegions': async ({ uri }) => {
      const file = server.fileOf(uri);
      const model = await boards.newestModelOf(file);
      if (!model) return { ranges: [] };
      const screen = screenOf(server, model.board.files);
      return {
        ranges: (model.board.source?.inactive ?? [])
          .filter((span) => span.file === file)
          .map((span) => screen.rangeOf(span)),
      };
    },

    'dtmap/memoryMap': async (params) =>
      memoryMapOf(server, await modelOf(params), params.releases ?? []),

    'dtmap/findingFixes': async (params) =>
      findingFixesOf(server, await modelOf(params), params.finding),

    'dtmap/markdown': async ({ uri }) => {
      const model = await modelOf({ uri });
      return mapMarkdown(model.board, fileName(model.root), model.findings);
    },
  };
}
