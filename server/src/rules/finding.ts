// What a rule says about a board.

import type { Span } from '../text/span.ts';
import type { Proposal } from './proposal.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** The other party of a finding, or the override that caused it. */
export interface Related {
  readonly message: string;
  readonly at: Span;
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly at: Span;
  readonly related: readonly Related[];
  /** On which assumed boot fact it depends, as the end of its message; absent when it holds whatever they are. */
  readonly condition?: string;
  /** `xen:4.18.6`, `linux:6.12`; empty when it holds for every reader. */
  readonly targets: readonly string[];
  /** Xen's or Linux's own log line. */
  readonly log?: string;
  /** Not to be offered as they are: `analysis/offer-fixes.ts` tries them. */
  readonly proposals: readonly Proposal[];
}
