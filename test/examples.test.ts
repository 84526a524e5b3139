// The examples beside the sample board: each has the findings marked in it, and no others.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonReport } from '../server/src/cli/json-finding.ts';
import { readAnnotations } from './support/annotations.ts';
import { dtmap } from './support/run-dtmap.ts';

const examples = path.join(import.meta.dirname, '../client/sample/examples');

/** What a folder's files say is found in them, as `file:line:column severity[rule] message`, sorted. */
function marked(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.endsWith('.json'))
    .flatMap((name) =>
      readAnnotations(readFileSync(path.join(folder, name), 'utf8')).map(
        ({ line, start, severity, rule, message }) =>
          `${name}:${line + 1}:${start + 1} ${severity}[${rule}] ${message}`,
      ),
    );
}

describe('examples', () => {
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );

  for (const { name } of folders) {
    it(`${name} has the findings that are marked in it`, async () => {
      const cwd = path.join(examples, name);
      const boards = readdirSync(cwd).filter((file) => file.endsWith('.dts'));
      const { status, stdout, stderr } = await dtmap(['check', ...boards, '--format', 'json'], {
        cwd,
      });
      assert.notEqual(status, 2, stderr);
      const { findings } = JSON.parse(stdout) as JsonReport;
      const found = findings
        .filter(({ severity }) => severity !== 'hint')
        .map(
          ({ at, severity, rule, message }) =>
            `${at.file}:${at.line}:${at.column} ${severity}[${rule}] ${message}`,
        );
      assert.deepEqual(found.toSorted(), marked(cwd).toSorted());
    });
  }

  it('the page lists all of them', () => {
    const page = readFileSync(path.join(examples, 'README.md'), 'utf8');
    const listed = [...page.matchAll(/^\| \[([\w-]+)\]/gm)].map(([, name = '']) => name);
    assert.deepEqual(listed.toSorted(), folders.map(({ name }) => name).toSorted());
  });
});
