// Runs the rules over a board and turns what they found into findings.

import { allRules } from '../rules/all-rules.ts';
import type { Board } from '../rules/board.ts';
import type { Finding, Severity } from '../rules/finding.ts';
import type { Proposal } from '../rules/proposal.ts';
import type { Found, Place, Rule } from '../rules/rule.ts';
import { allowHasNoEffect } from '../rules/source/allow-has-no-effect.ts';
import { tooLarge } from '../rules/source/too-large.ts';
import type { TargetLine } from '../rules/target-lines.ts';
import { printable, printableBrief } from '../text/printable.ts';
import { compareSpans, type Span } from '../text/span.ts';
import { spanOf } from '../tree/device-tree.ts';
import { readBy, Reader } from '../tree/reads.ts';
import { targetAsAsked, targetsInWords, type Targets } from '../systems/targets.ts';
import { wordCondition } from '../systems/opposing-worlds.ts';
import type { CarriedOver } from './carry-over.ts';
import { Conditions } from './conditions.ts';
import { judgeAllowances } from './judge-allowances.ts';
import type { Checked, MergedFound, RuleFound } from './checked.ts';
import { stateConsequences } from './state-consequences.ts';

/** What a user changed about the rules, by rule id: `-W`, `-E` or `dtmap.severity`. */
export type RuleSettings = ReadonlyMap<string, Severity | 'off' | 'on'>;

/** Resolves a place in the tree to its source span. */
export function resolvePlace(place: Place): Span {
  return 'in' in place ? spanOf(place) : place;
}

/** Findings of one rule: the rest is counted by nobody and read by nobody. */
const MOST_FINDINGS = 1000;

/** What a rule yields before equal findings are merged: of every release, and some that are one to the reader. */
const MOST_FOUND = 64 * MOST_FINDINGS;

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, information: 2, hint: 3 };

/**
 * The findings of all rules that `settings` leaves on, sorted by place; allowed ones are left out. What a finding that is
 * left out would have told of its consequences is said by the rules that state them. Rules of which `carried` knows what
 * they find are not asked.
 */
export function check(
  board: Board,
  settings: RuleSettings,
  targets: Targets,
  carried?: CarriedOver,
): Checked {
  const foundBy = new Map<Rule, RuleFound>();
  const conditions = new Conditions(
    board,
    (rule, found) =>
      `${found.target ?? ''}\0${keyOf(resolvePlace(found.at), wordsOf(rule, found))}`,
  );
  for (const rule of allRules) {
    const setting = settings.get(rule.id);
    const isOff = setting === 'off' || (rule.offByDefault && setting === undefined);
    if (isOff && rule.states !== 'boot-ends') continue;
    foundBy.set(rule, carried?.foundBy(rule) ?? foundNow(rule, board, setting, conditions));
  }
  const merged = [...foundBy.values()].flatMap((each) => each.merged);
  const findings = merged.map((each) => findingOf(each, board, targets)).sort(compareFindings);
  const { left, wrong } = judgeAllowances(findings, board, (id) => isJudged(id, board, settings));
  const setting = settings.get(allowHasNoEffect.id);
  const about = wrong.flatMap((found): Finding[] => {
    const severity = severityOf(allowHasNoEffect, found, setting);
    return severity === undefined ? [] : [findingOf(mergedOf(found, severity), board, targets)];
  });
  const all = about.length === 0 ? left : [...left, ...about].sort(compareFindings);
  return { findings: stateConsequences(all), foundBy };
}

/** Whether all findings of a rule are there: it is on, and the whole board was read. */
function isJudged(id: string, board: Board, settings: RuleSettings): boolean {
  const rule = allRules.find((each) => each.id === id);
  const setting = settings.get(id);
  if (!rule || setting === 'off' || (rule.offByDefault && setting === undefined)) return false;
  const { excess, foreignReader, map, tree } = board;
  const isWhole = !excess && foreignReader === undefined && !map.unread;
  return isWhole && !tree.problems.some((problem) => problem.id === 'syntax');
}

/** A finding about one place, for all targets. */
function mergedOf(found: Found<unknown>, severity: Severity): MergedFound {
  const nothing = { related: [], targets: [], log: [], tells: [] };
  return {
    rule: allowHasNoEffect,
    found,
    place: found.at,
    isMoved: false,
    suffix: '',
    condition: undefined,
    severity,
    ...nothing,
  };
}

const noneFound: RuleFound = { merged: [], readsText: false };

function foundNow(
  rule: Rule,
  board: Board,
  setting: Severity | 'off' | 'on' | undefined,
  conditions: Conditions,
): RuleFound {
  const reader = rule.reads === 'bindings' ? Reader.bindings : Reader.board;
  const { result: merged, readsText } = readBy(reader, () =>
    isTried(rule, board) ? mergeTargets(rule, board, setting, conditions) : nothingMerged,
  );
  return merged === nothingMerged && !readsText ? noneFound : { merged: [...merged], readsText };
}

const nothingMerged: readonly never[] = [];

/**
 * Rules are not tried on what is too large for them, or read by others, or not read as a whole; what the text itself says
 * is said, and what lies beside the tree.
 */
function isTried({ reads }: Rule, board: Board): boolean {
  if (reads === 'beside' || reads === 'text') return true;
  if (board.unread) return false;
  if (board.excess) return reads === 'tree';
  return (reads !== undefined && reads !== 'bindings') || board.foreignReader === undefined;
}

/** How grave a finding is under a user's setting; undefined when it is switched off. */
function severityOf(
  rule: Rule,
  found: Found<unknown>,
  setting: Severity | 'off' | 'on' | undefined,
): Severity | undefined {
  const own = found.severity ?? rule.severity;
  if (rule.states === 'boot-ends' && own === 'error') return own;
  if (setting === 'off') return undefined;
  return setting === undefined || setting === 'on' ? own : setting;
}

/** Without `releases` what tells findings apart, for those of several releases are one. */
function wordsOf(rule: Rule, { facts }: Found<unknown>, releases = ''): string {
  return printableBrief(rule.message(facts, releases));
}

function keyOf(at: Span, message: string): string {
  return `${at.file}\0${at.start}\0${at.end}\0${message}`;
}

/** Equal findings for several releases become one that names them all; the gravest severity stands. */
function mergeTargets(
  rule: Rule,
  board: Board,
  setting: Severity | 'off' | 'on' | undefined,
  conditions: Conditions,
): Iterable<MergedFound> {
  // Most rules find nothing: they get no table.
  let byKey: Map<string, MergedFound> | undefined;
  let count = 0;
  for (const found of rule.check(board)) {
    const wanted = severityOf(rule, found, setting);
    if (wanted === undefined) continue;
    count += 1;
    const at = resolvePlace(found.at);
    // What is no more than information anyway is not looked at: nothing would be made of it.
    const changes = RANK[wanted] < RANK.information ? conditions.of(rule, found) : undefined;
    const own = changes ? 'information' : wanted;
    // Only what holds in all worlds is said against a setting.
    if (setting === 'off' && changes) continue;
    const condition = changes && wordCondition(changes, board.facts);
    const suffix = changes ? `, ${condition} (boot fact ${changes[0]?.fact})` : '';
    const key = keyOf(at, wordsOf(rule, found) + suffix);
    byKey ??= new Map();
    const known = byKey.get(key);
    if (known && count < MOST_FOUND) {
      if (RANK[own] < RANK[known.severity]) known.severity = own;
      if (found.target !== undefined && !known.targets.includes(found.target))
        known.targets.push(found.target);
      addLines(known.log, found.log);
      known.tells.push(...(found.tells ?? []));
    } else {
      const targets = found.target === undefined ? [] : [found.target];
      if (byKey.size >= MOST_FINDINGS || count >= MOST_FOUND) {
        byKey.set('', excessOf(rule, at));
        break;
      }
      const log = [...(found.log ?? [])];
      const tells = [...(found.tells ?? [])];
      const related = found.related ?? [];
      const place = found.at;
      byKey.set(key, {
        rule,
        found,
        place,
        related,
        isMoved: false,
        suffix,
        condition,
        severity: own,
        targets,
        log,
        tells,
      });
    }
  }
  return byKey?.values() ?? nothingMerged;
}

/** Adds the lines that a system does not have yet. */
function addLines(log: TargetLine[], more: readonly TargetLine[] = []): void {
  for (const { target, line } of more)
    if (!log.some((each) => each.target === target && each.line === line))
      log.push({ target, line });
}

/** Says at the first finding that is left out that there are more. */
function excessOf({ id, severity }: Rule, at: Span): MergedFound {
  const found = { at, facts: { what: 'findings', limit: MOST_FINDINGS, rule: id } };
  return {
    rule: tooLarge,
    found,
    place: at,
    related: [],
    isMoved: false,
    suffix: '',
    condition: undefined,
    severity,
    targets: [],
    log: [],
    tells: [],
  };
}

function findingOf(merged: MergedFound, board: Board, targets: Targets): Finding {
  const { rule, found } = merged;
  const at = resolvePlace(merged.place);
  let proposals: readonly Proposal[] | undefined;
  const asked = merged.targets.map((name) => targetAsAsked(name, targets));
  return {
    rule: rule.id,
    severity: merged.severity,
    message: wordsOf(rule, found, targetsInWords(asked)) + merged.suffix,
    at,
    related: merged.related.map(({ message, at }) => ({
      message: printableBrief(message),
      at: resolvePlace(at),
    })),
    ...(merged.condition === undefined ? {} : { condition: merged.condition }),
    ...(found.searched === undefined ? {} : { searched: found.searched }),
    targets: asked,
    log: merged.log.map(({ target, line }) => ({
      target: targetAsAsked(target, targets),
      line: printable(line),
    })),
    ...(rule.states === undefined ? {} : { states: rule.states }),
    tells: merged.tells.map(({ target, consequence }) => ({
      target: targetAsAsked(target, targets),
      consequence,
    })),
    instead: [],
    // They cost a search of the map, so they are computed when asked for.
    get proposals() {
      const own = merged.isMoved ? foundAgain(merged, at, board) : found;
      proposals ??= ((own && rule.fixes?.(own, board)) ?? []).map((proposal) => ({
        ...proposal,
        title: printableBrief(proposal.title),
      }));
      return proposals;
    },
  };
}

/** What the rule finds on `board` where it found `merged` on an earlier one. */
function foundAgain(
  { rule, found }: MergedFound,
  at: Span,
  board: Board,
): Found<unknown> | undefined {
  const wanted = keyOf(at, wordsOf(rule, found));
  return [...rule.check(board)].find(
    (each) =>
      each.target === found.target && keyOf(resolvePlace(each.at), wordsOf(rule, each)) === wanted,
  );
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    compareSpans(a.at, b.at) ||
    RANK[a.severity] - RANK[b.severity] ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
  );
}
