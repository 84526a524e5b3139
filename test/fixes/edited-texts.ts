// Makes edits to texts, written for the proof: what is proved does not do it.

import assert from 'node:assert/strict';
import type { TextEdit } from '../../server/src/text/edit.ts';

/** The new texts by file; throws when edits overlap. */
export function editedTexts(
  edits: readonly TextEdit[],
  textOf: (file: string) => string,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const ordered = [...edits].sort((a, b) => b.at.start - a.at.start || b.at.end - a.at.end);
  for (const [index, { at, text }] of ordered.entries()) {
    const before = texts.get(at.file) ?? textOf(at.file);
    const next = ordered.slice(0, index).findLast((each) => each.at.file === at.file);
    assert.ok(!next || at.end <= next.at.start, 'edits overlap');
    texts.set(at.file, before.slice(0, at.start) + text + before.slice(at.end));
  }
  return texts;
}
