// Macro expansion as GNU cpp does it: arguments first, then the replacement, a macro never within itself.

import { Char } from '../text/char.ts';
import type { Macro, MacroTable } from './macros.ts';
import { isWord, joinLines } from './characters.ts';
import type { NameTable } from './names.ts';
import { Flag, Kind, Scanner, endToken, withFlags, type Token } from './tokens.ts';

/** Where tokens come from when no replacement is being read. */
export interface TokenSource {
  /**
   * The next token, or `endToken`. With `within: 'call'` a function-like macro's arguments are being read, and lines
   * and directives are passed over; `'lookahead'` asks whether an opening parenthesis follows.
   */
  next(within: 'text' | 'lookahead' | 'call'): Token;
  /** Called before a call's tokens are read. */
  remember(): void;
  /** Goes back to where `remember` was called. */
  restore(): void;
}

/** What an expansion needs to know of its surroundings. */
export interface ExpansionHost {
  readonly names: NameTable;
  readonly macros: MacroTable;
  /** The tokens a built-in stands for. */
  builtIn(macro: Macro, use: Token): readonly Token[];
  /** A call with a wrong number of arguments, or one without its closing parenthesis. */
  onBadCall(macro: Macro, because: string): void;
  /** A `_Pragma` outside directives, with the string between its parentheses as written; undefined when it has none. */
  onPragma(literal: string | undefined): void;
}

interface Context {
  readonly tokens: readonly Token[];
  next: number;
  readonly macro: Macro | undefined;
}

interface Argument {
  readonly tokens: readonly Token[];
  /** Absent: `, ## __VA_ARGS__` swallows the comma. */
  readonly given: boolean;
  expanded: readonly Token[] | undefined;
  stringified: Token | undefined;
}

const padding = (source: Token | undefined): Token => ({
  kind: Kind.padding,
  text: '',
  flags: 0,
  id: -1,
  source,
  at: -1,
});
const keepApart = padding(undefined);

/** Calls nested deeper than this stay unexpanded: nobody writes them, and JavaScript's stack is finite. */
const deepestNesting = 100;
/** Tokens one run may handle; macros that grow exponentially stop here. */
const mostSteps = 2_000_000;

/** Expands macros in what a TokenSource delivers. */
export class Expander {
  /** `#include` looks at padding, the other directives want none. */
  readonly #wantsPadding: boolean;
  readonly #inDirective: boolean;
  readonly #host: ExpansionHost;
  readonly #source: TokenSource;
  readonly #contexts: Context[] = [];
  /** Greater than zero: names pass unexpanded. */
  suspended = 0;
  #within: 'text' | 'lookahead' | 'call' = 'text';
  #nesting = 0;
  readonly #steps: { taken: number };

  constructor(
    host: ExpansionHost,
    source: TokenSource,
    place: 'text' | 'directive' | 'include',
    steps: { taken: number },
  ) {
    this.#host = host;
    this.#source = source;
    this.#wantsPadding = place !== 'directive';
    this.#inDirective = place !== 'text';
    this.#steps = steps;
  }

  /** Whether the budget of this run is used up; then only end tokens come. */
  get exhausted(): boolean {
    return this.#steps.taken > mostSteps;
  }

  /** Whether replacements are still being read. */
  get isExpanding(): boolean {
    return this.#contexts.length > 0;
  }

  /** Begins the expansion of `name`; false when it stays as it is. Then `next` delivers while `isExpanding`. */
  begin(macro: Macro, name: Token): boolean {
    return this.#enter(macro, name);
  }

  /** Leaves every replacement. */
  abandon(): void {
    while (this.#contexts.length > 0) this.#leave();
    this.suspended = 0;
    this.#within = 'text';
    this.#nesting = 0;
  }

  /** The next token, expanded; padding tokens in between unless in a directive. */
  next(): Token {
    for (;;) {
      if (++this.#steps.taken > mostSteps) return endToken;
      const context = this.#contexts.at(-1);
      let token: Token;
      if (context === undefined) token = this.#source.next(this.#within);
      else {
        const here = context.tokens[context.next];
        if (here === undefined) {
          this.#leave();
          if (!this.#wantsPadding) continue;
          return keepApart;
        }
        context.next++;
        token = here;
        if ((token.flags & Flag.paste) !== 0) {
          this.#paste(context, token);
          if (!this.#wantsPadding) continue;
          return padding(token);
        }
      }
      if (token.kind !== Kind.name || (token.flags & Flag.final) !== 0) return token;
      const macro = this.#host.macros.get(token.id);
      if (macro === undefined) return token;
      if (macro.disabled) return withFlags(token, token.flags | Flag.final);
      if (this.suspended > 0) return token;
      if (!this.#enter(macro, token)) return token;
      if (!this.#wantsPadding) continue;
      return padding(token);
    }
  }

  #leave(): void {
    const context = this.#contexts.pop();
    if (context?.macro !== undefined) context.macro.disabled = false;
  }

  #push(tokens: readonly Token[], macro: Macro | undefined): void {
    this.#contexts.push({ tokens, next: 0, macro });
  }

  #enter(macro: Macro, name: Token): boolean {
    if (macro.builtIn !== undefined) {
      if (this.#inDirective && macro.builtIn.startsWith('__has_include')) return false;
      if (macro.builtIn === '_Pragma') return this.#readPragma();
      this.#push(this.#host.builtIn(macro, name), undefined);
      return true;
    }
    let tokens = macro.body();
    if (macro.parameters !== undefined) {
      if (this.#nesting >= deepestNesting) {
        this.#host.onBadCall(macro, 'nested too deeply');
        return false;
      }
      const found = this.#readCall(macro);
      if (found === undefined) return false;
      if (macro.parameters.length > 0) {
        this.#nesting++;
        tokens = this.#substitute(macro, tokens, found);
        this.#nesting--;
      }
    }
    macro.disabled = true;
    this.#push(tokens, macro);
    return true;
  }

  /** The arguments of a call; undefined when no parenthesis follows, or the call is wrong. */
  #readCall(macro: Macro): readonly Argument[] | undefined {
    const outerWithin = this.#within;
    this.suspended++;
    this.#within = 'lookahead';
    this.#source.remember();
    const found = this.#findParenthesis();
    let list: readonly Argument[] | string | undefined;
    if (found) {
      this.#within = 'call';
      list = this.#collect(macro);
    }
    this.#within = outerWithin;
    this.suspended--;
    if (typeof list !== 'string') return list;
    this.#source.restore();
    this.#host.onBadCall(macro, list);
    return undefined;
  }

  #findParenthesis(): boolean {
    let held: Token | undefined;
    let token: Token;
    for (;;) {
      token = this.next();
      if (token.kind !== Kind.padding) break;
      if (
        held?.source === undefined ||
        ((held.source.flags & Flag.space) === 0 && token.source === undefined)
      ) {
        held = token;
      }
    }
    if (token.kind === Kind.punctuator && token.text === '(') return true;
    const context = this.#contexts.at(-1);
    if (context !== undefined) context.next--;
    else this.#source.restore();
    if (held !== undefined) this.#push([held], undefined);
    return false;
  }

  #collect(macro: Macro): readonly Argument[] | string {
    const parameters = macro.parameters ?? [];
    const list: Argument[] = [];
    let tokens: Token[] = [];
    let depth = 0;
    for (;;) {
      const token = this.next();
      if (token.kind === Kind.end) {
        // The end of an argument being expanded is still needed by whoever expands it.
        const context = this.#contexts.at(-1);
        if (context !== undefined) context.next--;
        return 'unterminated argument list';
      }
      let ends = false;
      if (token.kind === Kind.padding) {
        if (tokens.length === 0) continue;
      } else if (token.kind === Kind.punctuator) {
        if (token.text === '(') depth++;
        else if (token.text === ')') ends = depth-- === 0;
        else if (token.text === ',') {
          ends = depth === 0 && !(macro.variadic && list.length + 1 === parameters.length);
        } else if (token.text === '#') ends = (token.flags & Flag.lineStart) !== 0;
      }
      if (!ends) {
        tokens.push(token);
        continue;
      }
      while (tokens.at(-1)?.kind === Kind.padding) tokens.pop();
      list.push({ tokens, given: true, expanded: undefined, stringified: undefined });
      if (token.text === ')') break;
      if (token.text === '#') depth = 0;
      tokens = [];
    }
    return checkCount(macro, parameters.length, list);
  }

  #substitute(macro: Macro, body: readonly Token[], list: readonly Argument[]): readonly Token[] {
    const result: Token[] = [];
    const lastParameter = (macro.parameters?.length ?? 0) - 1;
    const optional = new OptionalPart(() => {
      const rest = list[lastParameter];
      return (
        rest !== undefined && this.#expanded(rest).some((token) => token.kind !== Kind.padding)
      );
    });
    for (let index = 0; index < body.length; index++) {
      if (this.exhausted) return result;
      const token = body[index] as Token;
      const afterPaste = index > 0 && ((body[index - 1] as Token).flags & Flag.paste) !== 0;
      if (macro.variadic && token.kind !== Kind.parameter) {
        const step = optional.read(token);
        if (step === 'begin' && index > 0 && !afterPaste) result.push(padding(token));
        if (step === 'begin') optional.start = result.length;
        if (step === 'end') {
          if (optional.isStringified) this.#stringifyOptionalPart(result, optional.start, token);
          else endOptionalPart(result, optional.start, token);
          optional.start = -1;
        }
        if (step !== 'keep') continue;
      } else if (optional.skips) continue;
      if (token.kind !== Kind.parameter) {
        result.push(token);
        continue;
      }
      const argument = list[token.id];
      if (argument === undefined) continue;
      const pasted = (token.flags & Flag.paste) !== 0;
      let tokens: readonly Token[];
      let pasteAt = -1;
      if ((token.flags & Flag.stringify) !== 0) tokens = [this.#stringified(argument)];
      else if (pasted) tokens = argument.tokens;
      else if (afterPaste) {
        tokens = argument.tokens;
        const before = result.at(-1);
        if (before?.text === ',' && macro.variadic && token.id === lastParameter) {
          if (argument.given) pasteAt = result.length - 1;
          else result.pop();
        } else if (
          before !== undefined &&
          tokens.length === 0 &&
          result.length !== optional.start
        ) {
          pasteAt = result.length - 1;
        }
      } else tokens = this.#expanded(argument);
      const atOptionalStart = result.length === optional.start;
      if (this.#wantsPadding && index > 0 && !afterPaste && !atOptionalStart) {
        result.push(padding(token));
      }
      for (const each of tokens) result.push(each);
      this.#steps.taken += tokens.length;
      if (tokens.length > 0 && pasted) pasteAt = result.length - 1;
      if (this.#wantsPadding && !pasted && result.length !== optional.start) result.push(keepApart);
      const changed = result[pasteAt];
      if (changed !== undefined) {
        const flags = pasted ? changed.flags | Flag.paste : changed.flags & ~Flag.paste;
        result[pasteAt] = withFlags(changed, flags);
      }
    }
    return result;
  }

  #expanded(argument: Argument): readonly Token[] {
    if (argument.expanded !== undefined) return argument.expanded;
    const result: Token[] = [];
    const { suspended } = this;
    const within = this.#within;
    this.suspended = 0;
    const floor = this.#contexts.length;
    this.#push([...argument.tokens, endToken], undefined);
    for (;;) {
      const token = this.next();
      if (token.kind === Kind.end) break;
      result.push(token);
    }
    while (this.#contexts.length > floor) this.#leave();
    this.suspended = suspended;
    this.#within = within;
    argument.expanded = result;
    return result;
  }

  #stringified(argument: Argument): Token {
    if (argument.stringified !== undefined) return argument.stringified;
    let text = '"';
    let source: Token | undefined;
    for (const token of argument.tokens) {
      if (token.kind === Kind.padding) {
        if (
          source === undefined ||
          ((source.flags & Flag.space) === 0 && token.source === undefined)
        ) {
          source = token.source;
        }
        continue;
      }
      if (text.length > 1 && ((source ?? token).flags & Flag.space) !== 0) text += ' ';
      source = undefined;
      const quoted = token.kind === Kind.quoted;
      text += quoted ? token.text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n') : token.text;
    }
    // An odd number of backslashes at the end would escape the closing quote.
    let backslashes = 0;
    while (text.charCodeAt(text.length - 1 - backslashes) === Char.backslash) backslashes++;
    if (backslashes % 2 === 1) text = text.slice(0, -1);
    argument.stringified = { ...endToken, kind: Kind.quoted, text: `${text}"` };
    return argument.stringified;
  }

  /** Makes a string of what `#__VA_OPT__(...)` held: the tokens from `start` on. */
  #stringifyOptionalPart(result: Token[], start: number, close: Token): void {
    const held = result.splice(start);
    while (held.at(-1)?.kind === Kind.padding) held.pop();
    const tokens: Token[] = [];
    for (const token of held) {
      const left = tokens.at(-1);
      const joined =
        left !== undefined && (left.flags & Flag.paste) !== 0 && token.kind !== Kind.padding
          ? this.#join(left, token)
          : undefined;
      if (joined === undefined) tokens.push(token);
      else tokens[tokens.length - 1] = withFlags(joined, joined.flags | (token.flags & Flag.paste));
    }
    const argument = { tokens, given: true, expanded: undefined, stringified: undefined };
    const text = this.#stringified(argument);
    result.push(withFlags(text, text.flags | (close.flags & Flag.paste)));
  }

  /** Joins `left` with what follows in its replacement, as far as the results are single tokens. */
  #paste(context: Context, first: Token): void {
    let left = first;
    for (;;) {
      const right = context.tokens[context.next];
      if (right === undefined) break;
      context.next++;
      if (right.kind === Kind.padding) continue;
      // Words made of many are read once, as a whole: reading each step of `a##b##…` again would take its square.
      const word = this.#joinWords(context, left, right);
      if (word !== undefined) {
        left = word;
        if ((context.tokens[context.next - 1]?.flags ?? 0) & Flag.paste) continue;
        break;
      }
      const joined = this.#join(left, right);
      if (joined === undefined) {
        left = withFlags(left, left.flags & ~Flag.paste);
        context.next--;
        break;
      }
      left = joined;
      if ((right.flags & Flag.paste) === 0) break;
    }
    this.#push([withFlags(left, left.flags & ~Flag.paste)], undefined);
  }

  /**
   * The name or number that `left` and as many words from `right` on make as are joined by `##`; `context` then stands
   * behind the last of them. Undefined when `left` or `right` is no word.
   */
  #joinWords(context: Context, left: Token, right: Token): Token | undefined {
    if ((left.kind !== Kind.name && left.kind !== Kind.number) || !isWords(right.text))
      return undefined;
    const words = [left.text, right.text];
    let last = right;
    for (let at = context.next; (last.flags & Flag.paste) !== 0; at++) {
      const next = context.tokens[at];
      if (next?.kind === Kind.padding) continue;
      if (next === undefined || !isWords(next.text)) break;
      words.push(next.text);
      last = next;
      context.next = at + 1;
    }
    const text = words.join('');
    const id = left.kind === Kind.name ? this.#host.names.id(text) : -1;
    return { ...endToken, kind: left.kind, text, flags: left.flags & Flag.space, id };
  }

  /** The one token that the spellings of both make, with the white space of the left one; undefined when there is none. */
  #join(left: Token, right: Token): Token | undefined {
    const space = left.text === '/' && right.text !== '=' ? ' ' : '';
    const text = joinLines(left.text + space + right.text);
    const scanner = new Scanner(text, 0, text.length, this.#host.names);
    const joined = scanner.next();
    if (scanner.position < text.length || joined.kind === Kind.end) return undefined;
    return { ...joined, flags: left.flags & Flag.space, at: -1 };
  }

  /** `_Pragma("...")` leaves nothing behind: cpp prints no pragma when it prepares text for an assembler. */
  #readPragma(): boolean {
    this.suspended++;
    const outerWithin = this.#within;
    this.#within = 'lookahead';
    this.#source.remember();
    const found = this.#findParenthesis();
    const tokens: Token[] = [];
    let isClosed = false;
    if (found) {
      this.#within = 'call';
      for (let token = this.next(); token.kind !== Kind.end && !isClosed; token = this.next()) {
        if (token.kind !== Kind.padding) tokens.push(token);
        isClosed = token.text === ')';
        if (isClosed) break;
      }
    }
    this.#within = outerWithin;
    this.suspended--;
    const [literal] = tokens;
    const isString = isClosed && tokens.length === 2 && /^L?"/.test(literal?.text ?? '');
    if (!this.#inDirective) this.#host.onPragma(isString ? literal?.text : undefined);
    if (found) this.#push([], undefined);
    return found;
  }
}

/** Whether `text` goes on an identifier or number when it is written behind one. */
function isWords(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!isWord(text.charCodeAt(at))) return false;
  return text !== '';
}

function checkCount(
  macro: Macro,
  wanted: number,
  list: readonly Argument[],
): readonly Argument[] | string {
  const onlyEmpty = list.length === 1 && list[0]?.tokens.length === 0;
  const given = onlyEmpty && wanted === 0 ? 0 : list.length;
  if (given > wanted) return `takes ${wanted} arguments, got ${given}`;
  if (given < wanted && !(macro.variadic && given + 1 === wanted)) {
    return `takes ${wanted} arguments, got ${given}`;
  }
  if (!macro.variadic) return list;
  if (given === wanted && !(given === 1 && onlyEmpty)) return list;
  const none = { tokens: [], given: false, expanded: undefined, stringified: undefined };
  return [...list.slice(0, wanted - 1), none];
}

/** Follows `__VA_OPT__ ( … )` through a replacement. */
class OptionalPart {
  /** Where its tokens begin in the result; -1 outside. */
  start = -1;
  readonly #isWanted: () => boolean;
  #state: 'outside' | 'name' | 'inside' = 'outside';
  #wanted = false;
  #depth = 0;
  /** Whether `#` stands before it. */
  isStringified = false;

  constructor(isWanted: () => boolean) {
    this.#isWanted = isWanted;
  }

  /** Whether a parameter here is left out. */
  get skips(): boolean {
    return this.#state === 'inside' && !this.#wanted;
  }

  read(token: Token): 'keep' | 'drop' | 'begin' | 'end' {
    switch (this.#state) {
      case 'outside':
        if (token.kind !== Kind.name || token.text !== '__VA_OPT__') return 'keep';
        this.#state = 'name';
        this.isStringified = (token.flags & Flag.stringify) !== 0;
        return 'begin';
      case 'name':
        this.#state = 'inside';
        this.#depth = 1;
        this.#wanted = this.#isWanted();
        return 'drop';
      case 'inside':
        if (token.kind === Kind.punctuator && token.text === '(') this.#depth++;
        if (token.kind === Kind.punctuator && token.text === ')' && --this.#depth === 0) {
          this.#state = 'outside';
          return 'end';
        }
        return this.#wanted ? 'keep' : 'drop';
    }
  }
}

/** Closes `__VA_OPT__(…)`: what it held is joined to, or kept apart from, what follows. */
function endOptionalPart(result: Token[], start: number, close: Token): void {
  while (result.length > start && result.at(-1)?.kind === Kind.padding) result.pop();
  const last = result.at(-1);
  // One that held nothing takes the place of what a `##` before it was to be joined to.
  if (last !== undefined && result.length === start) {
    result[start - 1] = withFlags(last, (last.flags & ~Flag.paste) | (close.flags & Flag.paste));
  } else if (last !== undefined && (close.flags & Flag.paste) !== 0) {
    result[result.length - 1] = withFlags(last, last.flags | Flag.paste);
  }
  if ((close.flags & Flag.paste) === 0) result.push(keepApart);
}
