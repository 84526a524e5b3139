// The tokens of one source file as it is written: before preprocessing, broken or not.

export type TokenKind =
  | 'comment'
  /** A whole `#…` line of the preprocessor, its continuation lines included. */
  | 'directive'
  | 'string'
  | 'character'
  | 'number'
  /** A node or property name, unit address included; an identifier inside values. */
  | 'name'
  /** `label:`, colon included. */
  | 'label'
  /** `&label` or `&{/path}`. */
  | 'reference'
  /** `/dts-v1/`, `/bits/` … */
  | 'keyword'
  | 'punctuation';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  /** End exclusive. */
  readonly end: number;
  /** Whether it stands inside `< >`, `[ ]` or `( )`. */
  readonly inside: boolean;
}

const DIRECTIVE =
  /#[ \t]*(?:include|define|undef|ifdef|ifndef|if|elif|else|endif|error|warning|pragma|line|\d+)(?![\w,.+*#?@-])/y;
const KEYWORD =
  /\/(?:dts-v1|plugin|include|bits|memreserve|delete-node|delete-property|incbin|omit-if-no-ref)\//y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*(?![\w,.+*#?@-])/y;
const CELL_NUMBER = /(?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*(?!\w)/y;
const NAME = /\\?[\w,.+*#?@-]+/y;
const IDENTIFIER = /\w+/y;
const LABEL = /[A-Za-z_]\w*:/y;
const REFERENCE = /&(?:\{[^}\s]*\}?|[A-Za-z_]\w*)/y;
const OPERATOR = /<<|>>|<=|>=|==|!=|&&|\|\||./suy;

/** The tokens of `text` in order; white space is left out, and every other character is in exactly one token. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  // Open `(`, `<` and `[`; what a character means depends on the innermost.
  const open: string[] = [];
  let inValue = false;
  let lineStart = true;
  let at = 0;
  const match = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    return pattern.test(text) ? pattern.lastIndex : -1;
  };
  const unclosed: Unclosed = { until: 0, characterUntil: 0 };
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\n') {
      lineStart = true;
      at += 1;
      continue;
    }
    if (character === ' ' || character === '\t' || character === '\r' || character === '\f') {
      at += 1;
      continue;
    }
    const wasLineStart: boolean = lineStart;
    lineStart = false;
    const inside = open.length > 0;
    const inner = open.at(-1);
    const push = (kind: TokenKind, end: number): void => {
      tokens.push({ kind, start: at, end, inside });
      at = end;
    };
    let end: number;
    if (character === '#' && wasLineStart && match(DIRECTIVE) >= 0) {
      push('directive', directiveEnd(text, at, unclosed));
    } else if (character === '/' && text.charAt(at + 1) === '*') {
      const close = text.indexOf('*/', at + 2);
      push('comment', close < 0 ? text.length : close + 2);
      lineStart = wasLineStart;
    } else if (character === '/' && text.charAt(at + 1) === '/') {
      push('comment', lineEnd(text, at));
    } else if (character === '"') {
      push('string', stringEnd(text, at, unclosed));
    } else if (character === "'" && (end = characterEnd(text, at, unclosed)) >= 0) {
      push('character', end);
    } else if (character === '/' && (end = match(KEYWORD)) >= 0) {
      push('keyword', end);
    } else if (character === '&' && inner !== '(' && (end = match(REFERENCE)) >= 0) {
      push('reference', end);
    } else if (inner !== '(' && (end = match(LABEL)) >= 0) {
      push('label', end);
    } else if (inner === '[' && (end = match(IDENTIFIER)) >= 0) {
      push('number', end);
    } else if ((end = match(inside ? CELL_NUMBER : NUMBER)) >= 0) {
      push('number', end);
    } else if ((end = match(inside || inValue ? IDENTIFIER : NAME)) >= 0) {
      push('name', end);
    } else {
      end = inner === '(' ? Math.max(match(OPERATOR), at + 1) : at + 1;
      if (character === '(' || character === '<' || character === '[') {
        if (inner !== '(' || character === '(') open.push(character);
      } else if (character === ')') {
        if (inner === '(') open.pop();
      } else if (character === '>' || character === ']') {
        if (inner === (character === '>' ? '<' : '[')) open.pop();
      } else if (character === ';' || character === '{' || character === '}') {
        open.length = 0;
        inValue = false;
      } else if (character === '=' && inner === undefined) inValue = true;
      const closes = character === ')' || character === '>' || character === ']';
      tokens.push({
        kind: 'punctuation',
        start: at,
        end,
        inside: closes ? open.length > 0 : inside && open.length > 0,
      });
      at = end;
    }
  }
  return tokens;
}

/** Whether a string token has its closing quote. */
export function isClosedString(text: string, token: Token): boolean {
  return token.end - token.start >= 2 && text.charAt(token.end - 1) === '"';
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  const end = newline < 0 ? text.length : newline;
  return text.charAt(end - 1) === '\r' ? end - 1 : end;
}

// A directive ends with its line, unless the line is continued or ends inside a comment.
function directiveEnd(text: string, from: number, unclosed: Unclosed): number {
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\n') return text.charAt(at - 1) === '\r' ? at - 1 : at;
    if (character === '\\' && text.charAt(at + 1) === '\n') at += 2;
    else if (character === '\\' && text.startsWith('\r\n', at + 1)) at += 3;
    else if (character === '"') at = stringEnd(text, at, unclosed);
    else if (character === '/' && text.charAt(at + 1) === '*') {
      const close = text.indexOf('*/', at + 2);
      at = close < 0 ? text.length : close + 2;
    } else at += 1;
  }
  return at;
}

/** Behind the `'` that closes the one at `from` on the same line; -1 without one, and for two in a row. */
function characterEnd(text: string, from: number, unclosed: Unclosed): number {
  if (from < unclosed.characterUntil) return -1;
  let at = from + 1;
  for (; at < text.length && text.charAt(at) !== '\n'; at += 1) {
    if (text.charAt(at) === "'") return at > from + 1 ? at + 1 : -1;
    if (text.charAt(at) === '\\' && text.charAt(++at) === '\n') break;
  }
  unclosed.characterUntil = at;
  return -1;
}

/**
 * Up to where a string, or a character, was looked for its end in vain. A quote before that was escaped, and what begins
 * there ends no sooner.
 */
interface Unclosed {
  until: number;
  characterUntil: number;
}

// A string that is not closed ends with its line, so that one missing quote does not swallow the file.
function stringEnd(text: string, from: number, unclosed: Unclosed): number {
  if (from < unclosed.until) return lineEnd(text, from);
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '"') return at + 1;
    else if (character === '\n') {
      unclosed.until = at;
      return lineEnd(text, from);
    }
  }
  return text.length;
}
