// What the console of a recorded boot holds: Xen's lines, those of dom0, and how it ended.

/** The two logs of a recording, lines ended by `\n`. */
export interface SplitConsole {
  /** Xen's lines and what comes before them, early printk among it. */
  readonly xenLog: string;
  /** Lines of dom0's kernel; empty when it printed none. */
  readonly dom0Log: string;
}

/** First line of what Xen answers to the key `w`; the ring itself follows. */
const RING = /^\(XEN\) (?:\[.*?\] )?'w' pressed -> dumping console ring buffer/;

/** What the recorder's own keys led to: the end of what belongs to the boot. */
const TYPED = /\(XEN\) (?:\[.*?\] )?\*\*\* Serial input to Xen/;

/** A line of Linux, which has the time in front. */
const DOM0 = /^\[ *\d+\.\d{6}\]/;

/** Xen's lines begin so; without a line end before, dom0 was interrupted in the middle of one. */
const PREFIX = '(XEN) ';

/**
 * Xen's lines and dom0's of the text of a serial console. What a build without early printk did before its console was set
 * up is only in Xen's ring: as Xen dumped it at the end, or, when it could no longer, as `memory` has it.
 */
export function splitConsole(text: string, memory = ''): SplitConsole {
  const lines = text.replaceAll('\r', '').split('\n');
  const ringAt = lines.findIndex((line) => RING.test(line));
  const typedAt = lines.findIndex((line) => RING.test(line) || TYPED.test(line));
  const shown = typedAt < 0 ? lines : lines.slice(0, typedAt);
  const xen: string[] = [];
  const dom0: string[] = [];
  for (const line of shown) {
    const at = line.indexOf(PREFIX);
    const before = at < 0 ? line : line.slice(0, at);
    if (DOM0.test(before)) dom0.push(before);
    else if (before !== '') xen.push(before);
    if (at >= 0) xen.push(line.slice(at));
  }
  const logs = { xenLog: joined(xen), dom0Log: joined(dom0) };
  if (xen.some((line) => line.startsWith('(XEN) RAM: '))) return logs;
  if (ringAt >= 0) {
    const ring = lines.slice(ringAt + 1).filter((line) => line.startsWith(PREFIX));
    const typed = ring.findIndex((line) => RING.test(line) || TYPED.test(line));
    return { ...logs, xenLog: joined(typed < 0 ? ring : ring.slice(0, typed)) };
  }
  const early = ringIn(memory);
  const known = early.indexOf(xen[0] ?? '');
  return { ...logs, xenLog: joined([...(known < 0 ? early : early.slice(0, known)), ...xen]) };
}

/** The lines of Xen's first ring in an image of its memory: text that a zero ends, as all that follows it is. */
function ringIn(memory: string): string[] {
  const ring = memory.split('\0').find((each) => each.includes('(XEN) RAM: ')) ?? '';
  return ring.split('\n').filter((line) => line.startsWith(PREFIX));
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** What the console says of the end of a boot, in the words of `result.json`; undefined while it says nothing. */
export function resultOf(text: string): string | undefined {
  if (/\(XEN\) Panic on CPU \d+:[^]*\n\(XEN\) \*{10}/.test(text)) return 'xen-panic';
  if (/reboot: Power down|Hardware Dom0 halted/.test(text)) return 'dom0-done';
  // The kernel has set up all of its memory when it looks for a program to run.
  if (/Run \S+ as init process|Unable to mount root fs|No working init found/.test(text))
    return 'dom0-early-ok';
  if (/Kernel panic - not syncing/.test(text)) return 'dom0-panic';
  return undefined;
}
