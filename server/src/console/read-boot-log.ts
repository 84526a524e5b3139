// Reads a captured boot log as people have it: serial console, `xl dmesg`, or quoted and wrapped in a mail.

import type { Range } from '../addresses/region.ts';

/** One message of the log. */
export interface BootLogLine {
  /** Who printed it; `other` is anything else: a boot loader, or the words of the mail around it. */
  readonly by: 'xen' | 'linux' | 'other';
  /** The message without `(XEN) `, timestamp and quote marks; a message that was wrapped is whole again. */
  readonly text: string;
  /** Line in the captured text, from 1; of its first part when it was wrapped. */
  readonly line: number;
}

/** A region as Xen lists it: MODULE or RESVD. Ends are exclusive, whatever the release prints. */
export interface LoggedRegion extends Range {
  readonly index: number;
  /** Xen's word for a module; empty for RESVD. */
  readonly kind: string;
}

export interface BootLog {
  readonly lines: readonly BootLogLine[];
  /** `4.18.6` from the banner; undefined when the log does not show it. */
  readonly release: string | undefined;
  readonly ram: readonly Range[];
  readonly modules: readonly LoggedRegion[];
  readonly reserved: readonly LoggedRegion[];
  /** dom0's banks. */
  readonly dom0: readonly Range[];
  /** RAM as Linux lists it in `Early memory node ranges`. */
  readonly linuxMemory: readonly Range[];
  readonly xenCommandLine: string | undefined;
}

/** A kind of console line about memory, by which prediction and capture are compared. */
export interface MemoryLine {
  readonly id: string;
  readonly pattern: RegExp;
  /** JSON path of the prediction it belongs to, as `uncertain` names it. */
  readonly what: string;
}

const HEX = '(?:0x)?[0-9a-fA-F]{1,16}';

/** Every kind of line Xen prints about memory while it boots. Text is compared with white space collapsed. */
export const memoryLines: readonly MemoryLine[] = [
  { id: 'ram', pattern: new RegExp(`^RAM: ${HEX} - ${HEX}$`), what: 'ram' },
  { id: 'module', pattern: new RegExp(`^MODULE\\[\\d+\\]: ${HEX} - ${HEX} \\S`), what: 'modules' },
  { id: 'resvd', pattern: new RegExp(`^RESVD\\[\\d+\\]: ${HEX} - ${HEX}$`), what: 'reserved' },
  { id: 'cmdline', pattern: /^CMDLINE\[[0-9a-fA-F]+\]:/, what: 'modules' },
  { id: 'command-line', pattern: /^Command line: /, what: 'log' },
  { id: 'initrd', pattern: new RegExp(`^Initrd ${HEX}-${HEX}$`), what: 'modules' },
  {
    id: 'region-overlap',
    pattern: /^Region: ?\[.*\) overlapping with (?:bank|mod)\[\d+\]: \[.*\)/,
    what: 'reserved',
  },
  {
    id: 'kernel-load',
    pattern: /^Loading (?:d0|Dom0|hwdom) kernel from boot module @ /,
    what: 'dom0.kernel',
  },
  { id: 'ramdisk-load', pattern: /^Loading ramdisk from boot module @ /, what: 'dom0.initrd' },
  { id: 'allocating', pattern: /^Allocating .*mappings totalling \d+MB for /, what: 'dom0.size' },
  {
    id: 'bank',
    pattern: new RegExp(`^BANK\\[\\d+\\] ${HEX}-${HEX} \\(\\d+MB\\)$`),
    what: 'dom0.banks',
  },
  {
    id: 'grant',
    pattern: new RegExp(`^Grant table range: ${HEX}-${HEX}$`),
    what: 'dom0.grantTable',
  },
  {
    id: 'extended',
    pattern: new RegExp(`^d\\d+: extended region \\d+: ${HEX}->${HEX}$`),
    what: 'dom0.extendedRegions',
  },
  {
    id: 'zimage',
    pattern: new RegExp(`^Loading zImage from ${HEX} to ${HEX}-${HEX}$`),
    what: 'dom0.kernel',
  },
  {
    id: 'dom0-initrd',
    pattern: new RegExp(`^Loading (?:d0|dom0) initrd from ${HEX} to ${HEX}-${HEX}$`),
    what: 'dom0.initrd',
  },
  {
    id: 'dom0-dtb',
    pattern: new RegExp(`^Loading (?:d0|dom0) DTB to ${HEX}-${HEX}$`),
    what: 'dom0.dtb',
  },
];

/** A message with runs of white space as one blank and none around it: mail programs change white space. */
export function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The kind of memory line a message of Xen is, or undefined. */
export function memoryLineOf(text: string): MemoryLine | undefined {
  const collapsed = collapse(text);
  return memoryLines.find(({ pattern }) => pattern.test(collapsed));
}

/** The log in a text captured from a console or copied from a mail. Never fails: what is not understood is `other`. */
export function readBootLog(text: string): BootLog {
  const lines = joinWrapped(plainLines(text));
  const xen = lines.filter((line) => line.by === 'xen').map((line) => collapse(line.text));
  const exclusive = printsExclusiveEnds(xen);
  const regions = (pattern: RegExp, isInclusive: (end: string) => boolean): LoggedRegion[] =>
    bootScan.flatMap((line) => {
      const match = pattern.exec(line);
      if (!match) return [];
      const [, index = '0', start = '0', end = '0', kind = ''] = match;
      const last = number(end);
      const exclusiveEnd = isInclusive(end) ? last + 1n : last;
      return [{ index: Number(index), start: number(start), end: exclusiveEnd, kind }];
    });
  const bootScan = firstBoot(xen);
  return {
    lines,
    release: xen.map((line) => /^Xen version (\d+\.\d+(?:\.\d+)?)/.exec(line)?.[1]).find(Boolean),
    ram: ranges(bootScan, new RegExp(`^RAM: (${HEX}) - (${HEX})$`), 1n),
    modules: regions(
      new RegExp(`^MODULE\\[(\\d+)\\]: (${HEX}) - (${HEX}) (.*)$`),
      () => !exclusive,
    ),
    // /memreserve/ entries share the list; up to 4.20 their ends are exclusive, those of nodes never were.
    reserved: regions(new RegExp(`^RESVD\\[(\\d+)\\]: (${HEX}) - (${HEX})()$`), (end) =>
      /f$/i.test(end),
    ),
    dom0: ranges(xen, new RegExp(`^BANK\\[\\d+\\] (${HEX})-(${HEX}) `), 0n),
    linuxMemory: ranges(
      lines.filter((line) => line.by === 'linux').map((line) => collapse(line.text)),
      new RegExp(`^node \\d+: \\[mem (${HEX})-(${HEX})\\]$`),
      1n,
    ),
    xenCommandLine: xen.map((line) => /^Command line: (.*)$/.exec(line)?.[1]).find(Boolean),
  };
}

/** The messages up to a second `RAM:` block: a capture may hold several boots. */
function firstBoot(xen: readonly string[]): readonly string[] {
  const first = xen.findIndex((line) => line.startsWith('RAM: '));
  if (first < 0) return xen;
  const after = xen.findIndex((line, at) => at > first && !line.startsWith('RAM: '));
  const again = xen.findIndex((line, at) => after > 0 && at > after && line.startsWith('RAM: '));
  return again < 0 ? xen : xen.slice(0, again);
}

function ranges(lines: readonly string[], pattern: RegExp, add: bigint): Range[] {
  return lines.flatMap((line) => {
    const match = pattern.exec(line);
    return match ? [{ start: number(match[1] ?? '0'), end: number(match[2] ?? '0') + add }] : [];
  });
}

function number(digits: string): bigint {
  return BigInt(digits.startsWith('0x') ? digits : `0x${digits}`);
}

// Xen prints its own end page-aligned up to 4.20 and one less from 4.21 on.
function printsExclusiveEnds(xen: readonly string[]): boolean {
  for (const line of xen) {
    const match = /^MODULE\[\d+\]: [0-9a-fA-F]{1,16} - ([0-9a-fA-F]{1,16}) Xen\b/.exec(line);
    if (match) return !(match[1] ?? '').toLowerCase().endsWith('fff');
  }
  return true;
}

const TERMINAL = /\u001b\[[0-9;?]*[A-Za-z]|\u001b[()][0-9A-B]|[\u0000\u0007\u0008]/g;

function plainLines(text: string): BootLogLine[] {
  const decoded = isQuotedPrintable(text)
    ? decodeQuotedPrintable(text)
    : { text, lineOf: undefined };
  let at = 0;
  return decoded.text
    .replace(TERMINAL, '')
    .split('\n')
    .flatMap((whole) => {
      const line = decoded.lineOf?.[at] ?? at + 1;
      at++;
      // A carriage return at the end belongs to the line end; one inside begins the line anew on a terminal.
      return whole
        .split('\r')
        .filter((part, index, parts) => part !== '' || parts.length === 1 || index === 0)
        .map((part) => messageOf(part, line));
    });
}

const XEN_TIME = /^\[(?: *\d+\.\d+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|[0-9a-f]{16})\] ?/;
const LINUX_TIME = /^(?:<\d+>)?\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? ?/;

function messageOf(raw: string, line: number): BootLogLine {
  const unquoted = raw.slice(quoteEnd(raw));
  const mark = unquoted.indexOf('(XEN)');
  // Anything before the mark is a time the terminal program wrote, or a line of dom0 that was cut by Xen's.
  if (mark >= 0 && mark <= 40) {
    const text = unquoted.slice(mark + 5).replace(/^ /, '');
    return { by: 'xen', text: text.replace(XEN_TIME, ''), line };
  }
  const linux = LINUX_TIME.exec(unquoted.replace(/^\(d\d+\) /, ''));
  if (linux) {
    return { by: 'linux', text: unquoted.replace(/^\(d\d+\) /, '').slice(linux[0].length), line };
  }
  return { by: 'other', text: unquoted, line };
}

/** Behind the marks that a mail program puts before what it quotes, each with the blank that follows; 0 without one. */
function quoteEnd(line: string): number {
  const isBlank = (at: number): boolean => line[at] === ' ' || line[at] === '\t';
  let at = 0;
  while (isBlank(at)) at++;
  if (line[at] !== '>' && line[at] !== '|') return 0;
  while (line[at] === '>' || line[at] === '|') at += isBlank(at + 1) ? 2 : 1;
  return at;
}

// A mail program breaks long lines at a blank. Two parts belong together when only together they are a message we know.
function joinWrapped(lines: readonly BootLogLine[]): BootLogLine[] {
  const joined: BootLogLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (!line) continue;
    let whole = line;
    if (line.by === 'xen' && !isWhole(line.text)) {
      let text = line.text;
      for (let more = 1; more <= 2; more++) {
        const next = lines[at + more];
        if (next?.by !== 'other' || next.text.trim() === '') break;
        text = `${text.trimEnd()} ${next.text.trim()}`;
        if (!isWhole(text)) continue;
        whole = { ...line, text };
        at += more;
        break;
      }
    }
    joined.push(whole);
  }
  return joined;
}

const FREE_TAIL: ReadonlySet<string> = new Set(['cmdline', 'command-line']);

function isWhole(text: string): boolean {
  const kind = memoryLineOf(text);
  return kind !== undefined && !FREE_TAIL.has(kind.id);
}

function isQuotedPrintable(text: string): boolean {
  return /=\r?\n/.test(text) && /=(?:3D|20|09|C2|E2)/i.test(text);
}

function decodeQuotedPrintable(text: string): {
  readonly text: string;
  readonly lineOf: readonly number[];
} {
  const lineOf: number[] = [];
  let result = '';
  let open = false;
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/\r$/, '');
    if (!open) lineOf.push(index + 1);
    open = line.endsWith('=');
    // A soft break may be followed by the quote mark of the next physical line in an already quoted mail.
    result += open ? line.slice(0, -1) : `${line}\n`;
  });
  const bytes = result.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return { text: bytes, lineOf };
}
