// Reads a captured boot log as people have it: serial console, `xl dmesg`, or quoted and wrapped in a mail.

import type { Range } from '../addresses/region.ts';
import { linuxMessages, type LinuxMessageId } from '../linux/messages.ts';
import type { Facts } from '../messages/form.ts';
import { findMessages, type FoundMessage } from '../messages/message.ts';
import { XEN_MARK, xenMessages, type XenMessageId } from '../xen/messages.ts';

/** One message of the log. */
export interface BootLogLine {
  /** Who printed it; `other` is anything else: a boot loader, or the words of the mail around it. */
  readonly by: 'xen' | 'linux' | 'other';
  /** The message without `(XEN) `, timestamp and quote marks; a message that was wrapped is whole again. */
  readonly text: string;
  /** Line in the captured text, from 1; of its first part when it was wrapped. */
  readonly line: number;
  /** What it says of memory: mostly one message, several where Xen left a line open. */
  readonly messages: readonly Known[];
}

/** A message of a captured log that the catalogues know. */
export type Known = FoundMessage<XenMessageId | LinuxMessageId>;

type Line = Omit<BootLogLine, 'messages'>;

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
  /** Whether Xen was started by UEFI: its EFI loader says so before Xen's console is up. */
  readonly isEfi: boolean;
  readonly modules: readonly LoggedRegion[];
  readonly reserved: readonly LoggedRegion[];
  /** The first two reservations that Xen says overlap, where it does. */
  readonly overlapping: readonly Range[];
  /** Regions as Linux lists them, of its first boot: those of /reserved-memory, with the names of their nodes. */
  readonly linuxReserved: readonly (Range & { readonly node: string })[];
  /** dom0's banks. */
  readonly dom0: readonly Range[];
  /** RAM as Linux lists it in `Early memory node ranges`, of its first boot. */
  readonly linuxMemory: readonly Range[];
  /** RAM as U-Boot's `bdinfo` lists it. */
  readonly loaderMemory: readonly Range[];
  /** Whether the Linux of the log runs under Xen, so that its memory is not that of the host. */
  readonly isLinuxUnderXen: boolean;
  readonly xenCommandLine: string | undefined;
}

/** What a line says of memory, empty when nothing; a mail may quote a fault without its mark, and facts are only trusted with it. */
export function messagesOf({ by, text }: Line): readonly Known[] {
  if (by === 'xen') {
    const found = findMessages(xenMessages, text, true);
    // The console of a domain that Xen shows as its own.
    return found.length > 0 ? found : findMessages(linuxMessages, text);
  }
  if (by === 'linux') return findMessages(linuxMessages, text, true);
  const isFault = ({ message }: Known): boolean => message.grade !== 'fact';
  const found: readonly Known[] = findMessages(xenMessages, text, true);
  return (found.length > 0 ? found : findMessages(linuxMessages, text, true)).filter(isFault);
}

/** The log in a text captured from a console or copied from a mail. Never fails: what is not understood is `other`. */
export function readBootLog(text: string): BootLog {
  const lines = joinWrapped(plainLines(text)).map((line) => ({
    ...line,
    messages: messagesOf(line),
  }));
  const xen = lines.filter(({ by }) => by === 'xen');
  const boot = firstBoot(xen);
  const modules = factsOf(boot, 'module');
  const end = hasExclusiveEnds(modules) ? 0n : 1n;
  return {
    lines,
    release: xen
      .map((line) => /^Xen version (\d+\.\d+(?:\.\d+)?)/.exec(line.text)?.[1])
      .find(Boolean),
    isEfi: lines.some(({ by, text: said }) => by === 'other' && EFI_LOADER.test(said)),
    ram: factsOf(boot, 'ram').map((facts) => rangeOf(facts, 'last', 1n)),
    modules: modules.map((facts) => ({
      ...rangeOf(facts, 'to', end),
      index: Number(facts['index']),
      kind: String(facts['kind']),
    })),
    // /memreserve/ entries share the list; up to 4.20 their ends are exclusive, those of nodes never were.
    reserved: factsOf(boot, 'reserved').map((facts) => ({
      ...rangeOf(facts, 'to', BigInt(facts['to'] ?? 0) % 16n === 15n ? 1n : 0n),
      index: Number(facts['index']),
      kind: '',
    })),
    overlapping: overlapping(boot),
    linuxReserved: linuxReserved(lines),
    dom0: factsOf(xen, 'bank').map((facts) => rangeOf(facts, 'end', 0n)),
    linuxMemory: firstOfRepeated(
      factsOf(lines, 'linux-node').map((facts) => rangeOf(facts, 'last', 1n)),
    ),
    loaderMemory: banksOfLoader(lines),
    isLinuxUnderXen:
      xen.length > 0 || lines.some(({ by, text: said }) => by === 'linux' && UNDER_XEN.test(said)),
    xenCommandLine: factsOf(xen, 'command-line')
      .map((facts) => String(facts['text']))
      .find(Boolean),
  };
}

/** Xen's EFI loader, before there is a console that marks lines (Xen: common/efi/boot.c, efi_start). */
const EFI_LOADER = /^Xen \d+\.\d+\S* \(c\/s [^)]{0,200}\) EFI loader\b/;

/** What Linux says when it finds Xen below it (Linux: xen_guest_init, the machine of a guest). */
const UNDER_XEN =
  /^(?:Xen \d+\.\d+ support found|xen: Xen |Xen: initializing cpu|Machine model: XENVM|Grant tables? using|Hypervisor detected: Xen)/;

/** The ranges up to one that was there before: the log of a second boot follows. */
function firstOfRepeated(ranges: readonly Range[]): readonly Range[] {
  const starts = new Set<bigint>();
  const again = ranges.findIndex(({ start }) => starts.size === starts.add(start).size);
  return again < 0 ? ranges : ranges.slice(0, again);
}

const LOADER_BANK = /^\s*-> (start|size) {1,10}= 0x([0-9a-fA-F]{1,16})\s*$/;

/** `-> start = …`, `-> size = …` below `DRAM bank = …` (U-Boot: print_bi_dram); banks without size are not there. */
function banksOfLoader(lines: readonly BootLogLine[]): readonly Range[] {
  const banks: Range[] = [];
  let start: bigint | undefined;
  for (const { by, text } of lines) {
    const match = by === 'other' ? LOADER_BANK.exec(text) : null;
    const value = match ? BigInt(`0x${match[2] ?? '0'}`) : 0n;
    if (match?.[1] === 'start') start = value;
    else if (match && start !== undefined) {
      if (value > 0n) banks.push({ start, end: start + value });
      start = undefined;
    }
  }
  return firstOfRepeated(banks);
}

/** The regions that Linux lists; one of the same node and place is that of a second boot. */
function linuxReserved(lines: readonly BootLogLine[]): BootLog['linuxReserved'] {
  const seen = new Set<string>();
  const listed: (Range & { node: string })[] = [];
  for (const facts of factsOf(lines, 'region-listed')) {
    const region = { ...rangeOf(facts, 'last', 1n), node: String(facts['node']) };
    if (seen.size === seen.add(`${region.start} ${region.node}`).size) break;
    listed.push(region);
  }
  return listed;
}

/** Both ranges of Xen's first complaint about reservations, none where there is no such complaint. */
function overlapping(xen: readonly BootLogLine[]): readonly Range[] {
  const facts = factsOf(xen, 'region-overlap').find(({ list }) => list === 'bank');
  if (!facts) return [];
  const other = { start: BigInt(facts['otherStart'] ?? 0), end: BigInt(facts['otherEnd'] ?? 0) };
  return [rangeOf(facts, 'end', 0n), other];
}

/** What the messages of one kind tell, in order. */
function factsOf(lines: readonly BootLogLine[], id: Known['id']): Facts[] {
  return lines.flatMap(({ messages }) =>
    messages.filter((each) => each.id === id).map(({ facts }) => facts),
  );
}

function rangeOf(facts: Facts, end: string, add: bigint): Range {
  return { start: BigInt(facts['start'] ?? 0), end: BigInt(facts[end] ?? 0) + add };
}

/** The messages up to a second `RAM:` block: a capture may hold several boots. */
function firstBoot(xen: readonly BootLogLine[]): readonly BootLogLine[] {
  const isRam = ({ messages }: BootLogLine): boolean => messages[0]?.id === 'ram';
  const first = xen.findIndex(isRam);
  if (first < 0) return xen;
  const after = xen.findIndex((line, at) => at > first && !isRam(line));
  const again = xen.findIndex((line, at) => after > 0 && at > after && isRam(line));
  return again < 0 ? xen : xen.slice(0, again);
}

// Xen prints its own end page-aligned up to 4.20 and one less from 4.21 on.
function hasExclusiveEnds(modules: readonly Facts[]): boolean {
  const xen = modules.find((facts) => facts['kind'] === 'Xen');
  return xen === undefined || BigInt(xen['to'] ?? 0) % 4096n !== 4095n;
}

const TERMINAL = /\u001b\[[0-9;?]*[A-Za-z]|\u001b[()][0-9A-B]|[\u0000\u0007\u0008]/g;

function plainLines(text: string): Line[] {
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

function messageOf(raw: string, line: number): Line {
  const unquoted = raw.slice(quoteEnd(raw));
  const mark = unquoted.indexOf(XEN_MARK.trimEnd());
  // Anything before the mark is a time the terminal program wrote, or a line of dom0 that was cut by Xen's.
  if (mark >= 0 && mark <= 40) {
    const text = unquoted.slice(mark + XEN_MARK.trimEnd().length).replace(/^ /, '');
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
function joinWrapped(lines: readonly Line[]): Line[] {
  const joined: Line[] = [];
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

/** Messages that end in any text: what belongs to them cannot be told from what follows. */
const FREE_TAIL: ReadonlySet<Known['id']> = new Set(['module-command-line', 'command-line']);

function isWhole(text: string): boolean {
  const [first] = findMessages(xenMessages, text);
  return first !== undefined && !FREE_TAIL.has(first.id);
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
