// What a rule is: one file that finds one fault, words it, explains it and, where possible, mends it.

import type { DeviceTree, DtNode, Written } from '../tree/device-tree.ts';
import type { FileId, Span } from '../text/span.ts';
import type { BehaviourRef } from './behaviour-ref.ts';
import type { Board } from './board.ts';
import type { Consequence, Severity, Told } from './finding.ts';
import type { Proposal } from './proposal.ts';
import type { TargetLine } from './target-lines.ts';

/** Where something is: tree places are resolved to source spans when the finding is made. */
export type Place = Written | Span;

/** One fault as data; `message` words it. */
export interface Found<Facts> {
  readonly at: Place;
  readonly facts: Facts;
  /** In place of the rule's own severity. */
  readonly severity?: Severity;
  /** The release it holds for: `xen:4.18.6`, `linux:6.12`. Equal findings for several are merged into one. */
  readonly target?: string;
  readonly related?: readonly { readonly message: string; readonly at: Place }[];
  /** Folders that were searched in vain. */
  readonly searched?: readonly FileId[];
  /** What the systems print about it. */
  readonly log?: readonly TargetLine[];
  /** The consequences it tells, so that the rules which state them do not. */
  readonly tells?: readonly Told[];
}

export interface Rule<Facts = unknown> {
  /** Also the file's name, the fixture folder and the page. */
  readonly id: string;
  readonly severity: Severity;
  /** The id of the tree problems it words: their facts are what `message` takes. */
  readonly problem?: string;
  /**
   * The consequence it states for those findings that do not tell it, or are left out. That a boot ends is always said: a
   * setting leaves that rule's errors as they are, only an allowance with a reason silences them.
   */
  readonly states?: Consequence;
  /** Off unless asked for by `-W` or a setting: dtc checks that kernel builds switch off. */
  readonly offByDefault?: boolean;
  /**
   * What it asks for, when that is not everything: `text`, so that its findings also hold while the text is broken, or
   * `tree`, the text and what dtc says of it. Both are checked when the tree is too large for the other rules. `nodes`: the
   * tree's nodes, as dtc looks at them. All three are checked on trees that neither Linux nor Xen reads. `beside`: only what
   * lies beside the tree, so that it holds of any. Of a tree of which text is missing `text` and `beside` are checked.
   * `bindings`: the bindings alone, which read every value and say nothing of memory.
   */
  readonly reads?: 'text' | 'tree' | 'nodes' | 'beside' | 'bindings';
  /** One line: the fault as a headline. */
  readonly title: string;
  /** What goes wrong, and for whom. Markdown. */
  readonly why: string;
  /** What to write instead. Markdown. */
  readonly instead: string;
  /**
   * Where the rule comes from: Xen symbols, kernel functions, sections of the specification. Behind a symbol stands the
   * commit that made it so, or a release in which it was read: `xen: early_scan_node, 47d4d3cdc5 (4.20)`.
   */
  readonly source: readonly string[];
  /** The rows of the tables of behaviours that have the releases which the texts name. */
  readonly behaviours?: readonly BehaviourRef[];
  check(board: Board): Iterable<Found<Facts>>;
  /** Of a check that looks at each node on its own: whether it has nothing to say when it looks at one. */
  isSilentAt?(node: DtNode, tree: DeviceTree): boolean;
  /**
   * `releases` names those for which it holds, as `Xen 4.17, 4.18`: more than one when it has a comma, empty for a finding
   * that names no target.
   */
  message(facts: Facts, releases: string): string;
  /** Computed only when asked; the first is offered first. */
  fixes?(found: Found<Facts>, board: Board): readonly Proposal[];
}

/** A rule with its facts' type checked, as the type the list of all rules holds. */
export function rule<Facts>(definition: Rule<Facts>): Rule {
  return definition;
}
