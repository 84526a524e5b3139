// Where a piece of an expanded text came from.

import type { FileId, Span } from '../text/span.ts';

/** A macro use that produced text: where it was used and where the macro was defined. */
export interface MacroOrigin {
  readonly name: string;
  /** The use in a source file, arguments included; the outermost one when macros nest. */
  readonly call: Span;
  /** The `#define` line's name; absent for built-in and command-line macros. */
  readonly definition?: Span;
}

/** Where a range of the expanded text came from. */
export interface Origin {
  /** The text itself, or the macro call that produced it. A range over several pieces of one file covers them all. */
  readonly span: Span;
  readonly macro?: MacroOrigin;
}

/** Maps offsets of one expanded text to source files. Also made for blobs, where offsets are byte offsets. */
export interface OriginMap {
  /** Where `[start, end)` of the expanded text came from; pieces in other files than the first are left out. */
  originOf(start: number, end: number): Origin;
  /** Where a source offset landed in the expanded text: the first place, or undefined when it produced none. */
  expandedOffset(file: FileId, offset: number): number | undefined;
}
