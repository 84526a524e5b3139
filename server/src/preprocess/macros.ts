// Macros: what `#define` means, and which macros are defined now.

import type { Span } from '../text/span.ts';
import type { NameTable } from './names.ts';
import { Flag, Kind, Scanner, endToken, withFlags, type Token } from './tokens.ts';

/** Names whose expansion depends on where they stand. */
export type BuiltIn =
  | '__FILE__'
  | '__LINE__'
  | '__BASE_FILE__'
  | '__INCLUDE_LEVEL__'
  | '__COUNTER__'
  | '__DATE__'
  | '__TIME__'
  | '__TIMESTAMP__'
  | '_Pragma'
  | '__has_include'
  | '__has_include_next';

const builtIns: readonly BuiltIn[] = [
  '__FILE__',
  '__LINE__',
  '__BASE_FILE__',
  '__INCLUDE_LEVEL__',
  '__COUNTER__',
  '__DATE__',
  '__TIME__',
  '__TIMESTAMP__',
  '_Pragma',
  '__has_include',
  '__has_include_next',
];

export interface Macro {
  readonly name: string;
  readonly id: number;
  readonly builtIn: BuiltIn | undefined;
  /** Parameter names; undefined for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  /** Whether the last parameter takes all remaining arguments. */
  readonly variadic: boolean;
  /** The replacement; cut into tokens when first asked. */
  readonly body: () => readonly Token[];
  /** The name in the `#define` line. */
  readonly definition: Span | undefined;
  /** Whether the macro's own expansion is being read; false between expansions. */
  disabled: boolean;
  /** The last expansion, for as long as no definition changes. */
  memo: ExpansionMemo | undefined;
}

/** What an object-like macro expanded to when nothing but the definitions decided it. */
export interface ExpansionMemo {
  /** The macro table's version it holds for. */
  readonly version: number;
  /** Flags of the name it was made for. */
  readonly nameFlags: number;
  /** The text without a space before it. */
  readonly text: string;
  readonly first: Token;
  /** Whether a space precedes `first` whatever was printed before. */
  readonly spaced: boolean;
  readonly last: Token;
  /** The token whose white space decides about a space behind the text. */
  readonly source: Token | undefined;
}

/** Why a `#define` defines nothing. */
export interface BadMacro {
  readonly name: string;
  readonly because: string;
}

/**
 * The macro that the text behind `#define` defines. `[start, limit)` of `text` has no line continuations.
 * Nothing is cut into tokens beyond what is needed to know that it is well-formed.
 */
export function parseDefinition(
  text: string,
  start: number,
  limit: number,
  names: NameTable,
  definitionAt: (nameStart: number, nameEnd: number) => Span | undefined,
): Macro | BadMacro {
  const scanner = new Scanner(text, start, limit, names);
  const name = scanner.next();
  if (name.kind === Kind.end) return { name: '', because: 'no macro name given' };
  if (name.kind !== Kind.name) return { name: name.text, because: 'not an identifier' };
  if (name.text === 'defined') return { name: name.text, because: 'reserved' };
  const definition = definitionAt(name.at, scanner.position);
  const bodyStart = scanner.position;
  if (text.charAt(bodyStart) !== '(' || bodyStart >= limit) {
    let tokens: readonly Token[] | undefined;
    const body = () => (tokens ??= readObjectBody(new Scanner(text, bodyStart, limit, names)));
    if (text.includes('##', bodyStart)) {
      const because = pasteFault(body());
      if (because !== undefined) return { name: name.text, because };
    }
    return makeMacro(name, undefined, undefined, false, body, definition);
  }
  scanner.next();
  const list = readParameters(scanner);
  if (typeof list === 'string') return { name: name.text, because: list };
  const tokens = readFunctionBody(scanner, list, names);
  const because = pasteFault(tokens) ?? (list.variadic ? optionalPartFault(tokens) : undefined);
  if (because !== undefined) return { name: name.text, because };
  return makeMacro(name, undefined, list.names, list.variadic, () => tokens, definition);
}

/** One place makes macros, so that all have the same shape: look-ups are much faster. */
function makeMacro(
  name: Pick<Token, 'text' | 'id'>,
  builtIn: BuiltIn | undefined,
  parameters: readonly string[] | undefined,
  variadic: boolean,
  body: () => readonly Token[],
  definition: Span | undefined,
): Macro {
  const { text, id } = name;
  const memo = undefined;
  return { name: text, id, builtIn, parameters, variadic, body, definition, disabled: false, memo };
}

/** The macros whose expansion depends on where they stand. */
export function makeBuiltIns(names: NameTable): readonly Macro[] {
  return builtIns.map((name) =>
    makeMacro({ text: name, id: names.id(name) }, name, undefined, false, () => [], undefined),
  );
}

interface Parameters {
  readonly names: readonly string[];
  readonly variadic: boolean;
}

function readParameters(scanner: Scanner): Parameters | string {
  const names: string[] = [];
  const known = new Set<string>();
  let token = scanner.next();
  if (token.text === ')') return { names, variadic: false };
  for (;;) {
    if (token.text === '...') {
      names.push('__VA_ARGS__');
      return scanner.next().text === ')'
        ? { names, variadic: true }
        : "expected ')' behind '...' in the parameter list";
    }
    if (token.kind !== Kind.name) return 'expected a parameter name';
    if (known.has(token.text)) return `duplicate parameter '${token.text}'`;
    known.add(token.text);
    names.push(token.text);
    token = scanner.next();
    if (token.text === '...') {
      return scanner.next().text === ')'
        ? { names, variadic: true }
        : "expected ')' behind '...' in the parameter list";
    }
    if (token.text === ')') return { names, variadic: false };
    if (token.text !== ',') return "expected ',' or ')' in the parameter list";
    token = scanner.next();
  }
}

const isPaste = (token: Token): boolean => token.kind === Kind.punctuator && token.text === '##';

/** A paste operator at either end stays in the token list, which is how this finds it. */
function pasteFault(tokens: readonly Token[]): string | undefined {
  const first = tokens[0];
  const last = tokens.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const dangling = (last.flags & Flag.paste) !== 0;
  return isPaste(first) || isPaste(last) || dangling
    ? "'##' at an end of the replacement"
    : undefined;
}

function readObjectBody(scanner: Scanner): readonly Token[] {
  const tokens: Token[] = [];
  for (let token = scanner.next(); token.kind !== Kind.end; token = scanner.next()) {
    append(tokens, token);
  }
  return finish(tokens);
}

function readFunctionBody(scanner: Scanner, list: Parameters, names: NameTable): readonly Token[] {
  const parameterIds = new Map(list.names.map((name, index) => [names.id(name), index]));
  const tokens: Token[] = [];
  for (let token = scanner.next(); token.kind !== Kind.end; token = scanner.next()) {
    const index = token.kind === Kind.name ? parameterIds.get(token.id) : undefined;
    const before = tokens.at(-1);
    const isOptionalPart = list.variadic && token.text === '__VA_OPT__';
    if (index === undefined && !isOptionalPart) append(tokens, token);
    else if (before?.kind === Kind.punctuator && before.text === '#') {
      const hadSpace = (token.flags & Flag.space) !== 0 ? Flag.spaceBeforePaste : 0;
      tokens.pop();
      const flags = (before.flags & Flag.space) | Flag.stringify | hadSpace;
      append(tokens, index === undefined ? { ...token, flags } : asParameter(token, index, flags));
    } else append(tokens, index === undefined ? token : asParameter(token, index, token.flags));
  }
  return finish(tokens);
}

function asParameter(token: Token, index: number, flags: number): Token {
  return { ...token, kind: Kind.parameter, id: index, flags };
}

/** What is wrong with the `__VA_OPT__(…)` of a variadic macro's replacement. */
function optionalPartFault(tokens: readonly Token[]): string | undefined {
  const isName = (token: Token | undefined): boolean =>
    token?.kind === Kind.name && token.text === '__VA_OPT__';
  for (let at = tokens.findIndex(isName); at >= 0 && at < tokens.length; at++) {
    if (!isName(tokens[at])) continue;
    const open = tokens[++at];
    if (open?.text !== '(') return "'(' missing behind '__VA_OPT__'";
    if ((open.flags & Flag.paste) !== 0) return "'##' at an end of '__VA_OPT__(…)'";
    for (let depth = 1; depth > 0;) {
      const token = tokens[++at];
      if (token === undefined) return "unterminated '__VA_OPT__'";
      if (isName(token)) return "'__VA_OPT__' within '__VA_OPT__'";
      if (token.kind === Kind.punctuator && token.text === '(') depth++;
      if (token.kind === Kind.punctuator && token.text === ')') depth--;
    }
    if (((tokens[at - 1]?.flags ?? 0) & Flag.paste) !== 0)
      return "'##' at an end of '__VA_OPT__(…)'";
  }
  return undefined;
}

function append(tokens: Token[], token: Token): void {
  const before = tokens.at(-1);
  if (before !== undefined && isPaste(token) && (before.flags & Flag.paste) === 0) {
    const hadSpace = (token.flags & Flag.space) !== 0 ? Flag.spaceBeforePaste : 0;
    tokens[tokens.length - 1] = withFlags(before, before.flags | Flag.paste | hadSpace);
  } else tokens.push(withFlags(token, token.flags, -1));
}

function finish(tokens: Token[]): readonly Token[] {
  const first = tokens[0];
  if (first !== undefined) tokens[0] = withFlags(first, first.flags & ~Flag.space);
  return tokens;
}

/** Whether a redefinition changes nothing: same parameters, same tokens, white space in the same places. */
export function isSameMacro(a: Macro, b: Macro): boolean {
  if (a === b) return true;
  if (a.builtIn !== b.builtIn || a.variadic !== b.variadic) return false;
  if (a.parameters?.join() !== b.parameters?.join()) return false;
  const left = a.body();
  const right = b.body();
  return (
    left.length === right.length &&
    left.every((token, index) => {
      const other = right[index] ?? endToken;
      return token.kind === other.kind && token.text === other.text && token.flags === other.flags;
    })
  );
}

/** The macros defined at one point of one run. Shared by all runs of a cache: starting a run empties it at no cost. */
export class MacroTable {
  #macros: (Macro | undefined)[] = new Array<Macro | undefined>(1 << 12).fill(undefined);
  #runs = new Int32Array(1 << 12);
  #run = 0;
  /** Changes whenever a definition does. */
  version = 0;

  /** Forgets every macro. */
  clear(): void {
    this.#run++;
  }

  get(id: number): Macro | undefined {
    return this.#runs[id] === this.#run ? this.#macros[id] : undefined;
  }

  /** Whether a macro of this name was defined in any run. */
  wasEverDefined(id: number): boolean {
    return (this.#runs[id] ?? 0) > 0;
  }

  define(macro: Macro): void {
    if (this.get(macro.id) !== macro) this.version++;
    this.#set(macro.id, macro);
  }

  /** Defines a macro whose name has no definition; false, and nothing done, when it has one. */
  defineNew(macro: Macro): boolean {
    if (this.#runs[macro.id] === this.#run && this.#macros[macro.id] !== undefined) return false;
    this.version++;
    this.#set(macro.id, macro);
    return true;
  }

  undefine(id: number): void {
    if (this.get(id) === undefined) return;
    this.version++;
    this.#set(id, undefined);
  }

  #set(id: number, macro: Macro | undefined): void {
    if (id >= this.#runs.length) {
      const longer = new Int32Array(Math.max(id + 1, this.#runs.length * 2));
      longer.set(this.#runs);
      this.#runs = longer;
      const added = new Array<undefined>(longer.length - this.#macros.length).fill(undefined);
      this.#macros = this.#macros.concat(added);
    }
    this.#runs[id] = this.#run;
    this.#macros[id] = macro;
  }
}
