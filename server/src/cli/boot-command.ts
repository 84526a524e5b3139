// `dtmap boot`: what Xen prints about memory, and how a captured log compares with it.

import { wordUnreadText } from '../memory/unread-text.ts';
import { systemIdOf } from '../target/boot.ts';
import type { Targets } from '../systems/targets.ts';
import { XEN_MARK } from '../xen/messages.ts';
import { wordReasons } from '../xen/reasons.ts';
import {
  compareBootLog,
  profileOfLog,
  whyNothingCompared,
  type BootLogComparison,
} from '../console/compare-boot-log.ts';
import { readBootLog, type BootLog } from '../console/read-boot-log.ts';
import type { JsonPath } from '../inputs/json-places.ts';
import { defaultLinux, parseLinuxRelease, type LinuxRelease } from '../linux/releases.ts';
import { linuxBoots } from '../linux/linux-boots.ts';
import type { BootFacts } from '../facts/boot-facts.ts';
import { certainPart } from '../xen/certain.ts';
import { whyNotFurther } from '../xen/ending.ts';
import { XEN, xenBoots } from '../xen/xen-boots.ts';
import type { Outcome, XenBoot } from '../xen/xen-boot.ts';
import { printDts } from '../tree/print-dts.ts';
import { listFacts, wordOpenFacts } from '../ide/list-facts.ts';
import { bootJson, unknownBootJson } from './boot-json.ts';
import { releaseOf } from './map-json.ts';
import { stopAtDifference } from '../boot-files/boot-inputs.ts';
import { Failure } from './failure.ts';
import { openTree } from './open-tree.ts';
import { jsonText, textLines, writeResult } from './output.ts';
import type { BootOptions } from './program.ts';
import { spanOf } from '../tree/device-tree.ts';
import { remarkUnread, stopAtUnread } from './remark-unread.ts';
import type { OpenBoard, Session } from './session.ts';
import { readText } from '../boot-files/named-files.ts';
import { resolveFile } from './settings.ts';

/** Prints the prediction, or the comparison with a captured log (status 1 when they differ). */
export async function bootCommand(
  session: Session,
  name: string,
  options: BootOptions,
): Promise<number> {
  const { shell } = session;
  const captured =
    options.compare === undefined ? undefined : await capturedLog(session, options.compare, name);
  const log = captured === undefined ? undefined : readBootLog(captured);
  if (log?.lines.every(({ by }) => by !== 'xen'))
    throw new Failure(
      `${options.compare ?? ''}: no line in it can be compared: no line has (XEN) in front`,
    );
  // The release of the log is meant when nobody names another.
  const xen = options.xen.length === 0 && log?.release !== undefined ? [log.release] : options.xen;
  const opened = await openTree(
    session,
    name,
    { ...options, xen },
    log === undefined ? [] : [{ basis: 'log', profile: profileOfLog(log) }],
  );
  if (log !== undefined)
    stopAtDifference(shell, opened.settings, profileOfLog(log), (path) =>
      placeOfModule(log, path, options.compare ?? ''),
    );
  if (opened.board.map.unread) return bootUnread(session, opened, options);
  const boots = xenBootsOf(opened);
  if (log !== undefined) {
    const comparisons = boots.map((each) => compareBootLog(each, log));
    for (const each of comparisons) {
      const why = whyNothingCompared(each, log);
      if (why !== undefined) throw new Failure(`${options.compare ?? ''}: ${why}`);
    }
    const { targets } = opened.request;
    writeResult(
      shell,
      options.output,
      options.format === 'json'
        ? jsonText(oneOrAll(comparisons.map((each) => comparisonJson(each, targets))))
        : comparisons
            .map((each) => printComparison(each, opened, options.compare ?? ''))
            .join('\n'),
    );
    return comparisons.some(({ differs }) => differs) ? 1 : 0;
  }
  const { facts } = opened.board;
  const shown = boots.map((each) => shownPart(each, facts, options.likely === true));
  writeResult(shell, options.output, printed(shown, facts, options.format, aboutOf(opened)));
  if (options.format === 'text')
    for (const [index, each] of boots.entries()) {
      const left = (each.settled ?? each).log.length - (shown[index]?.log.length ?? 0);
      remark(session, certainPart(each, facts), left, name);
    }
  return 0;
}

/** What of a boot is shown: what all worlds share, or the likely one. */
function shownPart(boot: XenBoot, facts: BootFacts, likely: boolean): XenBoot {
  return likely ? (boot.settled ?? boot) : certainPart(boot, facts);
}

/** The targets that were asked for, and the Linux that dom0 runs. */
function aboutOf({ board, request: { targets } }: OpenBoard): {
  readonly targets: Targets;
  readonly linux?: LinuxRelease;
} {
  const linux = parseLinuxRelease(linuxBoots(board)[0]?.release ?? defaultLinux);
  return { targets, ...(linux ? { linux } : {}) };
}

/** What each release of Xen does with a board that was read whole, as plain data; fails when there is none. */
export function bootsJson(opened: OpenBoard, likely: boolean): readonly object[] {
  const { board } = opened;
  return xenBootsOf(opened).map((boot) =>
    bootJson(shownPart(boot, board.facts, likely), board.facts, aboutOf(opened)),
  );
}

/** At least one; fails with the reason when there is none. */
function xenBootsOf({ board }: OpenBoard): readonly [XenBoot, ...XenBoot[]] {
  const [first, ...others] = xenBoots(board);
  if (first) return [first, ...others];
  if (board.foreignReader !== undefined)
    throw new Failure(`this device tree is for ${board.foreignReader}, not for Xen`);
  throw new Failure('no Xen release among the targets; name one with --xen');
}

/** Of a board of which text was not read no line is known: every boot is unknown, for that reason. */
function bootUnread(session: Session, opened: OpenBoard, options: BootOptions): 2 {
  const { board, request } = opened;
  const releases = request.targets.filter(({ name }) => systemIdOf(name) === XEN);
  const isJson = options.format === 'json' && options.compare === undefined;
  if (!isJson || releases.length === 0) stopAtUnread(opened);
  const because = board.map.unread ? wordUnreadText(board.map.unread) : '';
  const facts = listFacts(board);
  const boots = releases.map((target) => unknownBootJson(target, because, facts));
  writeResult(session.shell, options.output, jsonText(oneOrAll(boots)));
  remarkUnread(session, opened);
  return 2;
}

/** The line of a log that says where Xen or the DTB is; the log itself for what no module says. */
function placeOfModule(log: BootLog, [image]: JsonPath, name: string): string {
  if (image !== 'xen' && image !== 'dtb') return name;
  const kind = image === 'xen' ? 'Xen' : 'Device Tree';
  const found = log.lines.find(({ messages }) =>
    messages.some(({ id, facts }) => id === 'module' && facts['kind'] === kind),
  );
  return found === undefined ? name : `${name}:${found.line}`;
}

/** Without the boot that the log was compared with. */
function comparisonJson({ boot, ...comparison }: BootLogComparison, targets: Targets): object {
  return { version: 1, ...releaseOf(boot, targets), xen: boot.release.name, ...comparison };
}

/** Several releases give an array of what one gives. */
function oneOrAll<Each>(all: readonly Each[]): Each | readonly Each[] | undefined {
  return all.length === 1 ? all[0] : all;
}

async function capturedLog(session: Session, log: string, board: string): Promise<string> {
  if (log !== '-') return readText(session.shell, resolveFile(log, session.shell.cwd), log);
  if (board === '-') throw new Failure('standard input cannot be both the board and the log');
  return Buffer.from(await session.shell.stdin()).toString('utf8');
}

/** dom0's tree as Xen hands it over. */
function printDom0(boot: XenBoot): string {
  if (!boot.dom0?.tree) {
    const why = whyNotFurther(boot) || 'it is not known';
    throw new Failure(`no tree of dom0 under Xen ${boot.release.name}: ${why}`);
  }
  return printDts(boot.dom0.tree);
}

function printed(
  boots: readonly XenBoot[],
  facts: BootFacts,
  format: string,
  about: { readonly targets: Targets; readonly linux?: LinuxRelease },
): string {
  if (format === 'json')
    return jsonText(oneOrAll(boots.map((boot) => bootJson(boot, facts, about))));
  const isDts = format === 'dts';
  return boots
    .map((boot) => {
      const text = isDts ? printDom0(boot) : textLines(boot.log.map(({ shown }) => shown));
      if (boots.length === 1) return text;
      const label = `Xen ${boot.release.name}`;
      return `${isDts ? `/* ${label} */` : `${label}:`}\n${text}`;
    })
    .join('\n');
}

/** Standard output holds Xen's lines alone; what they come to is said beside it. `left`: likely lines that are not shown. */
function remark({ shell }: Session, boot: XenBoot, left: number, name: string): void {
  const open = new Map<string, string[]>();
  for (const { what, because } of boot.uncertain) {
    const words = wordReasons(because);
    open.set(words, [...(open.get(words) ?? []), what]);
  }
  shell.stderr.write(
    textLines([
      `Xen ${boot.release.name}: ${wordOutcome(boot.outcome)}`,
      ...[...open].map(([words, parts]) => `  not certain: ${parts.join(', ')}: ${words}`),
      ...(left > 0
        ? [
            `  ${left} likely ${left === 1 ? 'line is' : 'lines are'} left out; --likely prints them`,
          ]
        : []),
      ...[wordOpenFacts(boot.restsOn)].flatMap((words) =>
        words === undefined ? [] : [`  ${words}; dtmap facts ${name} lists them`],
      ),
    ]),
  );
}

function wordOutcome(outcome: Outcome): string {
  if (outcome.kind === 'boots') return outcome.kind;
  const because = wordReasons(outcome.because);
  if (outcome.kind === 'unknown' && outcome.likely)
    return `${outcome.kind}; likely ${wordOutcome(outcome.likely)}; ${because}`;
  return `${outcome.kind}: ${because}`;
}

function printComparison(comparison: BootLogComparison, opened: OpenBoard, name: string): string {
  const { boot } = comparison;
  const marks = { same: ' ', missing: '-', unexpected: '+' };
  const lines = comparison.lines.map((line) => {
    const written = line.predicted === undefined ? undefined : boot.log[line.predicted]?.written;
    const place = written && opened.places.placeOf(spanOf(written));
    const where = [
      ...(line.line === undefined ? [] : [`${name}:${line.line}`]),
      ...(place ? [`${place.file}:${place.line}:${place.column}`] : []),
    ].join(', ');
    const shown = line.state !== 'same' && where !== '' ? `    # ${where}` : '';
    return `${marks[line.state]}${XEN_MARK}${line.text}${shown}`;
  });
  const differing = comparison.lines.filter(({ state }) => state !== 'same').length;
  const verdict = comparison.differs
    ? `${differing} of ${comparison.lines.length} lines differ from what Xen ${boot.release.name} is predicted to print (-: missing in the log, +: not predicted)`
    : `${comparison.lines.length} lines as predicted for Xen ${boot.release.name}`;
  const skipped = [
    ...(comparison.notCompared.length > 0
      ? [
          `not compared, because the inputs do not determine it: ${comparison.notCompared.join(', ')}`,
        ]
      : []),
    ...(comparison.rough === undefined ? [] : [comparison.rough]),
    ...(comparison.beyondExcerpt > 0
      ? [`${comparison.beyondExcerpt} predicted lines lie before or after what the log shows`]
      : []),
  ];
  return textLines([...lines, verdict, ...skipped]);
}
