// The committed pages of Xen's releases are what the table of behaviours says; UPDATE=1 rewrites them.

import assert from 'node:assert/strict';
import { wordReasons } from '../server/src/xen/reasons.ts';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { type Behaviours, behavioursOf, TABLE } from '../server/src/xen/behaviours.ts';
import { BRANCH_NAMES, parseRelease, type Release, RELEASES } from '../server/src/xen/releases.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { xenBoots } from '../server/src/xen/xen-boots.ts';

const root = path.join(import.meta.dirname, '..');
const folder = path.join(root, 'server/docs/releases');
const sample = path.join(root, 'client/sample/board.dts');
const source = 'server/src/xen/behaviours.ts';

type Name = keyof Behaviours;

const names = Object.keys(TABLE) as Name[];

/** What each behaviour means: the comment above its row. */
function readMeanings(): ReadonlyMap<string, string> {
  const text = readFileSync(path.join(root, source), 'utf8');
  const file = ts.createSourceFile(source, text, ts.ScriptTarget.Latest, true);
  const meanings = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) {
      const [comment] = ts.getJSDocCommentsAndTags(node);
      const said = ts.getTextOfJSDocComment(comment?.comment);
      if (said !== undefined) meanings.set(node.name.text, said.replace(/\s+/g, ' '));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return meanings;
}

const meanings = readMeanings();

function shown(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shown).join(', ');
  return typeof value === 'number' ? String(value) : `\`${String(value)}\``;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Rows for what differs between two releases, in the order of the table. */
function changes(before: Release, after: Release): string[] {
  const old = behavioursOf(before);
  const now = behavioursOf(after);
  return names
    .filter((name) => old[name] !== now[name])
    .map((name) =>
      [
        cell(meanings.get(name) ?? ''),
        shown(old[name]),
        shown(now[name]),
        `\`${TABLE[name].symbol}\``,
      ].join(' | '),
    )
    .map((row) => `| ${row} |`);
}

function table(before: Release, after: Release): string {
  const rows = changes(before, after);
  if (rows.length === 0) return 'Nothing that dtmap knows of.';
  const head = [
    `| what | ${before.name} | ${after.name} | in Xen's source |`,
    '| --- | --- | --- | --- |',
  ];
  return [...head, ...rows].join('\n');
}

/** Everything about the oldest release, of which all later pages tell the differences. */
function wholeTable(release: Release): string {
  const does = behavioursOf(release);
  return [
    `| what | ${release.name} | in Xen's source |`,
    '| --- | --- | --- |',
    ...names.map(
      (name) =>
        `| ${cell(meanings.get(name) ?? '')} | ${shown(does[name])} | \`${TABLE[name].symbol}\` |`,
    ),
  ].join('\n');
}

function sampleUnder(branch: string): string {
  const { board, findings } = analyzeFile(sample, new Map([['targets', `xen:${branch}`]]));
  const [boot] = xenBoots(board);
  assert.ok(boot);
  const { outcome } = boot;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const isLikely = outcome.kind === 'unknown' && outcome.likely !== undefined;
  const end = isLikely ? (outcome.likely ?? outcome) : outcome;
  return [
    `\`dtmap check client/sample/board.dts --xen ${branch}\` says:`,
    '',
    ...(errors.length === 0
      ? ['nothing of severity error.']
      : errors.map(({ message, rule }) => `- ${message} ([${rule}](../rules/${rule}.md))`)),
    '',
    `The boot: ${isLikely ? 'likely ' : ''}**${end.kind}**${'because' in end ? `, ${wordReasons(end.because)}` : ''}.`,
  ].join('\n');
}

function page(branch: string): string {
  const points = RELEASES.filter(({ name }) => name === branch || name.startsWith(`${branch}.`));
  const [first] = points;
  const last = parseRelease(branch);
  assert.ok(first && last);
  const previous = RELEASES[RELEASES.indexOf(first) - 1];
  const sections = [
    `# Xen ${branch}`,
    points.length === 1
      ? `Known: ${first.name}. \`--xen ${branch}\` means it.`
      : `Known: ${first.name} to ${last.name}. \`--xen ${branch}\` means ${last.name}; \`--xen ${first.name}\` is exactly that.`,
    previous
      ? `## What changed since ${previous.name}\n\n${table(previous, first)}`
      : `## What it does\n\nThe oldest release that dtmap knows: later pages tell the differences.\n\n${wholeTable(first)}`,
  ];
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before && changes(before, point).length > 0)
      sections.push(`## What changed in ${point.name}\n\n${table(before, point)}`);
  }
  sections.push(`## The sample board\n\n${sampleUnder(branch)}`);
  return `${sections.join('\n\n')}\n`;
}

function index(): string {
  const rows = BRANCH_NAMES.map((branch) => `- [Xen ${branch}](${branch}.md)`);
  const text =
    'What each release of Xen does differently with the memory of a devicetree. Generated from the one table that the model reads.';
  return `# Releases of Xen\n\n${text}\n\n${rows.join('\n')}\n`;
}

describe('release pages', () => {
  it('every behaviour says what it is', () => {
    assert.deepEqual(
      names.filter((name) => !meanings.has(name)),
      [],
    );
  });

  it('are up to date', () => {
    const expected = new Map([['README.md', index()]]);
    for (const branch of BRANCH_NAMES) expected.set(`${branch}.md`, page(branch));
    if (process.env['UPDATE']) {
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of expected) writeFileSync(path.join(folder, name), text);
    }
    const present = existsSync(folder) ? readdirSync(folder).sort() : [];
    assert.deepEqual(present, [...expected.keys()].sort());
    for (const [name, text] of expected)
      assert.equal(
        readFileSync(path.join(folder, name), 'utf8'),
        text,
        `${name}: run UPDATE=1 npm test`,
      );
  });
});
