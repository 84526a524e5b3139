// What was read for a document, for its menu in the status bar and for the log: boards, folders, overlays, facts, targets, times.

import { openFacts, wordOpenFacts } from '../ide/list-facts.ts';
import { fileName } from '../ide/paths.ts';
import type { FolderReason, FoundIncludes } from '../preprocess/find-includes.ts';
import { targetInWords } from '../systems/targets.ts';
import { wordUnreadText } from '../memory/unread-text.ts';
import type { FileId } from '../text/span.ts';
import type { BoardReading } from './board-reading.ts';
import type { ReportLine } from './custom-requests.ts';
import type { Server } from './server-state.ts';
import { boardOf, statusOf } from './status.ts';

const treeNames: Readonly<Record<FoundIncludes['tree'], string>> = {
  linux: 'Linux',
  rebasing: 'devicetree-rebasing',
  'u-boot': 'U-Boot',
  barebox: 'barebox',
  zephyr: 'Zephyr',
  'tf-a': 'Trusted Firmware-A',
  'op-tee': 'OP-TEE',
  openwrt: 'OpenWrt',
  armbian: 'Armbian',
  yocto: 'Yocto',
  jailhouse: 'Jailhouse',
  sel4: 'seL4',
  none: 'not recognised',
};

const reasons: Readonly<Record<FolderReason, string>> = {
  recorded: 'recorded by the build',
  layout: 'searched by builds of this work tree',
  above: 'an include folder above the board',
  kernel: 'from the kernel near this work tree',
  own: 'the folder of the board',
};

/** The lines about a document, in the order people ask. */
export function reportOn(server: Server, file: FileId): readonly ReportLine[] {
  const status = statusOf(server, file);
  const model = server.boards.modelOf(file);
  const root = server.boards.chosenFor(file) ?? server.boards.rootOf(file) ?? file;
  const reading = server.readingOf(root);
  const inFolder = (each: FileId): string => shortened(server, each);
  const lines: ReportLine[] = [];
  const shown = status.base ?? status.board;
  const none = status.needs === 'base' ? 'no base is known' : 'none is known';
  const isNamed = shown !== undefined && status.needs === undefined;
  lines.push({
    topic: status.base && server.index.isRoot(file) ? 'Base' : 'Board',
    text: isNamed ? shown.label : none,
    ...(status.because !== undefined && { detail: status.because }),
    opens: 'boards',
  });
  if (model) {
    const { unread, members } = model;
    const count = members.size === 1 ? '1 file' : `${members.size} files`;
    const isMissing = unread && unread.because !== 'no-board';
    lines.push({
      topic: 'Files',
      text: isMissing ? `${count}; ${wordUnreadText(unread)}` : `${count}, none missing`,
    });
  }
  if (reading) {
    const { found, named, overlays, profile } = reading;
    lines.push({
      topic: 'Work tree',
      text: treeNames[found.tree],
      detail:
        found.tree === 'none'
          ? 'Includes are searched in the folders below only; dtmap.includePaths adds others.'
          : found.top,
    });
    for (const [folder, setting] of named)
      lines.push({ topic: 'Include folder', text: inFolder(folder), detail: `from ${setting}` });
    for (const [folder, because] of found.folders)
      if (!named.has(folder))
        lines.push({ topic: 'Include folder', text: inFolder(folder), detail: reasons[because] });
    for (const overlay of overlays)
      lines.push({
        topic: 'Overlay',
        text: boardOf(server, overlay).label,
        uri: server.uriOf(overlay),
      });
    lines.push(profileLine(server, profile));
  }
  if (model)
    lines.push({
      topic: 'Boot facts',
      text: wordOpenFacts(openFacts(model.board)) ?? 'none is assumed',
      opens: 'facts',
    });
  lines.push({
    topic: 'Targets',
    text: server.settings.targets.map(targetInWords).join(', ') || 'none',
    opens: 'targets',
  });
  const times = server.boards.timesOf(file);
  if (times)
    lines.push({
      topic: 'Time',
      text: `last analysis ${wordTime(times.last)}, first ${wordTime(times.first)}`,
    });
  return lines;
}

function profileLine(server: Server, profile: BoardReading['profile']): ReportLine {
  const topic = 'Boot profile';
  if (profile?.file === undefined)
    return { topic, text: profile ? 'in dtmap.bootProfile' : 'none', opens: 'profile' };
  const { file, isFaulty } = profile;
  return {
    topic,
    text: shortened(server, file),
    ...(isFaulty && { detail: 'not used: it has errors, which are marked in it' }),
    uri: server.uriOf(file),
  };
}

/** The same as one text of several lines, for the log. */
export function wordReport(file: FileId, lines: readonly ReportLine[]): string {
  const rows = lines.map(
    ({ topic, text, detail }) => `  ${topic}: ${text}${detail === undefined ? '' : ` (${detail})`}`,
  );
  return [`What dtmap read for ${fileName(file)}`, ...rows].join('\n');
}

/** `12 ms`, `1.3 s` */
export function wordTime(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.max(1, Math.round(milliseconds))} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A path below the workspace folder, or as it is. */
function shortened({ folders }: Server, path: FileId): string {
  const folder = folders.find((each) => path === each || path.startsWith(`${each}/`));
  if (folder === undefined) return path;
  return path === folder ? fileName(folder) : path.slice(folder.length + 1);
}
