// The preprocessed text after a key pressed in plain text: most edits change neither a macro call nor a directive.

import { changedRange, type ChangedRange } from '../text/changed-range.ts';
import type { FileSet, SourceFile } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';
import { isSpace } from './characters.ts';
import { shiftBehind } from './origin-map.ts';
import type {
  Include,
  Preprocessed,
  PreprocessOptions,
  PreprocessProblem,
} from './preprocessed.ts';

/**
 * What preprocessing `before` again would yield, or undefined when that takes more than moving what is there: the words
 * around the edit, old and new, must have been copied as they are, once, and be free of everything that means something
 * to cpp. `isMacro` says whether a name may be one.
 */
export function editPreprocessed(
  before: Preprocessed,
  files: FileSet,
  options: PreprocessOptions,
  isMacro: (name: string) => boolean,
): Preprocessed | undefined {
  if (before.needs.length > 0 || before.isRespaced || !sameOptions(before.options, options))
    return undefined;
  const edited = editedFile(before, files);
  if (edited === undefined) return undefined;
  const { old, now } = edited;
  const comment = changedComment(before, old, now);
  if (comment)
    return moveSources(before, now, comment.range, { options, origins: comment.origins });
  const range = changedWords(old.text, now.text);
  if (range === undefined) return undefined;
  const { start, endBefore, endAfter } = range;
  const words = now.text.slice(start, endAfter);
  if (!isPlain(old.text.slice(start, endBefore), words, isMacro)) return undefined;
  const moved = before.origins.edited(now.id, range);
  if (moved === undefined) return undefined;
  const { at, origins } = moved;
  const text = before.text.slice(0, at) + words + before.text.slice(at + endBefore - start);
  return moveSources(before, now, range, { options, origins, text });
}

/** `before` with `changed`, and with everything else that stands behind an edit of `now` where it is now. */
function moveSources(
  before: Preprocessed,
  now: SourceFile,
  range: ChangedRange,
  changed: Partial<Preprocessed>,
): Preprocessed {
  const shift = shiftBehind(now.id, range);
  return {
    ...before,
    ...changed,
    lookups: new Map([...before.lookups, [now.id, now]]),
    inactive: before.inactive.map(shift),
    conditional: before.conditional.map((each) => ({ ...each, ...shift(each) })),
    includes: before.includes.map((include): Include => ({ ...include, at: shift(include.at) })),
    problems: before.problems.map((problem) => shiftProblem(problem, shift)),
  };
}

/** The edit when it is within one comment, which stays one, and the origins after it: the text is the same. */
function changedComment(
  before: Preprocessed,
  old: SourceFile,
  now: SourceFile,
): { readonly range: ChangedRange; readonly origins: Preprocessed['origins'] } | undefined {
  const range = changedRange(old.text, now.text);
  const { start, endBefore, endAfter } = range;
  // Lines that come or go are counted by `__LINE__`, and a backslash may join some.
  const line = /[\n\r\\]/;
  if (line.test(old.text.slice(start, endBefore)) || line.test(now.text.slice(start, endAfter)))
    return undefined;
  const moved = before.origins.editedInComment(now.id, range);
  if (moved === undefined) return undefined;
  const { from, to, origins } = moved;
  const comment = commentAround(old.text, from, Math.min(to, old.text.length), start);
  if (comment === undefined) return undefined;
  const by = endAfter - endBefore;
  const stays =
    comment.start + 2 <= start &&
    endBefore <= comment.end &&
    isComment(old.text.slice(comment.start, comment.end)) &&
    isComment(now.text.slice(comment.start, comment.end + by));
  return stays ? { range, origins } : undefined;
}

/** The comment with `at` in it, when there is nothing but comments and white space from `from` up to it. */
function commentAround(
  text: string,
  from: number,
  to: number,
  at: number,
): { readonly start: number; readonly end: number } | undefined {
  for (let start = from; start < to && start < at;) {
    if (isSpace(text.charCodeAt(start))) {
      start += 1;
      continue;
    }
    const isLine = text.startsWith('//', start);
    if (!isLine && !text.startsWith('/*', start)) return undefined;
    const last = text.indexOf(isLine ? '\n' : '*/', start + 2);
    const end = last < 0 ? text.length : isLine ? last : last + 2;
    if (at <= end) return { start, end };
    start = end;
  }
  return undefined;
}

/** Whether a text is one comment and nothing else; one that ends with its line has no line break in it. */
function isComment(text: string): boolean {
  if (text.startsWith('/*')) return text.indexOf('*/', 2) === text.length - 2;
  return text.startsWith('//') && !/[\n\r\\]/.test(text);
}

function sameOptions(a: PreprocessOptions, b: PreprocessOptions): boolean {
  return (
    a === b ||
    (a.dtcIncludes === b.dtcIncludes &&
      a.times === b.times &&
      sameItems(a.includePaths, b.includePaths) &&
      sameItems(a.includeFirst ?? [], b.includeFirst ?? []) &&
      sameItems(a.includeLast ?? [], b.includeLast ?? []) &&
      sameItems([...a.defines].flat(), [...b.defines].flat()))
  );
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** The one file whose text is another than it was; undefined when none or several are, or one came or went. */
function editedFile(
  { lookups }: Preprocessed,
  files: FileSet,
): { readonly old: SourceFile; readonly now: SourceFile } | undefined {
  let edited: { readonly old: SourceFile; readonly now: SourceFile } | undefined;
  for (const [id, old] of lookups) {
    const now = files.get(id);
    if (now === old) continue;
    if (edited || typeof now === 'string' || typeof old === 'string') return undefined;
    edited = { old, now };
  }
  return edited;
}

/** More than anybody types between two analyses; what is pasted may be read the long way. */
const longestEdit = 500;

/** The words that differ, up to the white space around them; undefined when there are none in one of the texts. */
function changedWords(before: string, after: string): ChangedRange | undefined {
  let { start, endBefore, endAfter } = changedRange(before, after);
  while (start > 0 && !isSpace(before.charCodeAt(start - 1))) start--;
  while (endBefore < before.length && !isSpace(before.charCodeAt(endBefore))) {
    endBefore++;
    endAfter++;
  }
  const shorter = Math.min(endBefore, endAfter) - start;
  const longer = Math.max(endBefore, endAfter) - start;
  return shorter > 0 && longer <= longestEdit ? { start, endBefore, endAfter } : undefined;
}

/** Without parentheses (calls), `#` (directives), `/` (comments), `'`, `\` and `%` (which may stand for `#`). */
const plain = /^[ \tA-Za-z0-9_,.<>;={}[\]&:@+~|^!"-]*$/;

function isPlain(before: string, after: string, isMacro: (name: string) => boolean): boolean {
  if (!plain.test(before) || !plain.test(after)) return false;
  if (after.trim() === '' || before.trim() === '') return false;
  // Whether what follows is inside a string must stay as it is.
  if ((before.split('"').length - after.split('"').length) % 2 !== 0) return false;
  return !(after.match(/[A-Za-z_]\w*/g) ?? []).some(isMacro);
}

function shiftProblem(problem: PreprocessProblem, shift: (at: Span) => Span): PreprocessProblem {
  const moved = { ...problem, at: shift(problem.at) };
  return moved.code === 'macro-redefined' && moved.before
    ? { ...moved, before: shift(moved.before) }
    : moved;
}
