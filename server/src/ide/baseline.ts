// Leaves out the findings of a board that a baseline records: as often as it records them, however they are worded now.

import { leaveOut } from '../analysis/state-consequences.ts';
import type { RecordedFinding } from '../inputs/read-baseline.ts';
import type { Board } from '../rules/board.ts';
import type { Finding } from '../rules/finding.ts';
import { locate } from './locate.ts';

/** What tells a recorded finding from others. */
export type FindingKey = Pick<RecordedFinding, 'rule' | 'file' | 'node'>;

/** Which finding it is, with its file as a baseline names it. */
export function keyOfFinding(board: Board, { rule, at }: Finding, file: string): FindingKey {
  const node = locate(board, at.file, at.start).node?.path;
  return { rule, file, ...(node === undefined ? {} : { node }) };
}

/** A key as text. */
export function keyText({ rule, file, node = '' }: FindingKey): string {
  return `${rule}\0${file}\0${node}`;
}

/** Whether a baseline may hold a finding: that a system does not boot is no debt to be paid later. */
export function isRecordable({ severity, states }: Finding): boolean {
  return severity !== 'hint' && !(states === 'boot-ends' && severity === 'error');
}

export interface WithoutRecorded {
  /** What is left to be said, and what has to be said in place of the rest. */
  readonly findings: readonly Finding[];
  /** The entries of the baseline that were found, by their index. */
  readonly used: ReadonlySet<number>;
}

/** `fileOf` gives the file of a finding as the baseline names it. */
export function withoutRecorded(
  board: Board,
  findings: readonly Finding[],
  recorded: readonly RecordedFinding[],
  fileOf: (finding: Finding) => string,
): WithoutRecorded {
  const byKey = new Map<string, number[]>();
  for (const [index, entry] of recorded.entries()) {
    const known = byKey.get(keyText(entry));
    if (known) known.push(index);
    else byKey.set(keyText(entry), [index]);
  }
  const used = new Set<number>();
  const left = new Set<Finding>();
  if (byKey.size > 0)
    for (const finding of findings) {
      if (!isRecordable(finding)) continue;
      const entry = byKey.get(keyText(keyOfFinding(board, finding, fileOf(finding))))?.shift();
      if (entry === undefined) continue;
      used.add(entry);
      left.add(finding);
    }
  return { findings: left.size === 0 ? findings : leaveOut(findings, left), used };
}
