// Suppression silences a finding, never its consequence: what no finding tells any more is stated by a rule of its own.

import type { Consequence, Finding } from '../rules/finding.ts';

/** The end of a scan first: where that is stated, it may tell that the boot ends as well. */
const CONSEQUENCES: readonly Consequence[] = ['scan-stops', 'boot-ends'];

/**
 * `findings` without the statements of consequences that an error among them tells: what is left of a statement names only
 * the targets for which none does. Each teller keeps the whole statements in `instead`. The order stays.
 */
export function stateConsequences(findings: readonly Finding[]): readonly Finding[] {
  let stated = findings;
  for (const consequence of CONSEQUENCES) stated = state(stated, consequence);
  return stated;
}

function state(findings: readonly Finding[], consequence: Consequence): readonly Finding[] {
  const statements = findings.filter(({ states }) => states === consequence);
  if (statements.length === 0) return findings;
  const targetsOf = (finding: Finding): readonly string[] =>
    // Only an error says as loudly as the statement would that a system does not boot.
    finding.severity === 'error' && finding.states !== consequence
      ? finding.tells.flatMap((told) => (told.consequence === consequence ? [told.target] : []))
      : [];
  const told = new Set(findings.flatMap(targetsOf));
  return findings.flatMap((finding) => {
    if (finding.states === consequence) {
      const left = finding.targets.filter((target) => !told.has(target));
      return left.length === 0 ? [] : [forTargets(finding, left)];
    }
    const own = targetsOf(finding);
    const instead = statements.filter(({ targets }) => targets.some((each) => own.includes(each)));
    return [
      instead.length === 0
        ? finding
        : derived(finding, { instead: [...finding.instead, ...instead] }),
    ];
  });
}

/**
 * `findings` without those in `left`, which somebody has recorded as known; where one told that a boot ends, that is stated
 * in its place, at the end of the list.
 */
export function leaveOut(
  findings: readonly Finding[],
  left: ReadonlySet<Finding>,
): readonly Finding[] {
  const instead = new Set(
    [...left].flatMap((finding) => finding.instead.filter(({ states }) => states === 'boot-ends')),
  );
  // A whole statement stands for what was left of it.
  const isPart = (finding: Finding): boolean =>
    finding.states !== undefined &&
    [...instead].some(
      ({ rule, at, message }) =>
        rule === finding.rule && at === finding.at && message === finding.message,
    );
  const kept = findings.filter((finding) => !left.has(finding) && !isPart(finding));
  return stateConsequences([...kept, ...instead]);
}

function forTargets(finding: Finding, targets: readonly string[]): Finding {
  if (targets.length === finding.targets.length) return finding;
  const log = finding.log.filter(({ target }) => targets.includes(target));
  return derived(finding, { targets, log });
}

/** `finding` with other values; its proposals are still computed only when they are asked for. */
function derived(finding: Finding, values: Partial<Finding>): Finding {
  const { rule, severity, message, at, related, condition, targets, log } = finding;
  const { states, tells, instead } = finding;
  return {
    rule,
    severity,
    message,
    at,
    related,
    ...(condition === undefined ? {} : { condition }),
    targets,
    log,
    ...(states === undefined ? {} : { states }),
    tells,
    instead,
    get proposals() {
      return finding.proposals;
    },
    ...values,
  };
}
