// What the boots do about two ranges that share bytes: who refuses the second, and what that comes to.

import { eventIn } from '../messages/event.ts';
import type { DtNode } from '../tree/device-tree.ts';
import { isForXen } from '../xen/is-for-xen.ts';
import { RELEASES, shortName } from '../xen/releases.ts';
import type { LogLine, XenBoot } from '../xen/xen-boot.ts';
import type { Board } from './board.ts';
import type { Consequence } from './finding.ts';
import type { Found } from './rule.ts';
import { logOf, wordList } from './target-lines.ts';
import { endsInScan } from './xen-places.ts';
import { xenBoots } from '../xen/xen-boots.ts';

/** A boot that refuses one of two ranges. */
export interface Refusal {
  readonly boot: XenBoot;
  readonly line: LogLine;
  /** Undefined when the boot goes on without the range alone. */
  readonly comesTo: Consequence | undefined;
}

interface Start {
  readonly start: bigint;
}

/**
 * Looks up the boots that refuse one of two ranges because of the other, in the order of the targets; none on a tree that
 * is not made for Xen. Ranges are known by their starts: Xen rounds ends.
 */
export function refusedOverlaps(board: Board): (a: Start, b: Start) => readonly Refusal[] {
  if (!isForXen(board)) return () => [];
  const byStarts = new Map<string, Refusal[]>();
  for (const boot of xenBoots(board)) {
    for (const [index, line] of boot.log.entries()) {
      const facts = eventIn(line, 'region-overlap')?.facts;
      if (!facts) continue;
      const key = keyOf({ start: facts.start }, { start: facts.otherStart });
      const refusal = { boot, line, comesTo: comesTo(boot, boot.log[index + 1]) };
      const others = byStarts.get(key);
      if (!others) byStarts.set(key, [refusal]);
      else if (!others.some((other) => other.boot === boot)) others.push(refusal);
    }
  }
  return (a, b) => byStarts.get(keyOf(a, b)) ?? [];
}

function keyOf(a: Start, b: Start): string {
  return a.start < b.start ? `${a.start} ${b.start}` : `${b.start} ${a.start}`;
}

/** Xen names the node that it stops at in the line after the one about the ranges, or ends at once. */
function comesTo(boot: XenBoot, next: LogLine | undefined): Consequence | undefined {
  const isStop =
    eventIn(next, 'node-parsing-failed') !== undefined ||
    eventIn(next, 'early-scan-failed') !== undefined;
  if (!isStop) return undefined;
  return endsInScan(boot) ? 'boot-ends' : 'scan-stops';
}

/** Log lines and consequences of refusals, as parts of what a rule found. */
export function refusalParts(refusals: readonly Refusal[]): Pick<Found<unknown>, 'log' | 'tells'> {
  if (refusals.length === 0) return {};
  return {
    log: refusals.flatMap(({ boot, line }) => logOf(boot, line).log ?? []),
    tells: refusals.flatMap(({ boot: { target }, comesTo: consequence }) =>
      consequence ? [{ target, consequence }] : [],
    ),
  };
}

/**
 * `: Xen 4.19 and 4.22 panic, Xen 4.18 stops reading the tree here`, to stand behind what overlaps; empty when no boot
 * refuses. `own` is the node at which the finding stands.
 */
export function wordRefusals(refusals: readonly Refusal[], own: DtNode | undefined): string {
  const of = (consequence: Consequence | undefined): readonly Refusal[] =>
    refusals.filter(({ comesTo }) => comesTo === consequence);
  const stops = of('scan-stops');
  const elsewhere = stops.filter(({ line }) => line.node !== own);
  const here = stops.filter((each) => !elsewhere.includes(each));
  const parts = [
    wordBoots(of('boot-ends'), ['panics', 'panic']),
    wordBoots(here, ['stops reading the tree here', 'stop reading the tree here']),
    ...[...new Set(elsewhere.map(({ line }) => line.node))].map((node) => {
      const place = `reading the tree at ${node?.name ?? 'the other'}`;
      const boots = elsewhere.filter(({ line }) => line.node === node);
      return wordBoots(boots, [`stops ${place}`, `stop ${place}`]);
    }),
    wordBoots(of(undefined), ['drops the later one', 'drop the later one']),
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

/** `Xen 4.18 stops`, `Xen 4.19 and 4.22 stop`; nothing for no boots. */
function wordBoots(
  refusals: readonly Refusal[],
  [one, several]: readonly [one: string, several: string],
): string {
  if (refusals.length === 0) return '';
  const releases = RELEASES.filter(({ name }) =>
    refusals.some(({ boot }) => boot.release.name === name),
  ).map(shortName);
  return `Xen ${wordList(releases)} ${refusals.length === 1 ? one : several}`;
}
