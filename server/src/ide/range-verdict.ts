// What becomes of a range, in a few words: the verdict that lenses and hovers begin with.

import { formatSize } from '../addresses/format.ts';
import type { Range } from '../addresses/region.ts';
import type { Board } from '../rules/board.ts';
import { targetsInWords } from '../systems/targets.ts';
import { verdictsByTarget } from '../systems/verdicts-for.ts';
import type { Verdict } from '../target/verdict.ts';
import type { DtNode } from '../tree/device-tree.ts';
import { neighboursOf } from './neighbours.ts';

/**
 * The verdict on a claimed range, `self` the node that claims it: what it overlaps, `⚠ overlaps camera@64000000 by 16 MiB`, else
 * who has it. Alternatives, from the fullest to the shortest; none when nothing boots the board or no system comes that far.
 */
export function rangeVerdicts(
  board: Board,
  range: Range,
  self: DtNode | undefined,
): readonly string[] {
  const { below, above } = neighboursOf(board, range, self);
  const overlap = [below, above].find((each) => each && each.gap < 0n);
  return overlap
    ? [`⚠ overlaps ${overlap.name} by ${formatSize(-overlap.gap)}`, 'overlaps another region']
    : ownerVerdicts(board, range);
}

/**
 * What becomes of `range` in the shortest words, the worst first: `⚠ RAM that dom0 does not own (Xen 4.18.6)` where a system
 * does not keep what is claimed, else `dom0: reserved`. Alternatives, from the fullest to the shortest;
 * none when nothing boots the board or no system comes that far.
 */
export function ownerVerdicts(board: Board, range: Range): readonly string[] {
  const verdicts = verdictsByTarget(board, range).filter(({ isStopped }) => !isStopped);
  const faults = verdicts.filter(({ block }) => block?.kind === 'fault' || block?.kind === 'lost');
  const [fault] = faults;
  if (fault) {
    const label = labelOf(fault);
    const alike = faults.filter((each) => labelOf(each) === label);
    return [
      `⚠ ${label} (${targetsOf(alike)})`,
      `⚠ ${label} (${alike.length} targets)`,
      `⚠ ${label}`,
    ];
  }
  const ofDomains = verdicts.filter(({ isSystem }) => !isSystem);
  const asked = ofDomains.length > 0 ? ofDomains : verdicts;
  const labels = new Map<string, Verdict[]>();
  for (const each of asked) labels.set(labelOf(each), [...(labels.get(labelOf(each)) ?? []), each]);
  const parts = [...labels].map(([label, alike]) =>
    labels.size === 1 ? label : `${label} (${targetsOf(alike)})`,
  );
  return labels.size === 0 ? [] : [parts.join(', '), 'its owner differs by target'];
}

/** `dom0: mapped 1:1`: the map's label, which is shorter than the owner, behind the reader's name. */
function labelOf({ owner, block, view, isSystem, because }: Verdict): string {
  const [name = ''] = view.split(' (');
  // A bank's number says nothing here, and what is as it should be needs few words.
  const { kind } = block ?? {};
  const label = kind === 'dom0' ? undefined : kind === 'told' ? block?.short : block?.label;
  const clause = (label ?? owner.replace(/(?: for |: |, )[^]*$/, '')).replace(/^likely /, '');
  if (kind === 'reserved' && isSystem) return 'reserved';
  const likely = because !== undefined && kind !== undefined && kind !== 'unknown' ? 'likely ' : '';
  return isSystem || clause.includes(name) ? `${likely}${clause}` : `${name}: ${likely}${clause}`;
}

function targetsOf(verdicts: readonly Verdict[]): string {
  return targetsInWords(verdicts.flatMap(({ target }) => target ?? []));
}
