// What a rule's page names of the tables of behaviours, so that its releases are the tables' own.

import { TABLE as LINUX } from '../linux/behaviours.ts';
import { LMB_LIMITS } from '../linux/uboot.ts';
import { TABLE as XEN } from '../xen/behaviours.ts';

/** A row of a table: `xen.strictMemoryNode`. */
export type BehaviourRef =
  `xen.${keyof typeof XEN}` | `linux.${keyof typeof LINUX}` | 'u-boot.lmbLimit';

/** The releases in which a behaviour changed, and what changed. */
export interface Change {
  /** The first release of each branch that has the change, the oldest first: `['4.19.2', '4.20']`. */
  readonly since: readonly string[];
  /** Whether nothing of the kind changed before, so that the releases before it are all alike. */
  readonly isFirst: boolean;
  /** Whether the behaviour is as it then was ever since; for one that is either there or not. */
  readonly isLast: boolean;
}

/** The system, the function or file, and the changes of a row. */
export interface BehaviourSource {
  readonly system: 'xen' | 'linux' | 'u-boot';
  readonly symbol: string;
  readonly changes: readonly Change[];
}

/** What the tables say of a row. */
export function behaviourSource(ref: BehaviourRef): BehaviourSource {
  if (ref === 'u-boot.lmbLimit') {
    const changes = LMB_LIMITS.map(({ before }) => ({ since: [before] }));
    return { system: 'u-boot', symbol: 'CONFIG_LMB_MAX_REGIONS', changes: markEnds(changes) };
  }
  const name = ref.slice(ref.indexOf('.') + 1);
  if (ref.startsWith('linux.')) {
    const { since, source, ...row } = LINUX[name as keyof typeof LINUX];
    const backports: readonly string[] = 'backports' in row ? row.backports : [];
    const changes = [{ since: [...backports, since] }];
    return { system: 'linux', symbol: source, changes: markEnds(changes) };
  }
  const { symbol, changes } = XEN[name as keyof typeof XEN];
  return {
    system: 'xen',
    symbol,
    changes: markEnds(changes.map(([since]) => ({ since: since.map(shortened) }))),
  };
}

function markEnds(changes: readonly Pick<Change, 'since'>[]): Change[] {
  return changes.map((change, index) => ({
    ...change,
    isFirst: index === 0,
    isLast: index === changes.length - 1,
  }));
}

/** The first release of a branch goes by the branch's name. */
function shortened(release: string): string {
  return release.replace(/^(\d+\.\d+)\.0$/, '$1');
}

/** `xen: early_scan_node, changed in 4.20`, for a list of sources. */
export function wordBehaviour(ref: BehaviourRef): string {
  const { system, symbol, changes } = behaviourSource(ref);
  const releases = changes.map(({ since }) => since.join(', ')).join(' and in ');
  return `${system}: ${symbol}, changed in ${releases}`;
}

/** Whether a source line already names the function of a row and all releases in which it changed. */
export function saysBehaviour(line: string, ref: BehaviourRef): boolean {
  const { system, symbol, changes } = behaviourSource(ref);
  const named = new Set(line.split(/[^\w.]+/));
  const [name = symbol] = symbol.split(',');
  return (
    line.startsWith(`${system}: `) &&
    named.has(name) &&
    changes.every(({ since }) => since.every((release) => named.has(release)))
  );
}
