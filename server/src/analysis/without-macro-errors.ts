// Whether a syntax error may vanish once unread text defines a macro: it may where the statement has a word that nothing else explains.

/** Errors in which a macro plays no part: literals, limits of ours, and what is plainly in the wrong place. */
const LEXICAL: ReadonlySet<string | undefined> = new Set([
  'unterminated-string',
  'unterminated-character',
  'empty-character',
  'long-character',
  'bad-escape',
  'bad-integer',
  'integer-too-large',
  'too-deep',
  'nodes-too-deep',
  'too-many-statements',
  'reservation-too-late',
]);

/** Errors of a statement that is a bare word, which may be a macro for something else. */
const OF_BARE_WORDS: ReadonlySet<string | undefined> = new Set([
  'missing-semicolon',
  'not-at-top-level',
  'property-after-subnode',
]);

/** Errors of braces: a macro may open or close nodes. */
const OF_BRACES: ReadonlySet<string | undefined> = new Set([
  'missing-close-brace',
  'unmatched-close-brace',
]);

/** A syntax error: its place in the expanded text and its `because`. */
export interface SyntaxError {
  readonly start: number;
  readonly end: number;
  readonly because: string | undefined;
}

/**
 * Those of `errors`, all that `text` has, that stay whatever macros are defined besides. `isOptional` tells of errors in text
 * that other macros switch off; absent when there is no such text.
 */
export function withoutMacroErrors<Error extends SyntaxError>(
  text: string,
  errors: readonly Error[],
  isOptional?: (error: Error) => boolean,
): Error[] {
  const boundaries = boundariesOf(text);
  const explained = new Set(errors.filter((error) => hasSuspect(text, boundaries, error)));
  const certain = errors.filter((error) => !explained.has(error) && isOptional?.(error) !== true);
  const hasBraceError = errors.some(({ because }) => OF_BRACES.has(because));
  // Where text with a brace may be absent, what stands in which node is not known.
  if (isOptional && hasBraceError) return certain.filter(({ because }) => LEXICAL.has(because));
  return explained.size > 0 ? certain.filter(({ because }) => !OF_BRACES.has(because)) : certain;
}

/** Where `;`, `{` and `}` stand in `text`, those of strings and path references aside. */
function boundariesOf(text: string): number[] {
  const found: number[] = [];
  for (const { 0: token, index } of text.matchAll(/"(?:\\[^]|[^"\\])*"?|&\{[^}\s]*\}?|[;{}]/g))
    if (token.length === 1 && token !== '"') found.push(index);
  return found;
}

function hasSuspect(
  text: string,
  boundaries: readonly number[],
  { start, end, because }: SyntaxError,
): boolean {
  if (LEXICAL.has(because) || OF_BRACES.has(because)) return false;
  const from = (boundaries[firstAtOrAfter(boundaries, start) - 1] ?? -1) + 1;
  // What follows a missing semicolon may be what makes it: a macro.
  const limit = because === 'missing-semicolon' ? end : start;
  const to = boundaries[firstAtOrAfter(boundaries, limit)] ?? text.length;
  const isBareToo = OF_BARE_WORDS.has(because);
  return hasUnexplainedWord(text.slice(from, to), text.charAt(to) === '{', isBareToo);
}

function firstAtOrAfter(sorted: readonly number[], offset: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const TOKEN =
  /"(?:\\[^]|[^"\\])*"?|'(?:\\[^]|[^'\\])*'?|\[[0-9a-fA-F\s]*\]?|&\{[^}\s]*\}?|&\w+(?!\w*\s*\()|\/[\w-]+\/|\w+:(?!:)|[\w,.+*#?@-]+|[<>]/g;

/** Whether a statement has a word that is neither its name nor a label, a reference, a number or a word of dtc's own. */
function hasUnexplainedWord(statement: string, opensNode: boolean, isBareToo: boolean): boolean {
  let isInCells = false;
  for (const { 0: token, index } of statement.matchAll(TOKEN)) {
    if (token === '<' || token === '>') isInCells = token === '<';
    if (!/^[A-Za-z_]\w*$/.test(token)) continue;
    const behind = statement.slice(index + token.length).trimStart();
    if (behind.startsWith('=') && !behind.startsWith('==')) continue;
    if (isInCells) return true;
    if (behind === '' && opensNode) continue;
    const isAlone = behind === '' && statement.trim() === token;
    if (!isAlone || isBareToo) return true;
  }
  return false;
}
