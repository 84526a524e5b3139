// Leaves out the findings that the author of a tree has allowed, and finds the allowances that allow nothing.

import { firstIndexWhere } from '../text/first-index-where.ts';
import { allRules } from '../rules/all-rules.ts';
import { allowancesOf, type Allowance } from '../rules/allowances.ts';
import type { Board } from '../rules/board.ts';
import type { Finding } from '../rules/finding.ts';
import type { Found } from '../rules/rule.ts';
import type { AllowFacts } from '../rules/source/allow-has-no-effect.ts';
import { didYouMean } from '../text/nearest-name.ts';
import type { FileId, Span } from '../text/span.ts';

/** What became of the findings and allowances of a board. */
export interface JudgedAllowances {
  /** The findings that are not allowed. */
  readonly left: readonly Finding[];
  readonly wrong: readonly Found<AllowFacts>[];
}

/** Judges the allowances of all files of a board; `isJudged` says of a rule whether its findings are all there. */
export function judgeAllowances(
  findings: readonly Finding[],
  board: Board,
  isJudged: (rule: string) => boolean,
): JudgedAllowances {
  const files = new Set([
    ...board.sources.flatMap((source) => source.files),
    ...findings.map(({ at }) => at.file),
  ]);
  const all = [...files].map((file) => allowancesOf(file, board.files));
  if (all.every((each) => each.allowances.length + each.misspelt.length === 0))
    return { left: findings, wrong: [] };
  const isActive = activity(board);
  const written = all.flatMap(({ allowances }) => allowances).filter(isActive);
  const misspelt = all.flatMap((each) => each.misspelt).filter(isActive);
  const used = new Set<Allowance>();
  const left = withoutAllowed(
    findings,
    written.filter(({ reason }) => reason !== ''),
    used,
  );
  const roots = new Set(board.sources.map(({ root }) => root));
  const wrong: Found<AllowFacts>[] = [];
  for (const each of written) {
    if (wrong.length >= MOST_WRONG) break;
    const facts = faultOf(each);
    if (facts) wrong.push({ at: each.at, facts });
    else if (!used.has(each) && roots.has(each.at.file) && isJudged(each.rule))
      wrong.push({
        at: each.at,
        facts: { code: 'unused', rule: each.rule },
        severity: 'information',
      });
  }
  for (const { word, at } of misspelt.slice(0, MOST_WRONG))
    wrong.push({ at, facts: { code: 'misspelt', word } });
  return { left, wrong };
}

/** Allowances that are told of: nobody reads more. */
const MOST_WRONG = 1000;

/** Whether a place is read, not left out by a condition of the preprocessor. */
function activity({ sources }: Board): (where: { readonly at: Span }) => boolean {
  const inactive = new Map<FileId, Span[]>();
  for (const span of sources.flatMap((source) => source.inactive)) {
    const own = inactive.get(span.file);
    if (own) own.push(span);
    else inactive.set(span.file, [span]);
  }
  for (const own of inactive.values()) own.sort((a, b) => a.start - b.start);
  return ({ at }) => {
    const own = inactive.get(at.file) ?? [];
    const span = own[firstIndexWhere(own.length, (index) => (own[index]?.end ?? 0) > at.start)];
    return span === undefined || span.start > at.start;
  };
}

const ids: ReadonlySet<string> = new Set(allRules.map(({ id }) => id));

function faultOf({ rule, reason }: Allowance): AllowFacts | undefined {
  if (rule === '') return { code: 'no-rule' };
  if (!ids.has(rule)) return { code: 'unknown-rule', rule, meant: didYouMean(rule, ids) };
  return reason === '' ? { code: 'no-reason', rule } : undefined;
}

function withoutAllowed(
  findings: readonly Finding[],
  allowances: readonly Allowance[],
  used: Set<Allowance>,
): readonly Finding[] {
  // Those of one rule in one file, in the order of the lines they cover.
  const byRule = new Map<string, Allowance[]>();
  for (const allowance of allowances) {
    const key = `${allowance.rule}\0${allowance.at.file}`;
    const known = byRule.get(key);
    if (known) known.push(allowance);
    else byRule.set(key, [allowance]);
  }
  for (const list of byRule.values()) list.sort((a, b) => a.covers.start - b.covers.start);
  return findings.filter(({ rule, at: place }) => {
    const lines = byRule.get(`${rule}\0${place.file}`) ?? [];
    const index = firstIndexWhere(
      lines.length,
      (line) => (lines[line]?.covers.end ?? 0) >= place.start,
    );
    const first = lines[index];
    if (first === undefined || place.start < first.covers.start) return true;
    for (let at = index; !isUsed(lines[at], first, used); at++) used.add(lines[at] ?? first);
    return false;
  });
}

/** Whether all allowances from one on have been used, or are for another line than the first. */
function isUsed(
  allowance: Allowance | undefined,
  first: Allowance,
  used: ReadonlySet<Allowance>,
): boolean {
  return !allowance || allowance.covers.start !== first.covers.start || used.has(allowance);
}
