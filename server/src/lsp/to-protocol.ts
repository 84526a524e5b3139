// Between our offsets and the protocol's positions, across the edits that were not analysed yet.

import type {
  Diagnostic,
  Location,
  Position,
  Range,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { differenceOf, shiftBack, shiftForward } from '../ide/shift.ts';
import type { Severity } from '../rules/finding.ts';
import type { TextEdit as OurEdit } from '../text/edit.ts';
import { lineIndexOf } from '../text/line-index.ts';
import type { FileSet, SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import type { Place } from './custom-requests.ts';
import { uriOf } from './file-id.ts';

/** Converts places of analysed texts into positions on screen, and back. */
export interface Screen {
  /** An offset of the text on screen. */
  offsetAt(file: FileId, position: Position): number;
  /** An offset of the analysed text. */
  analysedOffsetAt(file: FileId, position: Position): number;
  /** Where a span of an analysed text is on screen. */
  rangeOf(span: Span): Range;
  locationOf(span: Span): Location;
}

const NOWHERE: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** `now` has the texts on screen, `analysed` those the spans belong to. */
export function screenOf(now: FileSet, analysed: FileSet): Screen {
  const offsetAt = (file: FileId, position: Position): number => {
    const source = now.get(file);
    return typeof source === 'string' ? 0 : offsetIn(source, position);
  };
  const difference = (file: FileId): ReturnType<typeof differenceOf> => {
    const before = analysed.get(file);
    const after = now.get(file);
    if (before === after || typeof before === 'string' || typeof after === 'string')
      return undefined;
    return differenceOf(before.text, after.text);
  };
  const rangeOf = (span: Span): Range => {
    const current = now.get(span.file);
    const source = typeof current === 'string' ? analysed.get(span.file) : current;
    if (typeof source === 'string') return NOWHERE;
    const shift = difference(span.file);
    return rangeIn(source, shiftForward(shift, span.start), shiftForward(shift, span.end));
  };
  return {
    offsetAt,
    analysedOffsetAt: (file, position) => shiftBack(difference(file), offsetAt(file, position)),
    rangeOf,
    locationOf: (span) => ({ uri: uriOf(span.file), range: rangeOf(span) }),
  };
}

export function offsetIn(file: SourceFile, position: Position): number {
  return lineIndexOf(file).offsetAt({ line: position.line + 1, column: position.character + 1 });
}

export function positionIn(file: SourceFile, offset: number): Position {
  const { line, column } = lineIndexOf(file).positionAt(offset);
  return { line: line - 1, character: column - 1 };
}

export function rangeIn(file: SourceFile, start: number, end: number): Range {
  return { start: positionIn(file, start), end: positionIn(file, end) };
}

export function placeOf(screen: Screen, span: Span): Place {
  return { uri: uriOf(span.file), range: screen.rangeOf(span) };
}

const SEVERITIES: Readonly<Record<Severity, 1 | 2 | 3 | 4>> = {
  error: 1,
  warning: 2,
  information: 3,
  hint: 4,
};

export function severityOf(severity: Severity): NonNullable<Diagnostic['severity']> {
  return SEVERITIES[severity];
}

/** Edits by document. */
export function workspaceEditOf(screen: Screen, edits: readonly OurEdit[]): WorkspaceEdit {
  const changes: Record<string, TextEdit[]> = {};
  for (const edit of edits)
    (changes[uriOf(edit.at.file)] ??= []).push({
      range: screen.rangeOf(edit.at),
      newText: edit.text,
    });
  return { changes };
}
