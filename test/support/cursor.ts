// Finds places in fixture texts by what stands there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/**
 * The offset that `needle` points at: its `|` is the cursor, the rest must occur in `text`, once unless it ends in
 * `#2`, `#3` …, which picks a later occurrence.
 */
export function cursorAt(text: string, needle: string): number {
  const pick = /#(\d)$/.exec(needle);
  const marked = pick ? needle.slice(0, -2) : needle;
  const cursor = marked.indexOf('|');
  assert.notEqual(cursor, -1, `${needle} has no |`);
  const wanted = marked.replace('|', '');
  let at = -1;
  for (let count = 0; count < Number(pick?.[1] ?? 1); count += 1) at = text.indexOf(wanted, at + 1);
  assert.notEqual(at, -1, `${needle} is not in the text`);
  if (!pick) assert.equal(text.indexOf(wanted, at + 1), -1, `${needle} occurs more than once`);
  return at + cursor;
}

/** `name:line:text`, the way places are written in expectations. */
export function describePlace(file: string, start: number, end: number): string {
  const text = readFileSync(file, 'utf8');
  const line = text.slice(0, start).split('\n').length;
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}:${text.slice(start, end)}`;
}
