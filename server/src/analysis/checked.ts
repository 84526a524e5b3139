// What the rules found on a board, in the form in which the next analysis of the same board may keep it.

import type { Finding, Severity, Told } from '../rules/finding.ts';
import type { Found, Place, Rule } from '../rules/rule.ts';
import type { TargetLine } from '../rules/target-lines.ts';

/** A finding before it is worded: equal ones of several releases are one. */
export interface MergedFound {
  readonly rule: Rule;
  /** The first of those that are one to the reader. */
  readonly found: Found<unknown>;
  readonly place: Place;
  readonly related: readonly { readonly message: string; readonly at: Place }[];
  /** Whether only its places are those of this board, and what was found is that of an earlier one. */
  readonly isMoved: boolean;
  /** What the message ends with: on what it depends. */
  readonly suffix: string;
  readonly condition: string | undefined;
  severity: Severity;
  readonly targets: string[];
  readonly log: TargetLine[];
  readonly tells: Told[];
}

/** What one rule found. */
export interface RuleFound {
  readonly merged: readonly MergedFound[];
  /** Whether the rule looked at the text, which says more than the tree. */
  readonly readsText: boolean;
}

/** What all rules found, with what the next analysis of the same board may keep of it. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly foundBy: ReadonlyMap<Rule, RuleFound>;
}
