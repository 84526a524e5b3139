// What preprocessing yields: the expanded text and where every piece of it came from.

import type { Missing, SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import type { SegmentMap } from './origin-map.ts';
import type { OriginMap } from './origin.ts';

/** One `#include` or `/include/`. */
export interface Include {
  /** The path with its quotes or angle brackets. */
  readonly at: Span;
  /** The file it resolved to, by its name in the tree; undefined when none was found. */
  readonly target: FileId | undefined;
  /** The name by which it was found, where a link leads from there to `target`. */
  readonly name?: FileId;
  /** The name that was looked for, where the disk found another one for it that differs by its case. */
  readonly asked?: FileId;
  /** Who includes it: cpp by `#include`, dtc by `/include/`. */
  readonly by: 'cpp' | 'dtc';
}

/** Text that other macros may switch off. */
export interface ConditionalText extends Span {
  /** Whether cpp had not read a file before, which may define such macros. */
  readonly isBehindUnread: boolean;
}

/** A fault cpp would report. `code` names the kind; wording is a rule's business. */
export type PreprocessProblem = { readonly at: Span } & (
  | { readonly code: 'include-not-found'; readonly path: string; readonly tried: readonly FileId[] }
  | { readonly code: 'include-cycle'; readonly path: string }
  | { readonly code: 'file-too-large'; readonly path: string }
  | { readonly code: 'include-unreadable'; readonly path: string; readonly because: string }
  | { readonly code: 'unterminated-comment' }
  | { readonly code: 'unterminated-conditional'; readonly directive: string }
  | { readonly code: 'stray-directive'; readonly directive: string }
  | { readonly code: 'bad-condition'; readonly because: string }
  | { readonly code: 'bad-macro'; readonly name: string; readonly because: string }
  | { readonly code: 'error-directive'; readonly text: string }
  | { readonly code: 'warning-directive'; readonly text: string }
  | { readonly code: 'macro-redefined'; readonly name: string; readonly before?: Span }
  | { readonly code: 'invalid-directive'; readonly directive: string }
  /** Expansion stopped: macros or includes grow without bound. What follows is not expanded. */
  | { readonly code: 'expansion-too-large' }
);

/** The expanded text, with what rules and the editor ask of it. */
export interface ExpandedSource {
  readonly root: FileId;
  /** What dtc would be given, `/include/` already inserted. */
  readonly text: string;
  readonly origins: OriginMap;
  /** Lines that `#if` left out, for greying. */
  readonly inactive: readonly Span[];
  /** Lines that were read since a macro is defined or is not, and files that these include; guards of whole files aside. */
  readonly conditional: readonly ConditionalText[];
  readonly includes: readonly Include[];
  /** Every file that was read, the root first, without repeats. */
  readonly files: readonly FileId[];
  /** Files the shell must read before this result can be trusted; empty when complete. */
  readonly needs: readonly FileId[];
  readonly problems: readonly PreprocessProblem[];
}

/** With what it takes to make the next one of it. */
export interface Preprocessed extends ExpandedSource {
  readonly origins: SegmentMap;
  /** Every file that was asked for, as it was. */
  readonly lookups: ReadonlyMap<FileId, SourceFile | Missing>;
  readonly options: PreprocessOptions;
  /** Whether white space may be another than in the sources, in strings that go over lines. */
  readonly isRespaced: boolean;
}

/** What `__DATE__`, `__TIME__` and `__TIMESTAMP__` say, without quotes, in cpp's forms. */
export interface SourceTimes {
  /** `Sep  6 2026` */
  readonly date: string;
  /** `01:03:52` */
  readonly time: string;
  /** When a file was changed last, as `Sun Sep  6 01:03:52 2026`; undefined when that is not known. */
  readonly timestampOf: (file: FileId) => string | undefined;
}

/** What the command line or the workspace says about preprocessing. */
export interface PreprocessOptions {
  /** `-I` folders, in order. */
  readonly includePaths: readonly FileId[];
  /** `-D` macros: name (with parameter list, if any) to body. `__DTS__` is always 1. */
  readonly defines: ReadonlyMap<string, string>;
  /** Files read before the root, in order (`-include`). */
  readonly includeFirst?: readonly FileId[];
  /** Files read after the root, in order, as if it included them at its end. */
  readonly includeLast?: readonly FileId[];
  /** Whether dtc's `/include/ "x"` is replaced by the file (default) or left as it stands, as cpp leaves it. */
  readonly dtcIncludes?: 'inserted' | 'kept';
  /** Absent: not known, as where no blob is made. */
  readonly times?: SourceTimes;
}
