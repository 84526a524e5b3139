// A panic that a predicted boot ends in is always among the findings, whatever is switched off or allowed.

import { isXenstoreMissing } from '../server/src/xen/ending.ts';
import { xenBoots } from '../server/src/xen/xen-boots.ts';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, type RuleSettings } from '../server/src/analysis/check.ts';
import { leaveOut } from '../server/src/analysis/state-consequences.ts';
import { parseTargets } from '../server/src/systems/targets.ts';
import type { Board } from '../server/src/rules/board.ts';
import type { Finding } from '../server/src/rules/finding.ts';
import { allRules } from '../server/src/rules/all-rules.ts';
import { certainPart } from '../server/src/xen/certain.ts';
import { isForXen } from '../server/src/xen/is-for-xen.ts';
import { BRANCH_NAMES } from '../server/src/xen/releases.ts';
import type { XenBoot } from '../server/src/xen/xen-boot.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { readOptions } from './support/annotations.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const TARGETS = BRANCH_NAMES.map((name) => `xen:${name}`);
const { targets } = parseTargets(TARGETS);
const ALL_OFF: RuleSettings = new Map(allRules.map(({ id }) => [id, 'off']));

const BOARDS = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /^(?:boards|memory-map|rules|wild-bugs|xen|xen-boots)\b.*\.dts$/.test(name))
  .filter((name) => !/\bdom0\.dts$/.test(name))
  .sort();

/** Whether a boot ends whatever the assumed facts are, and whatever a boot loader may add: dom0, and with it Xenstore. */
function endsForCertain({ facts }: Board, boot: XenBoot): boolean {
  const ends = ({ outcome }: XenBoot): boolean =>
    (outcome.kind === 'panics' || outcome.kind === 'hangs') && !isXenstoreMissing(outcome.line);
  // Other worlds are booted only where the likely one ends.
  return ends(boot) && ends(certainPart(boot, facts));
}

/** The targets for which an error says that the boot ends: it states so, or tells it. */
function told(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(
    findings
      .filter(({ severity }) => severity === 'error')
      .flatMap(({ states, targets: own, tells }) =>
        states === 'boot-ends'
          ? own
          : tells.flatMap((each) => (each.consequence === 'boot-ends' ? [each.target] : [])),
      ),
  );
}

function assertTold(findings: readonly Finding[], ending: readonly string[], when: string): void {
  const said = told(findings);
  const missing = ending.filter((target) => !said.has(target));
  assert.deepEqual(missing, [], when);
}

/** `text` with an allowance above the line of a finding. */
function allowing(text: string, { rule, at }: Finding): string {
  const start = text.lastIndexOf('\n', at.start - 1) + 1;
  return `${text.slice(0, start)}// dtmap-allow: ${rule} - tried\n${text.slice(start)}`;
}

describe('a predicted panic', function () {
  this.timeout(300_000);
  let panics = 0;
  let suppressed = 0;

  for (const name of BOARDS)
    it(`of ${name} is said`, () => {
      const file = join(FIXTURES, name);
      const text = readFileSync(file, 'utf8');
      const options = new Map(readOptions(text)).set('targets', TARGETS.join(' '));
      options.delete('rules');
      const { board } = analyzeFile(file, options, text);
      if (!isForXen(board) || board.excess) return;
      const ending = xenBoots(board).flatMap((boot, index) =>
        endsForCertain(board, boot) ? [TARGETS[index] ?? ''] : [],
      );
      if (ending.length === 0) return;
      panics += ending.length;
      const { findings } = check(board, new Map(), targets);
      assertTold(findings, ending, 'nothing is switched off');
      assertTold(check(board, ALL_OFF, targets).findings, ending, 'all rules are off');
      for (const id of new Set(findings.map(({ rule }) => rule)))
        for (const setting of ['off', 'hint'] as const)
          assertTold(
            check(board, new Map([[id, setting]]), targets).findings,
            ending,
            `${id}: ${setting}`,
          );
      for (const finding of findings.filter(({ tells }) => tells.length > 0)) {
        suppressed += 1;
        assertTold(leaveOut(findings, new Set([finding])), ending, `${finding.rule} is recorded`);
        if (finding.at.file !== file) continue;
        const allowed = analyzeFile(file, options, allowing(text, finding));
        assertTold(allowed.findings, ending, `${finding.rule} is allowed`);
      }
      assertTold(
        leaveOut(findings, new Set(findings.filter(({ states }) => !states))),
        ending,
        'all are recorded',
      );
    });

  after(() => {
    assert.ok(panics > 100 && suppressed > 10, `${panics} panics, ${suppressed} suppressions`);
  });

  it('is said once, and by itself only when nobody else tells it', () => {
    const { findings } = analyzeFile(
      join(FIXTURES, 'rules/reserved-overlap/bad-xen.dts'),
      new Map([
        ['targets', 'xen:4.18 xen:4.22'],
        ['profile', '../../profiles/one-cpu.json'],
      ]),
    );
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule),
      ['reserved-overlap'],
    );
  });

  it('is silenced by an allowance of its own, with a reason, where it is said', () => {
    const file = join(FIXTURES, 'rules/reserved-overlap/bad-xen.dts');
    const options = new Map([
      ['targets', 'xen:4.22'],
      ['rules', 'reserved-overlap=off'],
    ]);
    const text = readFileSync(file, 'utf8');
    const { findings } = analyzeFile(file, options, text);
    const [panic] = findings.filter(({ states }) => states === 'boot-ends');
    assert.ok(panic);
    const allowed = analyzeFile(file, options, allowing(text, panic));
    assert.deepEqual(
      allowed.findings.filter(({ severity }) => severity === 'error'),
      [],
    );
  });
});
