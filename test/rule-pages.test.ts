// The committed rule pages are what the rules and their fixtures say; UPDATE=1 rewrites them.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { allRules } from '../server/src/rules/all-rules.ts';
import { TABLE as LINUX } from '../server/src/linux/behaviours.ts';
import { behaviourSource, type BehaviourRef } from '../server/src/rules/behaviour-ref.ts';
import type { Rule } from '../server/src/rules/rule.ts';
import { rulePage, sourcesOf } from '../server/src/rules/rule-page.ts';
import { TABLE as XEN } from '../server/src/xen/behaviours.ts';
import { RELEASES } from '../server/src/xen/releases.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = join(ROOT, 'server/docs/rules');
const SOURCE = join(ROOT, 'server/src');
const RULES = join(SOURCE, 'rules');

function pages(): Map<string, string> {
  const expected = new Map<string, string>();
  for (const rule of allRules) {
    const example = (name: string): string =>
      readFileSync(join(ROOT, 'test/fixtures/rules', rule.id, name), 'utf8').replace(
        /^\/\/-.*\n/gm,
        '',
      );
    const page = rulePage(rule, { bad: example('bad.dts'), good: example('good.dts') });
    expected.set(`${rule.id}.md`, page);
  }
  const rows = allRules.map(
    (rule) => `| [${rule.id}](${rule.id}.md) | ${rule.severity} | ${rule.title} |`,
  );
  const table = ['| rule | severity | what |', '| --- | --- | --- |', ...rows].join('\n');
  expected.set('README.md', `# Rules\n\n${table}\n`);
  return expected;
}

describe('rule pages', () => {
  it('are up to date', () => {
    const expected = pages();
    if (process.env['UPDATE']) {
      mkdirSync(PAGES, { recursive: true });
      for (const [name, text] of expected) writeFileSync(join(PAGES, name), text);
    }
    const present = existsSync(PAGES) ? readdirSync(PAGES).sort() : [];
    assert.deepEqual(present, [...expected.keys()].sort());
    for (const [name, text] of expected)
      assert.equal(readFileSync(join(PAGES, name), 'utf8'), text, `${name}: run UPDATE=1 npm test`);
  });

  it('cite a symbol with the release or the commit that has it', () => {
    // The others have sections, or nothing that changes.
    const versioned = /^(?:xen|linux|u-boot|dtc|libfdt|op-tee|tf-a): /;
    const hasVersion = /\b[0-9a-f]{7,12}\b|\b\d+\.\d+/;
    for (const rule of allRules)
      for (const source of sourcesOf(rule))
        if (versioned.test(source)) {
          assert.match(source, hasVersion, rule.id);
          assert.doesNotMatch(
            source,
            /: [0-9a-f]{7,12}\b/,
            `${rule.id}: a commit without a symbol`,
          );
        }
  });

  it('name releases as the tables of behaviours have them', () => {
    const wrong: string[] = [];
    for (const [file, rules] of rulesByFile())
      for (const text of textsOf(join(RULES, file)))
        for (const fault of releaseFaults(text, rules)) wrong.push(`${file}: ${fault}`);
    assert.deepEqual(wrong, []);
  });

  it('lines of consoles are explained with releases in which something changed', () => {
    const any: Cited = {
      behaviours: [
        ...Object.keys(XEN).map((name) => `xen.${name}` as BehaviourRef),
        ...Object.keys(LINUX).map((name) => `linux.${name}` as BehaviourRef),
      ],
      source: [],
    };
    const wrong = ['xen/messages', 'xen/reasons.ts', 'linux/messages.ts']
      .flatMap((name) => filesBelow(join(SOURCE, name)))
      .flatMap((file) => textsOf(file).flatMap((text) => releaseFaults(text, [any])));
    assert.deepEqual(wrong, []);
  });

  it('the test of releases sees what is wrong', () => {
    const rule: Cited = { behaviours: ['xen.scanError', 'xen.checksOverlaps'], source: [] };
    for (const text of [
      'Xen since 4.17 panics',
      'Up to Xen 4.16 nothing is compared',
      // The scan ended from 4.13 on only.
      'Xen before 4.19 stops its scan',
      'Xen 4.13 to 4.16 stop',
      'Xen 4.15 stops',
      'Linux since 6.12 says so',
      'U-Boot before 2023.01',
    ])
      assert.notDeepEqual(releaseFaults(text, [rule]), [], text);
    for (const text of [
      'Xen since 4.19 panics',
      'Up to Xen 4.17 nothing is compared, and before 4.18',
      'Xen 4.13 to 4.18 stop, 4.19 and later panic',
      'From 4.13 to 4.18 it stops',
      'Xen 4.18 stops',
    ])
      assert.deepEqual(releaseFaults(text, [rule]), [], text);
  });
});

type Cited = Pick<Rule, 'behaviours' | 'source'>;

/** The files with rules, each with those it names. */
function rulesByFile(): Map<string, Cited[]> {
  const files = readdirSync(RULES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /[\\/]/.test(name) && name.endsWith('.ts'))
    .sort();
  return new Map(
    files.map((name) => {
      const text = readFileSync(join(RULES, name), 'utf8');
      return [name, allRules.filter(({ id }) => text.includes(`'${id}'`))];
    }),
  );
}

/** A file, or all files of a folder. */
function filesBelow(name: string): string[] {
  if (name.endsWith('.ts')) return [name];
  return readdirSync(name).map((each) => join(name, each));
}

/** What a user may read of a file: its strings, without imports and sources. */
function textsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isPropertyAssignment(node) && /^(?:source|behaviours|readIn)$/.test(node.name.getText()))
      return;
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map((span) => span.literal.text);
      texts.push([node.head.text, ...spans].join('…'));
      node.templateSpans.forEach(visit);
    } else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return texts;
}

const RELEASE =
  /(?<!section )(?<![\w.])(?:4\.(?:1[1-9]|2\d)|[5-7]\.\d+|20\d\d\.\d\d)(?:\.\d+)?(?![\w.]*\w)/g;

/** The releases a text names that no listed behaviour and no commit of a source line has, and those it bounds wrongly. */
function releaseFaults(text: string, rules: readonly Cited[]): string[] {
  if (text.search(RELEASE) < 0) return [];
  const changes = rules.flatMap(({ behaviours = [] }) =>
    behaviours.flatMap((ref) => behaviourSource(ref).changes),
  );
  const starts = new Set(changes.flatMap(({ since }) => since));
  const firsts = new Set(changes.flatMap(({ since, isFirst }) => (isFirst ? since : [])));
  for (const source of rules.flatMap((rule) => rule.source))
    for (const [, release = ''] of source.matchAll(/\b[0-9a-f]{7,12}\b \(([\d.]+)\)/g)) {
      starts.add(release);
      firsts.add(release);
    }
  /** Those in which something was read: they may be named, but bound nothing. */
  const read = new Set(
    rules.flatMap(({ source }) => source.flatMap((each) => /\(([\d.]+)\)/.exec(each)?.[1] ?? [])),
  );
  const faults: string[] = [];
  for (const match of text.matchAll(RELEASE)) {
    // The first release of a branch goes by the branch's name.
    const release = match[0].replace(/^(\d+\.\d+)\.0$/, '$1');
    const before = text.slice(0, match.index).replace(/\s+/g, ' ');
    const after = text.slice(match.index + match[0].length).replace(/\s+/g, ' ');
    const isRange = /^ to \d/.test(after) || /\d to $/.test(before);
    const isFrom = /\b(?:since|from) (?:\w+ )?$/i.test(before) || /^ (?:and|or) later/.test(after);
    const isBefore = /\bbefore (?:\w+ )?$/i.test(before);
    const isUpTo = /\b(?:up to|until) (?:\w+ )?$/i.test(before);
    const next = releasesAfter(match[0]);
    const isStart = starts.has(release);
    const isEnd = next.some((each) => starts.has(each));
    const holds = isBefore
      ? firsts.has(release)
      : isUpTo
        ? next.some((each) => firsts.has(each))
        : isFrom || (isRange && /^ to/.test(after))
          ? isStart
          : isRange
            ? isEnd
            : isStart || isEnd || read.has(release);
    if (!holds) faults.push(`…${before.slice(-40)}${match[0]}${after.slice(0, 20)}…`);
  }
  return faults;
}

/** The point release after one, and the next branch; of U-Boot's releases none. */
function releasesAfter(release: string): string[] {
  const [major = 0, minor = 0, point] = release.split('.').map(Number);
  if (major > 1000) return [];
  const isLastBranch = major === 5 ? minor === 19 : major === 6 && minor === 19;
  const branch = isLastBranch ? `${major + 1}.0` : `${major}.${minor + 1}`;
  if (point === undefined) return [branch];
  const isKnown = RELEASES.some(({ name }) => name === `${major}.${minor}.${point + 1}`);
  return major !== 4 || isKnown ? [`${major}.${minor}.${point + 1}`] : [branch];
}
