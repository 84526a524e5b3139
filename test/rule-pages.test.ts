// The committed rule pages are what the rules and their fixtures say; UPDATE=1 rewrites them.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allRules } from '../server/src/rules/all-rules.ts';
import { rulePage } from '../server/src/rules/rule-page.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = join(ROOT, 'server/docs/rules');

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
});
