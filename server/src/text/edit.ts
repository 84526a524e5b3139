// Changes to source text: what a quick fix consists of.

import type { FileSet, SourceFile } from './source-file.ts';
import type { FileId, Span } from './span.ts';

/** Replaces the text at `at` (empty span: insert) by `text`. */
export interface TextEdit {
  readonly at: Span;
  readonly text: string;
  /** The part of `text` that the user will want to write over: selected once the edit is made, where that can be done. */
  readonly select?: string;
}

/** A named set of edits that are applied together, tried before it is offered. */
export interface Fix {
  /** Says the result: "Move to 0x2_8000_0000 (nearest free, 2 MiB aligned)". */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Whether it moves no address, enables nothing and gives no memory away, so that `check --fix` makes it unseen. */
  readonly safe: boolean;
  /** Offered first, and applied by `check --fix-unsafe`, by `--fix` when it is safe; at most one per finding. */
  readonly preferred?: boolean;
}

/** The edits by the file they change. */
export function editsByFile(edits: readonly TextEdit[]): Map<FileId, TextEdit[]> {
  const grouped = new Map<FileId, TextEdit[]>();
  for (const edit of edits) {
    const known = grouped.get(edit.at.file);
    if (known) known.push(edit);
    else grouped.set(edit.at.file, [edit]);
  }
  return grouped;
}

/** `files` with `edits` made; edits of files that cannot be read are left out. */
export function filesAfter(files: FileSet, edits: readonly TextEdit[]): FileSet {
  const texts = new Map<FileId, SourceFile>();
  for (const [id, own] of editsByFile(edits)) {
    const source = files.get(id);
    if (typeof source !== 'string') texts.set(id, { id, text: applyEdits(source.text, own) });
  }
  return filesWith(files, texts);
}

/** `files` with other texts for some of them, under all names that they have; `texts` may grow later. */
export function filesWith(files: FileSet, texts: ReadonlyMap<FileId, SourceFile>): FileSet {
  const realPath = files.realPath?.bind(files);
  const spelling = files.spelling?.bind(files);
  const linkText = files.linkText?.bind(files);
  /** Texts under another name, with what they were made of. */
  const renamed = new Map<FileId, { readonly of: SourceFile; readonly file: SourceFile }>();
  const underOtherName = (id: FileId): SourceFile | undefined => {
    if (realPath === undefined) return undefined;
    const real = realPath(id);
    for (const [name, of] of texts) {
      if (realPath(name) !== real) continue;
      const known = renamed.get(id);
      if (known?.of === of) return known.file;
      const file = { id, text: of.text };
      renamed.set(id, { of, file });
      return file;
    }
    return undefined;
  };
  return {
    get: (id) => texts.get(id) ?? underOtherName(id) ?? files.get(id),
    bytes: (id) => files.bytes(id),
    ...(realPath && { realPath }),
    ...(linkText && { linkText }),
    ...(spelling && { spelling }),
  };
}

/**
 * `text` with those of `edits` that concern it applied. Edits must not overlap; equal insertions keep their order. Line
 * ends of an edit become those of the lines around it, so that a file with `\r\n` stays one.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let done = 0;
  for (const { at, text: own } of withLineEnds(text, edits)) {
    result += text.slice(done, at.start) + own;
    done = at.end;
  }
  return result + text.slice(done);
}

/** `edits` of `text` in order, with the line ends of the lines around them. */
export function withLineEnds(text: string, edits: readonly TextEdit[]): TextEdit[] {
  const ordered = edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => a.edit.at.start - b.edit.at.start || a.index - b.index);
  const last = text.lastIndexOf('\n');
  let newline = -1;
  return ordered.map(({ edit }) => {
    const { end } = edit.at;
    // The end of the line in which the edit ends; in a last line without one, that of the line before.
    if (newline < end) newline = end > last ? last : text.indexOf('\n', end);
    const lineEnd = text.charAt(newline - 1) === '\r' ? '\r\n' : '\n';
    return { ...edit, text: edit.text.replace(/\r?\n/g, lineEnd) };
  });
}

/** Where `span` is after `edits`: what an edit touches grows to the whole of its new text. */
export function movedSpan(span: Span, edits: readonly TextEdit[]): Span {
  let { start, end } = span;
  for (const { at, text } of edits) {
    if (at.file !== span.file) continue;
    const grown = text.length - (at.end - at.start);
    if (at.end <= span.start && at.start < span.start) start += grown;
    else if (at.start < span.start) start -= span.start - at.start;
    if (at.end <= span.end) end += grown;
    else if (at.start < span.end) end += grown + at.end - span.end;
  }
  return { file: span.file, start, end: Math.max(start, end) };
}
