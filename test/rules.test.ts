// Every rule finds what its bad.dts marks, keeps silent on good.dts, and mends bad.dts into fixed.dts.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Finding } from '../server/src/rules/finding.ts';
import { allRules } from '../server/src/rules/all-rules.ts';
import { applyEdits } from '../server/src/text/edit.ts';
import { LineIndex } from '../server/src/text/line-index.ts';
import { analyzeFile, type AnalyzedFile } from './support/analyze-file.ts';
import { readAnnotations, readOptions } from './support/annotations.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures/rules');

/** `line:start-end severity[rule]` for a finding, as the annotation reader sees it; ends past the line are cut. */
function describeFinding(finding: Finding, text: string): string {
  const index = new LineIndex(text);
  const start = index.positionAt(finding.at.start);
  const line = text.split('\n')[start.line - 1] ?? '';
  const length = finding.at.end - finding.at.start;
  const end = Math.min(start.column - 1 + length, line.length);
  return `${start.line}:${start.column - 1}-${end} ${finding.severity}[${finding.rule}]`;
}

async function compare({ board, findings, fixesOf }: AnalyzedFile): Promise<void> {
  const withFix = new Set<Finding>();
  for (const finding of findings) if ((await fixesOf(finding)).length > 0) withFix.add(finding);
  const files = board.sources.flatMap((source) => source.files);
  for (const each of files) {
    const source = board.files.get(each);
    assert.ok(typeof source !== 'string', each);
    const { text } = source;
    const index = new LineIndex(text);
    const expected = readAnnotations(text).map((annotation) => {
      const here = findings.filter((finding) => {
        const start = index.positionAt(finding.at.start);
        return (
          finding.at.file === each &&
          finding.rule === annotation.rule &&
          start.line === annotation.line + 1 &&
          start.column === annotation.start + 1
        );
      });
      const found = here.find((finding) => finding.message === annotation.message) ?? here[0];
      if (annotation.message !== '' && found) assert.equal(found.message, annotation.message);
      if (found) assert.equal(withFix.has(found), annotation.hasFix, `💡 of: ${found.message}`);
      if (annotation.end === undefined && found) return describeFinding(found, text);
      return `${annotation.line + 1}:${annotation.start}-${annotation.end ?? '?'} ${annotation.severity}[${annotation.rule}]`;
    });
    const found = findings
      .filter((finding) => finding.at.file === each)
      .map((finding) => `${describeFinding(finding, text)}  ${finding.message}`);
    assert.deepEqual(
      found.map((line) => line.split('  ')[0]).sort(),
      expected.sort(),
      `findings in ${basename(each)}:\n${found.join('\n')}`,
    );
  }
}

describe('rules', () => {
  for (const id of readdirSync(FIXTURES)) {
    for (const name of readdirSync(join(FIXTURES, id)).filter((each) => each.endsWith('.dts'))) {
      if (name.startsWith('fixed')) continue;
      it(`${id}/${name}`, async () => {
        const file = join(FIXTURES, id, name);
        const text = readFileSync(file, 'utf8');
        const analyzed = analyzeFile(file, readOptions(text));
        await compare(analyzed);
        const own = analyzed.findings.filter((finding) => finding.rule === id);
        assert.equal(own.length > 0, name.startsWith('bad'), `${id} fires in bad*.dts only`);
      });
    }
    const fixed = join(FIXTURES, id, 'fixed.dts');
    if (!existsSync(fixed)) continue;
    it(`${id}: its fixes turn bad.dts into fixed.dts`, async () => {
      const file = join(FIXTURES, id, 'bad.dts');
      let text = readFileSync(file, 'utf8');
      const options = readOptions(text);
      for (let round = 0; ; round++) {
        assert.ok(round < 20, 'fixes bring back what they fix');
        const { findings, fixesOf } = analyzeFile(file, options, text);
        const own = findings.filter((finding) => finding.rule === id);
        const fixes = (await Promise.all(own.map(fixesOf))).flat();
        const fix = fixes.find((each) => each.preferred);
        if (!fix) break;
        const after = applyEdits(text, fix.edits);
        assert.notEqual(after, text);
        text = after;
      }
      const strip = (annotated: string): string =>
        annotated.replace(/^.*\/\/\s*(\^+|<-)\s.*\n/gm, '');
      assert.equal(strip(text), strip(readFileSync(fixed, 'utf8')));
    });
  }

  it('every rule has bad.dts and good.dts', () => {
    for (const rule of allRules)
      for (const name of ['bad.dts', 'good.dts'])
        assert.ok(existsSync(join(FIXTURES, rule.id, name)), `fixtures/rules/${rule.id}/${name}`);
  });

  it('nothing of a new rule is left to be filled in', () => {
    const unfilled = allRules.filter((rule) => JSON.stringify(rule).includes('FILL IN'));
    assert.deepEqual(unfilled, []);
    assert.ok(allRules.every((rule) => !rule.message.toString().includes('FILL IN')));
  });

  it('the list of rules is sorted by id', () => {
    const ids = allRules.map((rule) => rule.id);
    assert.deepEqual(ids, [...ids].sort());
  });
});
