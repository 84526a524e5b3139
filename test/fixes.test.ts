// Every quick fix of every fixture: applied, it takes its own finding away and brings no other.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Finding } from '../server/src/rules/finding.ts';
import { applyEdits, type Fix } from '../server/src/text/edit.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { readOptions } from './support/annotations.ts';

const FIXTURES = path.join(import.meta.dirname, 'fixtures');

/** Where firmware's memory ends, which moves with a region of it; where a region lies of which nothing worse is said any more. */
const FACTS: ReadonlySet<string> = new Set(['firmware-region-edge', 'reserved-outside-ram']);

/** How many findings of each rule there are: messages change with the addresses they name. */
function countByRule(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { rule, severity } of findings)
    if (severity !== 'hint' || rule.startsWith('binding-'))
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}

function applyFix(fix: Fix): void {
  for (const file of new Set(fix.edits.map(({ at }) => at.file))) {
    const edits = fix.edits.filter(({ at }) => at.file === file);
    writeFileSync(file, applyEdits(readFileSync(file, 'utf8'), edits));
  }
}

describe('quick fixes', () => {
  for (const kind of ['rules', 'wild-bugs']) {
    for (const entry of readdirSync(path.join(FIXTURES, kind), { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const folder = path.join(FIXTURES, kind, entry.name);
      const boards = readdirSync(folder).filter((name) => /^(bad.*|bug)\.dts$/.test(name));
      for (const name of boards) {
        it(`${kind}/${entry.name}/${name}`, async () => {
          const options = new Map(readOptions(readFileSync(path.join(folder, name), 'utf8')));
          const scratch = mkdtempSync(path.join(tmpdir(), 'dtmap-fixes-'));
          const profile = options.get('profile');
          if (profile !== undefined)
            options.set('profile', path.relative(scratch, path.join(folder, profile)));
          try {
            const board = path.join(scratch, name);
            cpSync(folder, scratch, { recursive: true });
            const { findings, fixesOf } = analyzeFile(board, options);
            const before = countByRule(findings);
            for (const finding of findings) {
              for (const fix of await fixesOf(finding)) {
                cpSync(folder, scratch, { recursive: true });
                applyFix(fix);
                const after = countByRule(analyzeFile(board, options).findings);
                const what = `${finding.rule}: ${fix.title}`;
                for (const [rule, count] of after)
                  if (!FACTS.has(rule))
                    assert.ok(count <= (before.get(rule) ?? 0), `${what} brings ${rule}`);
                const own = after.get(finding.rule) ?? 0;
                assert.ok(own < (before.get(finding.rule) ?? 0), `${what} leaves it`);
              }
            }
          } finally {
            rmSync(scratch, { recursive: true });
          }
        });
      }
    }
  }
});
