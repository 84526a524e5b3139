// The findings before an edit, looked for among those after it.

import type { Finding, Severity } from '../rules/finding.ts';
import type { Edits } from '../rules/proposal.ts';
import { movedSpan } from '../text/edit.ts';
import type { Span } from '../text/span.ts';

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, information: 2, hint: 3 };

/** The findings before an edit, at the places where they are after it. */
export class KnownFindings {
  readonly #byRule = new Map<string, Moved[]>();
  readonly #edits: Edits;

  constructor(findings: readonly Finding[], edits: Edits) {
    this.#edits = edits;
    for (const finding of findings) {
      const others = this.#byRule.get(finding.rule);
      if (others) others.push(this.#moved(finding));
      else this.#byRule.set(finding.rule, [this.#moved(finding)]);
    }
  }

  /**
   * Whether `found`, a finding after the edit, was there before: as grave, and for the same targets. One that was there
   * once is taken once: the same about something else beside it is new.
   */
  take(found: Finding): boolean {
    const [best] = (this.#byRule.get(found.rule) ?? [])
      .filter(
        ({ finding, at, related, taken }) =>
          RANK[finding.severity] <= RANK[found.severity] &&
          isSubset(found.targets, finding.targets) &&
          isFree(taken, found.targets) &&
          isSamePlace(at, related, found.at, found.related[0]?.at) &&
          wordsOf(finding.message) === wordsOf(found.message),
      )
      // Where places grew together, each is likeliest the one at the nearest place, with the same numbers.
      .sort((a, b) => distanceTo(a, found) - distanceTo(b, found));
    if (!best) return false;
    for (const target of keysOf(found.targets)) best.taken.add(target);
    return true;
  }

  /**
   * Whether `finding` is among `found`, those after the edit: in its own words, or in others, since as many of its rule
   * are at its place about its other party as before.
   */
  isLeft(finding: Finding, found: readonly Finding[]): boolean {
    const { at, related } = this.#moved(finding);
    const isAlike = (other: Finding): boolean =>
      other.rule === finding.rule && sharesTarget(other.targets, finding.targets);
    const before = (this.#byRule.get(finding.rule) ?? []).filter(
      (each) => isAlike(each.finding) && isSamePlace(at, related, each.at, each.related),
    );
    const after = found.filter(
      (each) => isAlike(each) && isSamePlace(at, related, each.at, each.related[0]?.at),
    );
    const words = wordsOf(finding.message);
    return after.length >= before.length || after.some(({ message }) => wordsOf(message) === words);
  }

  #moved(finding: Finding): Moved {
    const [related] = finding.related;
    return {
      finding,
      at: movedSpan(finding.at, this.#edits),
      related: related && movedSpan(related.at, this.#edits),
      taken: new Set(),
    };
  }
}

interface Moved {
  readonly finding: Finding;
  readonly at: Span;
  readonly related: Span | undefined;
  /** The targets for which it was found again. */
  readonly taken: Set<string>;
}

/** Targets as keys; no targets means all of them. */
function keysOf(targets: readonly string[]): readonly string[] {
  return targets.length === 0 ? [''] : targets;
}

function isFree(taken: ReadonlySet<string>, targets: readonly string[]): boolean {
  if (targets.length === 0) return taken.size === 0;
  return !taken.has('') && !targets.some((target) => taken.has(target));
}

/** How far a finding is from where one before the edit is now; the other party and the numbers break ties. */
function distanceTo({ finding, at, related }: Moved, found: Finding): number {
  const other = found.related[0]?.at;
  const between = (a: Span, b: Span): number =>
    Math.abs(a.start - b.start) + Math.abs(a.end - b.end);
  return (
    between(at, found.at) +
    (related && other ? between(related, other) : 0) +
    (finding.message === found.message ? 0 : 0.5)
  );
}

/** Whether two findings are at one place, and about the same other party. */
function isSamePlace(
  at: Span,
  related: Span | undefined,
  otherAt: Span,
  otherRelated: Span | undefined,
): boolean {
  return touches(at, otherAt) && (!otherRelated || !related || touches(related, otherRelated));
}

/** No targets means all of them. */
function sharesTarget(some: readonly string[], others: readonly string[]): boolean {
  return some.length === 0 || others.length === 0 || some.some((target) => others.includes(target));
}

function touches(a: Span, b: Span): boolean {
  return a.file === b.file && a.start <= b.end && b.start <= a.end;
}

/** No targets means all of them. */
function isSubset(targets: readonly string[], of: readonly string[]): boolean {
  return of.length === 0 || (targets.length > 0 && targets.every((each) => of.includes(each)));
}

/** What a message says apart from numbers, which change with what they count. */
function wordsOf(message: string): string {
  return message.replace(/@[0-9a-f,]+|\b0x[0-9a-f_]+|\d+/gi, '#');
}
