// Compares a captured boot log with the prediction, message by message.

import { diffArrays, type ArrayChange } from 'diff';
import type { BootProfile } from '../facts/boot-profile.ts';
import type { XenBoot } from '../xen/xen-boot.ts';
import { collapse } from '../messages/form.ts';
import type { Message } from '../messages/message.ts';
import { xenMessages } from '../xen/messages.ts';
import type { BootLog, BootLogLine, Known } from './read-boot-log.ts';

/** One message and where it was found. */
export interface ComparedLine {
  /** Without `(XEN) `. */
  readonly text: string;
  /** `same`: in both. `missing`: predicted, not in the log. `unexpected`: in the log, not predicted. */
  readonly state: 'same' | 'missing' | 'unexpected';
  /** Line of the captured text, from 1; absent for missing ones. */
  readonly line?: number;
  /** The predicted message it is about, as index into `XenBoot.log`. */
  readonly predicted?: number;
}

export interface BootLogComparison {
  /** The prediction that was compared: the likely one, or a neighbour of it that fits the log better. */
  readonly boot: XenBoot;
  readonly differs: boolean;
  readonly lines: readonly ComparedLine[];
  /** Kinds of messages that were not compared because the inputs do not determine them: JSON paths of `uncertain`. */
  readonly notCompared: readonly string[];
  /** Predicted messages before the first or after the last the capture shows: an excerpt proves nothing about them. */
  readonly beyondExcerpt: number;
  /** Why lines that agree may be shown as missing and unexpected: one sentence; absent when none is. */
  readonly rough?: string;
}

/** Lines that differ beyond which the best alignment is not looked for: its cost grows with their square. */
const MOST_DIFFERENCES = 1000;

/**
 * Compares messages about memory in order; white space and the rest of the console do not count. A capture that begins
 * late or ends early is compared as far as it goes.
 */
export function compareBootLog(boot: XenBoot, log: BootLog): BootLogComparison {
  // What facts the boot really had the log shows: the world that fits it best is the one to compare it with.
  let best = compareWorld(boot, log);
  if (best.differs)
    for (const neighbour of boot.neighbours) {
      const other = compareWorld(neighbour.boot, log);
      if (differing(other) < differing(best)) best = other;
    }
  return best;
}

/** Why a comparison says nothing: a clause; undefined when at least one message of the log was compared. */
export function whyNothingCompared(
  { lines, notCompared }: BootLogComparison,
  log: BootLog,
): string | undefined {
  if (lines.some(({ state }) => state !== 'missing')) return undefined;
  return log.lines.some(({ by, messages }) => by === 'xen' && partOf(messages.map(({ id }) => id)))
    ? `no line in it can be compared, because the inputs do not determine ${notCompared.join(', ')}`
    : "no line in it can be compared: it has none of Xen's lines about memory, such as RAM: and MODULE[0]";
}

function differing({ lines }: BootLogComparison): number {
  return lines.filter(({ state }) => state !== 'same').length;
}

function compareWorld(boot: XenBoot, log: BootLog): BootLogComparison {
  const uncertain = boot.uncertain.map(({ what }) => what);
  const isCertain = ({ part }: { readonly part: string | undefined }): boolean =>
    part !== undefined && !uncertain.some((what) => covers(what, part));
  const predicted = boot.log
    .map(({ text, events }, index) => ({
      text: collapse(text),
      part: partOf(events.map(({ id }) => id)),
      index,
    }))
    .filter(isCertain);
  // Behind the last line that is determined anything may stand: only parts that are predicted can be compared.
  const parts = new Set(predicted.map(({ part }) => part));
  const isOpen = uncertain.includes('log');
  const captured = firstBootOf(log, new Set(predicted.map(({ text }) => text))).filter(
    (line) => isCertain(line) && (!isOpen || parts.has(line.part)),
  );
  const lines: ComparedLine[] = [];
  let fromPrediction = 0;
  let fromCapture = 0;
  const before = predicted.map(({ text }) => comparable(text));
  const after = captured.map(({ text }) => comparable(text));
  const best = diffArrays(before, after, { maxEditLength: MOST_DIFFERENCES });
  const changes = best ?? alignRoughly(before, after);
  for (const change of changes) {
    for (let each = 0; each < change.value.length; each++) {
      const expected = change.added ? undefined : predicted[fromPrediction++];
      const found = change.removed ? undefined : captured[fromCapture++];
      lines.push({
        text: (found ?? expected)?.text ?? '',
        state: change.added ? 'unexpected' : change.removed ? 'missing' : 'same',
        ...(found ? { line: found.line } : {}),
        ...(expected ? { predicted: expected.index } : {}),
      });
    }
  }
  const first = lines.findIndex(({ state }) => state !== 'missing');
  const last = lines.findLastIndex(({ state }) => state !== 'missing');
  const from = first < 0 ? 0 : isFromStart(log) ? 0 : first;
  const to = last < 0 ? lines.length - 1 : isToEnd(log) ? lines.length - 1 : last;
  const within = lines.slice(from, to + 1);
  return {
    boot,
    differs: within.some(({ state }) => state !== 'same'),
    lines: within,
    notCompared: uncertain,
    beyondExcerpt: lines.length - within.length,
    ...(best
      ? {}
      : {
          rough: `more than ${MOST_DIFFERENCES} lines differ, so lines that agree may be listed as missing and not predicted: compare with the log of this board and release`,
        }),
  };
}

/** As `diffArrays`, in one pass: each line of `after` is taken for the next equal one of `before` that is not far on. */
function alignRoughly(
  before: readonly string[],
  after: readonly string[],
): Pick<ArrayChange<string>, 'value' | 'added' | 'removed'>[] {
  const places = new Map<string, { readonly at: number[]; next: number }>();
  before.forEach((text, at) => {
    const known = places.get(text);
    if (known) known.at.push(at);
    else places.set(text, { at: [at], next: 0 });
  });
  const changes: ReturnType<typeof alignRoughly> = [];
  let from = 0;
  const skipTo = (to: number): void => {
    if (to > from) changes.push({ value: before.slice(from, to), added: false, removed: true });
    from = to;
  };
  for (const text of after) {
    const known = places.get(text);
    while (known && (known.at[known.next] ?? Infinity) < from) known.next++;
    const at = known?.at[known.next];
    if (at === undefined || at > from + MOST_DIFFERENCES) {
      changes.push({ value: [text], added: true, removed: false });
      continue;
    }
    skipTo(at);
    changes.push({ value: [text], added: false, removed: false });
    from = at + 1;
  }
  skipTo(before.length);
  return changes;
}

/** What else is unknown when a part of the prediction is: everything in dom0 is placed in its banks. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  modules: ['dom0.grantTable'],
  'dom0.banks': [
    'dom0.kernel',
    'dom0.initrd',
    'dom0.dtb',
    'dom0.extendedRegions',
    'dom0.grantTable',
  ],
};

/** The part of a prediction that a line belongs to, by what it tells; undefined when it is not compared. */
function partOf(ids: readonly Known['id'][]): string | undefined {
  const messages: Readonly<Partial<Record<Known['id'], Message>>> = xenMessages;
  return ids.map((id) => messages[id]?.part).find((part) => part !== undefined);
}

function covers(uncertain: string, what: string): boolean {
  return (
    uncertain === what ||
    what.startsWith(`${uncertain}.`) ||
    (FOLLOWS[uncertain]?.includes(what) ?? false)
  );
}

/**
 * Boot facts that a log shows and a tree does not, for a prediction to compare it with: where Xen and the blob lie. RAM
 * is left out, because the comparison is about it.
 */
export function profileOfLog(log: BootLog): BootProfile {
  const xen = log.modules.find(({ kind }) => kind === 'Xen');
  const dtb = log.modules.find(({ kind }) => kind === 'Device Tree');
  return {
    ...(log.isEfi ? { boot: 'efi' as const } : {}),
    ...(xen ? { xen: { address: xen.start, size: xen.end - xen.start } } : {}),
    ...(dtb ? { dtb: { address: dtb.start, size: dtb.end - dtb.start } } : {}),
  };
}

interface CapturedLine {
  readonly text: string;
  readonly line: number;
  readonly part: string | undefined;
}

/** Xen's messages about memory of the first boot in the capture, with their lines. */
function firstBootOf(log: BootLog, predicted: ReadonlySet<string>): readonly CapturedLine[] {
  const all = log.lines.flatMap(({ by, line, messages }, index) => {
    const part = by === 'xen' ? partOf(messages.map(({ id }) => id)) : undefined;
    return part === undefined
      ? []
      : [{ text: unwrapped(log, index, predicted), line, part, isRam: part === 'ram' }];
  });
  const starts = all.flatMap(({ isRam }, index) =>
    isRam && !all[index - 1]?.isRam ? [index] : [],
  );
  return all.slice(0, starts[1] ?? all.length);
}

/** How many lines a mail program makes of one command line, at most. */
const MOST_PARTS = 8;

/** A message with the lines behind it that a mail program broke off, where only together they are what is predicted. */
function unwrapped(log: BootLog, index: number, predicted: ReadonlySet<string>): string {
  const text = collapse(log.lines[index]?.text ?? '');
  let whole = text;
  for (let next = index + 1; next < index + MOST_PARTS && !predicted.has(whole); next++) {
    const line = log.lines[next];
    if (line?.by !== 'other' || line.text.trim() === '') return text;
    whole = collapse(`${whole} ${line.text}`);
  }
  return predicted.has(whole) ? whole : text;
}

// Leading zeros and case differ between releases' retellings in mails; numbers are compared as numbers.
function comparable(text: string): string {
  return text
    .replace(/\b0x([0-9a-f]+)\b/gi, (_, digits: string) => `0x${digits.replace(/^0+(?=.)/, '')}`)
    .replace(/\b0[0-9a-f]+\b(?= |-|$)/gi, (digits) => digits.replace(/^0+(?=.)/, ''))
    .toLowerCase();
}

// The version comes after the table, on consoles that show nothing before they are set up.
function isFromStart({ lines }: BootLog): boolean {
  return lines.some((line) => tells(line, 'initrd-checked'));
}

function isToEnd({ lines }: BootLog): boolean {
  return lines.some((line) =>
    tells(line, 'console-switched', 'low-memory', 'panic-begins', 'dtb-loaded'),
  );
}

function tells({ messages }: BootLogLine, ...ids: readonly Known['id'][]): boolean {
  return messages.some(({ id }) => ids.includes(id));
}
