// What the systems print because of a fault, each line with the system that prints it.

/** A line and who prints it: a target (`xen:4.18.6`; in a finding, as it was asked for) or `dtc`. */
export interface TargetLine {
  readonly target: string;
  readonly line: string;
}

/** The line that a boot prints as the `log` of what a rule found; no `log` without a line. */
export function logOf(
  { target }: { readonly target: string },
  line: { readonly shown: string } | undefined,
): { readonly log?: readonly TargetLine[] } {
  return line ? { log: [{ target, line: line.shown }] } : {};
}

/** The line that each boot prints, as `lineIn` finds it, as the `log` of what a rule found; no `log` without any. */
export function logOfAll<Boot extends { readonly target: string }>(
  boots: readonly Boot[],
  lineIn: (boot: Boot) => { readonly shown: string } | undefined,
): { readonly log?: readonly TargetLine[] } {
  const log = boots.flatMap((boot) => logOf(boot, lineIn(boot)).log ?? []);
  return log.length > 0 ? { log } : {};
}

/** `Xen 4.18 and 4.22, Linux 6.12` for the names of targets, in their order. */
export function wordTargets(targets: readonly string[]): string {
  const bySystem = new Map<string, string[]>();
  for (const target of targets) {
    const [system = '', release = ''] = target.split(':');
    const others = bySystem.get(system);
    if (others) others.push(release);
    else bySystem.set(system, [release]);
  }
  return [...bySystem]
    .map(([system, releases]) => `${SYSTEMS[system] ?? system} ${wordList(releases)}`.trimEnd())
    .join(', ');
}

const SYSTEMS: Readonly<Partial<Record<string, string>>> = { xen: 'Xen', linux: 'Linux' };

/** `a`, `a and b`, `a, b and c`. */
export function wordList(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** The lines of a finding, each once with a label that names who prints it: `Xen 4.19 and 4.22 print`. */
export function labelLines(
  log: readonly TargetLine[],
): readonly { readonly label: string; readonly line: string }[] {
  const byLine = new Map<string, string[]>();
  for (const { target, line } of log) {
    const others = byLine.get(line);
    if (others) others.push(target);
    else byLine.set(line, [target]);
  }
  return [...byLine].map(([line, targets]) => ({
    label: `${wordTargets(targets)} ${targets.length === 1 ? 'prints' : 'print'}`,
    line,
  }));
}
