// Applies the first fix of one finding after the other, for as long as each makes things better.

import type { Finding } from '../rules/finding.ts';
import { applyEdits, type TextEdit } from '../text/edit.ts';
import type { FileSet, SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

/** New texts by file. */
export type FixedTexts = ReadonlyMap<FileId, string>;

const MOST_FIXES = 50;

/**
 * The texts after every preferred fix of an error or warning that leaves fewer such findings than before. `findingsOf`
 * analyses a board over the given files; `mayChange` says which files can be edited. Empty when nothing could be fixed.
 */
export function fixAll(
  files: FileSet,
  findingsOf: (files: FileSet) => readonly Finding[],
  mayChange: (file: FileId) => boolean,
): FixedTexts {
  let texts = new Map<FileId, SourceFile>();
  let findings = findingsOf(files);
  for (let round = 0; round < MOST_FIXES; round += 1) {
    const step = nextStep(files, texts, findings, findingsOf, mayChange);
    if (!step) break;
    ({ texts, findings } = step);
  }
  return new Map([...texts].map(([file, source]) => [file, source.text]));
}

interface Step {
  readonly texts: Map<FileId, SourceFile>;
  readonly findings: readonly Finding[];
}

function nextStep(
  files: FileSet,
  texts: ReadonlyMap<FileId, SourceFile>,
  findings: readonly Finding[],
  findingsOf: (files: FileSet) => readonly Finding[],
  mayChange: (file: FileId) => boolean,
): Step | undefined {
  const current = withTexts(files, texts);
  for (const finding of findings.filter(isGrave)) {
    const fix = finding.fixes.find((each) => each.preferred);
    if (!fix || !fix.edits.every((edit) => mayChange(edit.at.file))) continue;
    const changed = new Map(texts);
    for (const [file, edits] of byFile(fix.edits)) {
      const source = current.get(file);
      if (typeof source === 'string') continue;
      changed.set(file, { id: file, text: applyEdits(source.text, edits) });
    }
    const after = findingsOf(withTexts(files, changed));
    if (after.filter(isGrave).length < findings.filter(isGrave).length)
      return { texts: changed, findings: after };
  }
  return undefined;
}

function isGrave(finding: Finding): boolean {
  return finding.severity === 'error' || finding.severity === 'warning';
}

function byFile(edits: readonly TextEdit[]): Map<FileId, TextEdit[]> {
  const grouped = new Map<FileId, TextEdit[]>();
  for (const edit of edits) {
    const known = grouped.get(edit.at.file);
    if (known) known.push(edit);
    else grouped.set(edit.at.file, [edit]);
  }
  return grouped;
}

function withTexts(files: FileSet, texts: ReadonlyMap<FileId, SourceFile>): FileSet {
  return {
    get: (id) => texts.get(id) ?? files.get(id),
    bytes: (id) => files.bytes(id),
  };
}
