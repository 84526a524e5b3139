// What a rule says about a board.

import type { FileId, Span } from '../text/span.ts';
import type { Proposal } from './proposal.ts';
import type { TargetLine } from './target-lines.ts';

/** The gravest first. */
export const SEVERITIES = ['error', 'warning', 'information', 'hint'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** What a fault comes to on a system, told by a rule of its own when no other finding does: the boot ends, or a scan does. */
export type Consequence = 'boot-ends' | 'scan-stops';

/** A consequence for one target: `xen:4.18.6`; in a finding, as the target was asked for. */
export interface Told {
  readonly target: string;
  readonly consequence: Consequence;
}

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
  /** Folders that were searched in vain; absent when nothing was. */
  readonly searched?: readonly FileId[];
  /** What the systems print about it; empty when they print nothing. */
  readonly log: readonly TargetLine[];
  /** The consequence that it states because no other finding tells it. */
  readonly states?: Consequence;
  /** The consequences that it tells. */
  readonly tells: readonly Told[];
  /** What has to be said in its place when it is left out: the findings that state what it tells. */
  readonly instead: readonly Finding[];
  /** Not to be offered as they are: `analysis/offer-fixes.ts` tries them. */
  readonly proposals: readonly Proposal[];
}
