// The committed rule pages are what the rules and their fixtures say; UPDATE=1 rewrites them.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { JsonReport } from '../server/src/cli/json-finding.ts';
import { allRules } from '../server/src/rules/all-rules.ts';
import { TABLE as LINUX } from '../server/src/linux/behaviours.ts';
import { behaviourSource, type BehaviourRef } from '../server/src/rules/behaviour-ref.ts';
import type { Rule } from '../server/src/rules/rule.ts';
import { SEVERITIES, type Severity } from '../server/src/rules/finding.ts';
import { rulePage, sourcesOf, type Examples } from '../server/src/rules/rule-page.ts';
import { TABLE as XEN } from '../server/src/xen/behaviours.ts';
import { RELEASES } from '../server/src/xen/releases.ts';
import { readOptions } from './support/annotations.ts';
import { dtmap } from './support/run-dtmap.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = join(ROOT, 'server/docs/rules');
const SOURCE = join(ROOT, 'server/src');
const RULES = join(SOURCE, 'rules');

async function pages(): Promise<Map<string, string>> {
  const expected = new Map<string, string>();
  const severities = severitiesByRule();
  for (const rule of allRules) {
    const folder = join(ROOT, 'test/fixtures/rules', rule.id);
    const example = (name: string): string =>
      readFileSync(join(folder, name), 'utf8').replace(/^\/\/-.*\n/gm, '');
    const bad = example('bad.dts');
    const page = rulePage(rule, {
      bad,
      good: example('good.dts'),
      otherSeverities: (severities.get(rule.id) ?? []).filter((each) => each !== rule.severity),
      // What the tree does not show stands beside it.
      ...(bad.includes(`[${rule.id}]`) ? {} : { beside: await besideOf(rule, folder) }),
    });
    expected.set(`${rule.id}.md`, page);
  }
  const rows = allRules.map(
    (rule) => `| [${rule.id}](${rule.id}.md) | ${rule.severity} | ${rule.title} |`,
  );
  const table = ['| rule | severity | what |', '| --- | --- | --- |', ...rows].join('\n');
  expected.set('README.md', `# Rules\n\n${table}\n`);
  return expected;
}

/** The files that are read beside `bad.dts`, and what of the rule is found then. */
async function besideOf({ id }: Rule, folder: string): Promise<NonNullable<Examples['beside']>> {
  const options = readOptions(readFileSync(join(folder, 'bad.dts'), 'utf8'));
  const named = (key: string): string[] => (options.get(key) ?? '').split(/\s+/).filter(Boolean);
  const [overlays, scripts, guests] = ['overlays', 'script', 'guests'].map(named);
  const argv = [
    ...named('targets').flatMap((each) => [
      `--${each.split(':')[0] ?? ''}`,
      each.split(':')[1] ?? '',
    ]),
    ...(overlays ?? []).flatMap((each) => ['--overlay', each]),
    ...(scripts ?? []).flatMap((each) => ['--boot-script', each]),
    ...(guests ?? []).flatMap((each) => ['--guest', each]),
  ];
  const { stdout } = await dtmap(['check', 'bad.dts', '-W', id, ...argv, '--format', 'json'], {
    cwd: folder,
  });
  const { findings } = JSON.parse(stdout) as JsonReport;
  const files = [overlays, scripts, guests].flatMap((names) => names ?? []);
  return {
    files: files
      .filter((name) => !name.endsWith('.dtb'))
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const),
    found: findings
      .filter(({ rule }) => rule === id)
      .map(
        ({ at, severity, message }) =>
          `${at.file}:${at.line}:${at.column}: ${severity}: ${message} [${id}]`,
      )
      .join('\n'),
  };
}

/** What severities the code of a rule names, where its file is its own. */
function severitiesByRule(): Map<string, Severity[]> {
  return new Map(
    [...rulesByFile()].flatMap(([file, rules]): [string, Severity[]][] => {
      const [rule, ...others] = rules;
      if (!rule || others.length > 0) return [];
      const text = readFileSync(join(RULES, file), 'utf8');
      const named = [...text.matchAll(/\bseverity: '(\w+)'/g)].map(([, each]) => each as Severity);
      return [[rule.id, SEVERITIES.filter((each) => named.includes(each))]];
    }),
  );
}

describe('rule pages', function () {
  this.timeout(120_000);
  let expected: Map<string, string> = new Map();
  before(async () => {
    expected = await pages();
  });

  it('show what is found, with a severity that the code gives', () => {
    for (const [name, page] of expected) {
      if (name === 'README.md') continue;
      const id = name.slice(0, -'.md'.length);
      const [, found = ''] = /\n## Found\n([\s\S]*?)\n## Silent\n/.exec(page) ?? [];
      const pattern = new RegExp(
        `(error|warning|information|hint)(?:\\[${id}\\]|: .*\\[${id}\\])`,
        'g',
      );
      const shown = [...found.matchAll(pattern)].map(([, severity = '']) => severity);
      assert.notDeepEqual(shown, [], name);
      const [, said = ''] = /^Severity: (.*)$/m.exec(page) ?? [];
      // A finding that rests on an assumed boot fact is at most information.
      for (const severity of shown)
        assert.ok(severity === 'information' || said.includes(severity), `${name}: ${severity}`);
    }
  });

  it('are up to date', () => {
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
function rulesByFile(): Map<string, Rule[]> {
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
