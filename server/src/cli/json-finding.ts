// A finding as plain data: what `check --format json` prints, and what every other format is made from.

import { createHash } from 'node:crypto';
import type { Finding, Severity } from '../rules/finding.ts';
import type { TargetLine } from '../rules/target-lines.ts';
import type { ListedFact } from '../ide/list-facts.ts';
import type { Fix } from '../text/edit.ts';
import type { JsonPlace, Places } from './places.ts';

export interface JsonFix {
  readonly title: string;
  /** Whether `--fix` makes it without being asked for more. */
  readonly safe: boolean;
  readonly edits: readonly { readonly at: JsonPlace; readonly text: string }[];
}

/** One of the findings of `check --format json`, see server/docs/json.md. */
export interface JsonFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly at: JsonPlace;
  /** The board it was found on; of several the first. */
  readonly board: string;
  /** All of them, where there are several. */
  readonly boards?: readonly string[];
  /** Path of the node in which it stands; absent where it stands in none. */
  readonly node?: string;
  readonly related: readonly { readonly message: string; readonly at: JsonPlace }[];
  readonly targets: readonly string[];
  readonly condition?: string;
  /** Folders that were searched in vain. */
  readonly searched?: readonly string[];
  readonly log?: readonly TargetLine[];
  readonly fixes: readonly JsonFix[];
}

/** The whole of `check --format json`. */
export interface JsonReport {
  readonly version: 1;
  readonly files: readonly string[];
  /** Boards that could not be checked. */
  readonly failures: readonly { readonly file: string; readonly because: string }[];
  /** By board, where there are some: boot facts that are assumed or not known. */
  readonly facts: Readonly<Record<string, readonly JsonFact[]>>;
  readonly findings: readonly JsonFinding[];
}

/** A boot fact, as in the JSON of `facts`. */
export type JsonFact = Pick<ListedFact, 'fact' | 'basis' | 'value' | 'because'>;

/** `fixes` are those that were tried and found good. */
export function toJson(
  finding: Finding,
  board: string,
  places: Places,
  fixes: readonly Fix[],
  node?: string,
): JsonFinding {
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: finding.message,
    at: places.placeOf(finding.at),
    board,
    ...(node === undefined ? {} : { node }),
    related: finding.related.map(({ message, at }) => ({ message, at: places.placeOf(at) })),
    targets: finding.targets,
    ...(finding.condition === undefined ? {} : { condition: finding.condition }),
    ...(finding.searched === undefined
      ? {}
      : { searched: finding.searched.map((folder) => places.nameOf(folder)) }),
    ...(finding.log.length === 0 ? {} : { log: finding.log }),
    fixes: fixes.map((fix) => ({
      title: fix.title,
      safe: fix.safe,
      edits: fix.edits.map(({ at, text }) => ({ at: places.placeOf(at), text })),
    })),
  };
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, information: 2, hint: 3 };

/** Whether `severity` makes a run fail. */
export function isFault(severity: Severity): boolean {
  return RANK[severity] <= RANK.warning;
}

/** What two findings share that are one to the reader, on whatever boards they were found. */
export function findingKey(finding: JsonFinding): string {
  return JSON.stringify({ ...finding, board: undefined, boards: undefined });
}

/** The boards a finding was found on. */
export function boardsOf({ board, boards }: JsonFinding): readonly string[] {
  return boards ?? [board];
}

/**
 * Findings of many boards as one list: the same finding, met again because boards share an include file, is kept once, with
 * the names of all. The order does not depend on who found what first, so that shards and jobs merge to the same list.
 */
export function mergeFindings(findings: Iterable<JsonFinding>): JsonFinding[] {
  const unique = new Map<string, { readonly finding: JsonFinding; readonly boards: Set<string> }>();
  for (const finding of findings) {
    const key = findingKey(finding);
    const known = unique.get(key) ?? { finding, boards: new Set() };
    for (const board of boardsOf(finding)) known.boards.add(board);
    unique.set(key, known);
  }
  return [...unique]
    .sort(([keyA, a], [keyB, b]) => compareFindings(a.finding, b.finding) || (keyA < keyB ? -1 : 1))
    .map(([, { finding, boards }]) => {
      const [board = finding.board, ...others] = [...boards].sort();
      return { ...finding, board, ...(others.length > 0 ? { boards: [board, ...others] } : {}) };
    });
}

function compareFindings(a: JsonFinding, b: JsonFinding): number {
  return (
    compareText(a.at.file, b.at.file) ||
    a.at.line - b.at.line ||
    a.at.column - b.at.column ||
    RANK[a.severity] - RANK[b.severity] ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What stays the same when lines are added above a finding: its file, rule and message, with how many equal ones came
 * before it. Names the finding in a baseline and in SARIF.
 */
export function fingerprints(
  findings: readonly JsonFinding[],
  nameOf: (file: string) => string = (file) => file,
): string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const base = `${nameOf(finding.at.file)}\n${finding.rule}\n${finding.message}`;
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    return createHash('sha256').update(`${base}\n${count}`).digest('hex').slice(0, 32);
  });
}
