// Explains a captured boot log: every line about memory with its cause, its cure and the rule that finds it earlier.

import { formatRange } from '../addresses/format.ts';
import { overlaps, type Range } from '../addresses/region.ts';
import { overlappingPairs } from '../memory/overlapping-pairs.ts';
import { RangeIndex } from '../memory/range-index.ts';
import { collapse, type Facts } from '../messages/form.ts';
import type { Grade } from '../messages/message.ts';
import { XEN_MARK } from '../xen/messages.ts';
import { messagesOf, type BootLog, type BootLogLine, type LoggedRegion } from './read-boot-log.ts';

export interface ExplainedLine {
  readonly line: number;
  /** With `(XEN) ` in front when Xen printed it; whole again when a mail program had wrapped it. */
  readonly text: string;
  readonly id: string;
  readonly grade: Grade;
  readonly cause: string;
  readonly cure?: string;
  readonly rule?: string;
  /** The byte the line is about: look it up in the board's tree. */
  readonly address?: bigint;
  /** The node the message itself names: a path or a bare name. */
  readonly node?: string;
  /** How many equal lines follow directly. */
  readonly repeats: number;
}

/** A line while it is explained: what its message tells, and a count that grows. */
interface Explaining {
  readonly line: ExplainedLine;
  readonly facts: Facts;
  repeats: number;
}

/** The lines that are about memory, in the log's order; a line that repeats is given once. */
export function explainLog(log: BootLog): readonly ExplainedLine[] {
  const explained: Explaining[] = [];
  for (const [index, line] of log.lines.entries()) {
    const found = line.messages.length > 0 ? explainLine(line) : explainWrapped(log.lines, index);
    for (const each of found) {
      const last = explained.at(-1);
      if (last?.line.text === each.line.text && last.line.id === each.line.id) last.repeats++;
      else explained.push(each);
    }
  }
  const isFatal = explained.some(({ line }) => line.grade === 'fatal');
  const regions = new LoggedRegions(log);
  return explained.map(({ line, facts, repeats }) =>
    refine({ ...line, repeats }, facts, regions, isFatal),
  );
}

/** How many lines a mail program makes of one message at most. */
const WRAPPED = 3;

/** A message whose tail stands on the next lines, where a mail program put it. */
function explainWrapped(lines: readonly BootLogLine[], index: number): readonly Explaining[] {
  const first = lines[index];
  if (!first || first.by === 'other') return [];
  let text = first.text.trimEnd();
  for (const next of lines.slice(index + 1, index + WRAPPED)) {
    // What is a message by itself is not the tail of another.
    if (next.by !== 'other' || next.text.trim() === '' || next.messages.length > 0) return [];
    text = `${text} ${next.text.trim()}`;
    const messages = messagesOf({ ...first, text });
    if (messages.length > 0) return explainLine({ ...first, text, messages });
  }
  return [];
}

/** Each message of a line with what lies behind it. */
function explainLine({ by, text, line, messages }: BootLogLine): readonly Explaining[] {
  const told = messages.filter(({ message }) => message.aside !== true);
  return told.map(({ id, message, facts, shown }) => {
    const meant = message.cases?.find(({ when }) => when(facts)) ?? { id, ...message };
    const fill = (sentence: string): string =>
      sentence.replace(/\{(\w+)\}/g, (_, name: string) => shown[name] ?? 'it');
    const value = message.address === undefined ? undefined : facts[message.address];
    const node = facts['node'];
    const explained = {
      line,
      text: by === 'xen' ? `${XEN_MARK}${collapse(text)}` : collapse(text),
      id: meant.id,
      grade: message.grade,
      cause: fill(meant.cause),
      ...(meant.fix === undefined ? {} : { cure: fill(meant.fix) }),
      ...(meant.rule === undefined ? {} : { rule: meant.rule }),
      ...(typeof value !== 'bigint'
        ? {}
        : { address: message.unit === 'frame' ? value << 12n : value }),
      ...(typeof node === 'string' ? { node } : {}),
      repeats: 0,
    };
    return { line: explained, facts, repeats: 0 };
  });
}

// What the log itself shows about a line: which listed ranges hold its address, which share memory, which are no RAM.
function refine(
  line: ExplainedLine,
  facts: Facts,
  log: LoggedRegions,
  isFatal: boolean,
): ExplainedLine {
  if (line.id === 'region-overlap' && !isFatal && isSameTwice(facts))
    return harmless(line, 'The same file was recorded twice, as a UEFI boot does; it was kept.');
  if (line.id === 'module') return refineModule(line, facts, log);
  if (line.id === 'reserved') return refineReserved(line, facts, log);
  if (line.grade === 'fact') return line;
  const shown = [
    ...whereAddress(line.address, log),
    ...(line.id === 'freed-twice'
      ? [...log.shared, ...log.spanning, ...staticMemory(line, log)]
      : []),
  ];
  return shown.length === 0 ? line : { ...line, cause: [line.cause, ...shown].join(' ') };
}

function harmless(line: ExplainedLine, cause: string): ExplainedLine {
  const { cure, rule, ...rest } = line;
  void [cure, rule];
  return { ...rest, grade: 'fact', cause };
}

function isSameTwice({ start, end, otherStart, otherEnd }: Facts): boolean {
  return start === otherStart && end === otherEnd;
}

function refineModule(line: ExplainedLine, facts: Facts, log: LoggedRegions): ExplainedLine {
  const module = log.moduleAt(facts['index']);
  if (!module) return line;
  if (log.hasRam && log.ram.meeting(module, 1).length === 0)
    return {
      ...line,
      grade: 'fault',
      cause: `${nameOfModule(module)} lies outside every RAM bank of this log.`,
      cure: 'Make `reg` agree with where the file is loaded.',
      rule: 'module-outside-ram',
    };
  const other = log.modules
    .meeting(module, MOST_MET)
    .find((each) => each !== module && collides(each, module));
  if (!other) return line;
  return {
    ...line,
    grade: 'fault',
    cause: `${nameOfModule(module)} shares memory with ${nameOfModule(other)}: one is loaded over the other, or a \`reg\` is larger than its file.`,
    cure: "Give the module its file's size, and load files apart.",
    rule: 'module-overlaps-module',
  };
}

/** One kernel for two domains is listed twice and is no collision. */
function collides(one: Range, other: Range): boolean {
  return overlaps(one, other) && (one.start !== other.start || one.end !== other.end);
}

function nameOfModule({ index, kind, ...range }: LoggedRegion): string {
  return `MODULE[${index}] (${kind}) ${formatRange(range)}`;
}

function refineReserved(line: ExplainedLine, facts: Facts, log: LoggedRegions): ExplainedLine {
  const region = log.reservedAt(facts['index']);
  if (!region || !log.hasRam || log.ram.meeting(region, 1).length > 0) return line;
  return {
    ...line,
    grade: 'fault',
    cause: `RESVD[${region.index}] ${formatRange(region)} lies outside every RAM bank. When it is a /reserved-memory child, Xen lists it to dom0 as memory all the same: dom0 takes SRAM, held-back RAM or nothing at all for RAM.`,
    cure: 'Describe the range as a device (for example mmio-sram) or correct its address.',
    rule: 'reserved-outside-ram',
  };
}

function whereAddress(address: bigint | undefined, log: LoggedRegions): string[] {
  if (address === undefined || !log.hasRam) return [];
  const byte = { start: address, end: address + 1n };
  const held = [
    ...log.reserved.meeting(byte, MOST_MET).map((each) => `RESVD[${each.index}]`),
    ...log.modules.meeting(byte, MOST_MET).map((each) => `MODULE[${each.index}] (${each.kind})`),
  ];
  if (held.length > 0)
    return [
      `In this log the address lies in ${someOf([...new Set(held)], 'others').join(' and ')}.`,
    ];
  const inRam = log.ram.meeting(byte, 1).length > 0;
  return [
    `In this log the address lies ${inRam ? 'in RAM that nothing reserves' : 'outside all RAM'}.`,
  ];
}

/** Ranges or pairs that one line names: that there are more is said. */
const MOST_NAMED = 16;
/** Ranges that are looked at for one line: no log has as many over one byte. */
const MOST_MET = 64;

/** The first of `texts`, and `rest` when there are more. */
function someOf(texts: readonly string[], rest: string): readonly string[] {
  return texts.length <= MOST_NAMED ? texts : [...texts.slice(0, MOST_NAMED), rest];
}

/** The regions that a log lists, by what is asked of them for each of its lines. */
class LoggedRegions {
  readonly ram: RangeIndex<Range>;
  readonly hasRam: boolean;
  readonly modules: RangeIndex<LoggedRegion>;
  readonly reserved: RangeIndex<LoggedRegion>;
  readonly #log: BootLog;
  readonly #moduleAt: ReadonlyMap<number, LoggedRegion>;
  readonly #reservedAt: ReadonlyMap<number, LoggedRegion>;
  #shared: readonly string[] | undefined;
  #spanning: readonly string[] | undefined;

  constructor(log: BootLog) {
    this.#log = log;
    this.ram = new RangeIndex(log.ram);
    this.hasRam = log.ram.length > 0;
    this.modules = new RangeIndex(log.modules);
    this.reserved = new RangeIndex(log.reserved);
    // The first of an index, as it is read from the top.
    this.#moduleAt = new Map(log.modules.toReversed().map((each) => [each.index, each]));
    this.#reservedAt = new Map(log.reserved.toReversed().map((each) => [each.index, each]));
  }

  /** The module of that index. */
  moduleAt(index: Facts[string] | undefined): LoggedRegion | undefined {
    return this.#moduleAt.get(Number(index));
  }

  reservedAt(index: Facts[string] | undefined): LoggedRegion | undefined {
    return this.#reservedAt.get(Number(index));
  }

  /** A sentence for each pair of modules that share memory. */
  get shared(): readonly string[] {
    return (this.#shared ??= someOf(
      [...overlappingPairs(this.#log.modules)]
        .filter(([one, other]) => collides(one, other) && one.index !== other.index)
        .map((pair) => pair.sort((a, b) => a.index - b.index))
        .sort(([a, b], [c, d]) => a.index - c.index || b.index - d.index)
        .map((pair) => `${pair.map(nameOfModule).join(' and ')} share memory.`),
      'Other modules share memory too.',
    ));
  }

  // UEFI may list one bank in pieces; before 4.21 a module across two of them was freed with each.
  get spanning(): readonly string[] {
    return (this.#spanning ??= someOf(
      this.#log.modules
        .filter((module) => this.ram.meeting(module, 2).length > 1)
        .map(
          (module) =>
            `${nameOfModule(module)} reaches over several RAM banks, and releases before 4.21 free it once for each: load it inside one.`,
        ),
      'So do other modules.',
    ));
  }
}

// A reserved range is never given to the heap, so a page of one that is freed twice is static memory.
function staticMemory({ address }: ExplainedLine, log: LoggedRegions): string[] {
  const [region] =
    address === undefined ? [] : log.reserved.meeting({ start: address, end: address + 1n }, 1);
  return region
    ? [
        `RESVD[${region.index}] is then static memory: a Xen built with CONFIG_ACPI=y hands it over twice.`,
      ]
    : [];
}
