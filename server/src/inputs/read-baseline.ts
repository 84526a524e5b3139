// Reads a baseline: the findings of a tree that are known, and are left out until they are gone.

import * as v from 'valibot';
import { plainObject, readFields, readText, type ReadFields, type ReadText } from './read-json.ts';

/** A finding that was recorded. Rule, file and node tell which it is; the rest tells people where and what it was. */
export interface RecordedFinding {
  readonly rule: string;
  /** Relative to the folder of the baseline, with `/`. */
  readonly file: string;
  /** Path of the node it stands in; absent for what stands in none. */
  readonly node?: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const text = v.string('must be a string');
const number = v.pipe(v.number('must be a number'), v.integer('must be a whole number'));

const baseline = v.pipe(
  plainObject('is no baseline of dtmap'),
  v.strictObject({
    version: v.literal(
      2,
      'is not 2: it was written by another release of dtmap; write it again with --write-baseline',
    ),
    findings: v.array(
      v.pipe(
        plainObject(),
        v.strictObject({
          rule: text,
          file: text,
          node: v.exactOptional(text),
          line: number,
          column: number,
          message: text,
        }),
      ),
      'must be a list of findings',
    ),
  }),
);

/** The findings in the text of a baseline. One of an older release is refused, not guessed at. */
export function readBaseline(json: string): ReadText<readonly RecordedFinding[]> {
  return readText(json, readEntries);
}

function readEntries(value: unknown): ReadFields<readonly RecordedFinding[]> {
  const fields = readFields(baseline, value);
  if (fields.ok) return { ok: true, value: fields.value.findings };
  // What is wrong with another version is its version alone.
  const version = fields.faults.filter(({ path }) => path[0] === 'version');
  return { ok: false, faults: version.length > 0 ? version : fields.faults };
}

/** A baseline of these findings: one in a line, so that a change of it can be read. */
export function writeBaseline(findings: readonly RecordedFinding[]): string {
  const lines = findings.map((each) => `    ${JSON.stringify(each)}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `{\n  "version": 2,\n  "findings": ${list}\n}\n`;
}
