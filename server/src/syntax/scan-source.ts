// The statements of a source file as it is written: before preprocessing, broken or not.

import { Char } from '../text/char.ts';
import { scanDocument } from './scan-statements.ts';
import type { StatementDocument } from './statement.ts';

/** The statements of a source file as it is written. */
export interface SourceDocument extends StatementDocument {
  /** What `codeOf` gives for its text. */
  readonly code: string;
}

/**
 * The statements of a file before it is preprocessed. Directives belong to none; of conditions all branches are read, one
 * after the other.
 */
export function scanSource(text: string): SourceDocument {
  const { code } = codeOf(text);
  return { ...scanDocument(code), text, code };
}

const interesting = /["'/#]/g;
const directive =
  /#[ \t]*(?:include|define|undef|ifdef|ifndef|if|elif|else|endif|error|warning|pragma|line|\d+)(?![\w,.+*#?@-])/y;

/** In a name between `<` and `>` nothing begins a comment. */
const headerName = /#[ \t]*include[ \t]*<[^>\n]*>/y;

/**
 * `text` with spaces in place of its comments and directives: what no statement is in. `isCutOff`: whether a comment has no
 * end, and all behind it is in none either.
 */
export function codeOf(text: string): { readonly code: string; readonly isCutOff: boolean } {
  const unclosed = new Unclosed();
  const parts: string[] = [];
  let done = 0;
  let isCutOff = false;
  /** The end of the last comment before which its line has nothing else. */
  let clear = 0;
  for (let at = 0; ;) {
    interesting.lastIndex = at;
    const found = interesting.exec(text);
    if (!found) break;
    at = found.index;
    const code = text.charCodeAt(at);
    let end: number | undefined = at;
    if (code === Char.hash) {
      if (beginsLine(text, at, clear)) end = directiveEnd(text, at, unclosed);
    } else if (code === Char.slash) {
      end = commentEnd(text, at);
      if (end === undefined) isCutOff = true;
      else if (end > at && beginsLine(text, at, clear)) clear = end;
    } else {
      at = unclosed.quotedEnd(text, at);
      continue;
    }
    const stop = end ?? text.length;
    if (stop > at) {
      parts.push(text.slice(done, at), text.slice(at, stop).replace(/[^\r\n]/g, ' '));
      done = stop;
    }
    at = Math.max(stop, at + 1);
  }
  return { code: done === 0 ? text : parts.join('') + text.slice(done), isCutOff };
}

/** The end of the `#…` line at `at`, its continuation lines and a comment that begins in it included; `at` for another `#`. */
export function directiveEnd(text: string, at: number, unclosed = new Unclosed()): number {
  directive.lastIndex = at;
  if (!directive.test(text)) return at;
  headerName.lastIndex = at;
  let each = headerName.test(text) ? headerName.lastIndex : at;
  while (each < text.length) {
    const code = text.charCodeAt(each);
    if (code === Char.newline) return withoutReturn(text, each);
    if (code === Char.backslash) {
      const next = text.charCodeAt(each + 1);
      each += next === Char.newline ? 2 : text.startsWith('\r\n', each + 1) ? 3 : 1;
    } else if (code === Char.quote) each = unclosed.quotedEnd(text, each);
    else if (code === Char.slash && text.charCodeAt(each + 1) === Char.asterisk)
      each = commentEnd(text, each) ?? text.length;
    else each++;
  }
  return text.length;
}

/** The end of the comment at `at`, its line end not included; `at` without one, undefined when nothing ends it. */
export function commentEnd(text: string, at: number): number | undefined {
  const next = text.charCodeAt(at + 1);
  if (next === Char.slash) {
    const newline = text.indexOf('\n', at);
    return withoutReturn(text, newline < 0 ? text.length : newline);
  }
  if (next !== Char.asterisk) return at;
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? undefined : end + 2;
}

/** Finds the ends of strings and characters; of those that have none it looks at a line once, not from each quote. */
class Unclosed {
  /** Up to where nothing closes a quote of each kind. */
  readonly #until = new Map<number, number>();

  /** Behind the string or character at `at`; a quote that nothing closes on its line is only itself. */
  quotedEnd(text: string, at: number): number {
    const quote = text.charCodeAt(at);
    if (at < (this.#until.get(quote) ?? 0)) return at + 1;
    let each = at + 1;
    for (; each < text.length; each++) {
      const code = text.charCodeAt(each);
      if (code === quote) return each + 1;
      if (code === Char.newline) break;
      if (code === Char.backslash) each++;
    }
    this.#until.set(quote, each);
    return at + 1;
  }
}

/** Whether nothing but blanks, or a comment that ends at `clear`, stands before `at` on its line. */
function beginsLine(text: string, at: number, clear: number): boolean {
  let each = at;
  while (each > clear && (text.charAt(each - 1) === ' ' || text.charAt(each - 1) === '\t')) each--;
  return each === 0 || each === clear || text.charCodeAt(each - 1) === Char.newline;
}

function withoutReturn(text: string, end: number): number {
  return text.charCodeAt(end - 1) === Char.carriageReturn ? end - 1 : end;
}
