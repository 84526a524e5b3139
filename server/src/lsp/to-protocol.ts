// Between our offsets and the protocol's positions, across the edits that were not analysed yet.

import type {
  Diagnostic,
  Location,
  Position,
  Range,
  SnippetTextEdit,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { differenceOf, shiftBack, shiftForward } from '../ide/shift.ts';
import type { Severity } from '../rules/finding.ts';
import { writtenSpan } from '../text/append-text.ts';
import type { TextEdit as OurEdit } from '../text/edit.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import type { Place, PlacedEdit } from './custom-requests.ts';
import type { Positions } from './positions.ts';

/** What conversions need to know of the client and its documents. */
export interface ScreenHost {
  /** The texts on screen. */
  readonly files: FileSet;
  readonly positions: Positions;
  /** Whether the client takes edits that name the version of the text they are for. */
  readonly takesVersionedEdits: boolean;
  /** Whether the client takes edits with a part to be written over, which name the version, too. */
  readonly takesSnippetEdits: boolean;
  /** The URI of a file, as the client writes it when the file is open. */
  uriOf(file: FileId): string;
  /** The version of an open document. */
  versionOf(file: FileId): number | undefined;
}

/** Converts places of analysed texts into positions on screen, and back. */
export interface Screen {
  readonly host: ScreenHost;
  /** An offset of the text on screen. */
  offsetAt(file: FileId, position: Position): number;
  /** An offset of the analysed text. */
  analysedOffsetAt(file: FileId, position: Position): number;
  /** Where a span of an analysed text is on screen. */
  rangeOf(span: Span): Range;
  locationOf(span: Span): Location;
}

// A blob has no lines: its offsets are counted as columns of one line, as the command line does it.
const BLOB_MAGIC = '\udcd0\r\udcfe\udced';

const NOWHERE: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** The spans to be converted belong to the texts of `analysed`. */
export function screenOf(host: ScreenHost, analysed: FileSet): Screen {
  const { files: now, positions } = host;
  const base = analysed.appended?.base ?? analysed;
  const offsetAt = (file: FileId, position: Position): number => {
    const source = now.get(file);
    return typeof source === 'string' ? 0 : positions.offsetIn(source, position);
  };
  const difference = (file: FileId): ReturnType<typeof differenceOf> => {
    const before = base.get(file);
    const after = now.get(file);
    if (before === after || typeof before === 'string' || typeof after === 'string')
      return undefined;
    return differenceOf(before.text, after.text);
  };
  const rangeOf = (of: Span): Range => {
    const span = writtenSpan(analysed, of);
    const current = now.get(span.file);
    const source = typeof current === 'string' ? base.get(span.file) : current;
    if (typeof source === 'string') return NOWHERE;
    if (source.text.startsWith(BLOB_MAGIC)) {
      const at = (character: number): Position => ({ line: 0, character });
      return { start: at(span.start), end: at(span.end) };
    }
    const shift = difference(span.file);
    return positions.rangeIn(
      source,
      shiftForward(shift, span.start),
      shiftForward(shift, span.end),
    );
  };
  return {
    host,
    offsetAt,
    analysedOffsetAt: (file, position) => shiftBack(difference(file), offsetAt(file, position)),
    rangeOf,
    locationOf: (span) => ({
      uri: host.uriOf(writtenSpan(analysed, span).file),
      range: rangeOf(span),
    }),
  };
}

export function placeOnScreen(screen: Screen, span: Span): Place {
  return screen.locationOf(span);
}

/** An edit as our own requests give it. */
export function placedEditOf(screen: Screen, { at, text, select }: OurEdit): PlacedEdit {
  const version = screen.host.versionOf(at.file);
  return {
    at: placeOnScreen(screen, at),
    text,
    ...(version !== undefined && { version }),
    ...(select !== undefined && { select }),
  };
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

/** Edits of analysed texts, by document. */
export function workspaceEditOf(screen: Screen, edits: readonly OurEdit[]): WorkspaceEdit {
  const byFile = new Map<FileId, ProtocolEdit[]>();
  for (const { at, text, select } of edits) {
    const range = screen.rangeOf(at);
    const edit =
      select !== undefined && screen.host.takesSnippetEdits
        ? { range, snippet: { kind: 'snippet' as const, value: snippetOf(text, select) } }
        : { range, newText: text };
    const known = byFile.get(at.file);
    if (known) known.push(edit);
    else byFile.set(at.file, [edit]);
  }
  return documentEditsOf(screen.host, byFile);
}

type ProtocolEdit = TextEdit | SnippetTextEdit;

/** `text` as a snippet whose only stop has `select`. */
export function snippetOf(text: string, select: string): string {
  const plain = (part: string): string => part.replace(/[\\$}]/g, '\\$&');
  const at = text.indexOf(select);
  if (at < 0) return plain(text);
  const behind = text.slice(at + select.length);
  return `${plain(text.slice(0, at))}\${1:${plain(select)}}${plain(behind)}`;
}

function isPlain(edit: ProtocolEdit): edit is TextEdit {
  return 'newText' in edit;
}

/** Edits of the texts on screen, for clients that can tell from the version that a text has changed since. */
export function documentEditsOf(
  host: ScreenHost,
  byFile: ReadonlyMap<FileId, ProtocolEdit[]>,
): WorkspaceEdit {
  const all = [...byFile];
  if (!host.takesVersionedEdits)
    return {
      changes: Object.fromEntries(
        all.map(([file, edits]) => [host.uriOf(file), edits.filter(isPlain)]),
      ),
    };
  return {
    documentChanges: all.map(([file, edits]) => ({
      textDocument: { uri: host.uriOf(file), version: host.versionOf(file) ?? null },
      edits,
    })),
  };
}
