// A place in a source file.

/** Identity of a file: an absolute path or a URI with `/` separators. The core only compares it and joins paths to it. */
export type FileId = string;

/** A range of UTF-16 offsets in one file, end exclusive. */
export interface Span {
  readonly file: FileId;
  readonly start: number;
  readonly end: number;
}

/** Whether `inner` lies within `outer`; equal spans contain each other. */
export function containsSpan(outer: Span, inner: Span): boolean {
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

/** Orders by file, then start, then end; for sorting. */
export function compareSpans(a: Span, b: Span): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.start - b.start || a.end - b.end;
}
