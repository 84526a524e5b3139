// Turns spans into the places of the output formats, and file identities into the paths a user typed.

import type { MadeText } from '../boot-files/made-text.ts';
import { relativePath } from '../text/join-path.ts';
import { LineIndex } from '../text/line-index.ts';
import { isAbsoluteName } from '../text/resolve-name.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';

/** A place as server/docs/json.md has it: lines and UTF-16 columns from 1, end exclusive. */
export interface JsonPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** How files are named in the output. */
export type PathStyle = 'absolute' | 'relative';

/** Converts spans to places; remembers the line starts of each file. */
export class Places {
  readonly #files: FileSet;
  readonly #cwd: string;
  readonly #style: PathStyle;
  readonly #made: readonly MadeText[];
  readonly #lines = new Map<FileId, LineIndex | undefined>();

  constructor(files: FileSet, cwd: string, style: PathStyle, made: readonly MadeText[] = []) {
    this.#files = files;
    this.#cwd = cwd;
    this.#style = style;
    this.#made = made;
  }

  /** The path to show for a file. */
  nameOf(file: FileId): string {
    return displayPath(file, this.#cwd, this.#style);
  }

  /** Whether the span lies in text that no user wrote, so that edits of it mean nothing. */
  isMade(span: Span): boolean {
    return this.#madeAt(span) !== undefined;
  }

  placeOf(span: Span): JsonPlace {
    const made = this.#madeAt(span);
    if (made) {
      const { file, line } = made.originOf(span.start - made.from);
      const end = this.#endColumn(file, line);
      return { file: this.nameOf(file), line, column: 1, endLine: line, endColumn: end };
    }
    const file = this.nameOf(span.file);
    const index = this.#indexOf(span.file);
    // A blob has no lines: its offsets are counted as columns of one line.
    if (!index) {
      return { file, line: 1, column: span.start + 1, endLine: 1, endColumn: span.end + 1 };
    }
    const start = index.positionAt(span.start);
    const end = index.positionAt(span.end);
    return {
      file,
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
    };
  }

  #madeAt(span: Span): MadeText | undefined {
    return this.#made.find(({ file, from }) => file === span.file && span.start >= from);
  }

  #endColumn(file: FileId, line: number): number {
    const source = this.#files.get(file);
    if (typeof source === 'string') return 1;
    return (source.text.split(/\r\n?|\n/, line)[line - 1] ?? '').length + 1;
  }

  #indexOf(file: FileId): LineIndex | undefined {
    if (!this.#lines.has(file)) this.#lines.set(file, this.#makeIndex(file));
    return this.#lines.get(file);
  }

  #makeIndex(file: FileId): LineIndex | undefined {
    const source = this.#files.get(file);
    return typeof source === 'string' || source.text.startsWith(BLOB_MAGIC)
      ? undefined
      : new LineIndex(source.text);
  }
}

// 0xd00dfeed read as text: bytes that are not UTF-8 are lone surrogates.
const BLOB_MAGIC = '\udcd0\r\udcfe\udced';

/** How files are to be named in what concerns a board that was named so. */
export function styleOf(name: string, cwd: FileId): PathStyle {
  return isAbsoluteName(name, cwd) ? 'absolute' : 'relative';
}

/** A path as the user would write it: relative to `cwd` when the board was given so, else absolute. */
export function displayPath(file: FileId, cwd: string, style: PathStyle): string {
  const relative = style === 'absolute' ? undefined : relativePath(cwd, file);
  return relative === '' ? '.' : (relative ?? file);
}
