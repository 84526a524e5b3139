// Evaluates `#if` expressions as cpp does: 64-bit integers, signed or unsigned.

import { encodeText } from '../text/encode.ts';
import { Kind, type Token } from './tokens.ts';

/** What a condition needs to know of its surroundings. */
export interface ConditionHost {
  /** The next token of the expression, macros expanded. */
  next(): Token;
  /** The next token as written: the operand of `defined`. */
  nextPlain(): Token;
  isDefined(name: Token): boolean;
  /**
   * `__has_include`: whether the header named by the tokens between the parentheses is there; undefined when they name
   * none.
   */
  hasInclude(operator: string, tokens: readonly Token[]): boolean | undefined;
}

interface Value {
  readonly bits: bigint;
  readonly unsigned: boolean;
}

/** The value of a condition, or why it has none. */
export type Condition =
  { readonly ok: true; readonly holds: boolean } | { readonly ok: false; readonly because: string };

const zero: Value = { bits: 0n, unsigned: false };
const fromBoolean = (truth: boolean): Value => ({ bits: truth ? 1n : 0n, unsigned: false });
const wrap = (bits: bigint, unsigned: boolean): Value => ({
  bits: unsigned ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits),
  unsigned,
});

const precedences = new Map<string, number>([
  [',', 1],
  ['?', 2],
  ['||', 3],
  ['&&', 4],
  ['|', 5],
  ['^', 6],
  ['&', 7],
  ['==', 8],
  ['!=', 8],
  ['<', 9],
  ['>', 9],
  ['<=', 9],
  ['>=', 9],
  ['<<', 10],
  ['>>', 10],
  ['+', 11],
  ['-', 11],
  ['*', 12],
  ['/', 12],
  ['%', 12],
]);

/** Parentheses nested deeper than this make a condition invalid: JavaScript's stack is finite. */
const deepestNesting = 300;

class Fault {
  readonly because: string;
  constructor(because: string) {
    this.because = because;
  }
}

/** Evaluates the expression that `host` delivers up to its end token. */
export function evaluateCondition(host: ConditionHost): Condition {
  const result = new ConditionReader(host).read();
  return result instanceof Fault
    ? { ok: false, because: result.because }
    : { ok: true, holds: result.bits !== 0n };
}

/** A precedence climber; a Fault stops it. */
class ConditionReader {
  readonly #host: ConditionHost;
  #token: Token;
  #nesting = 0;
  /** Greater than zero where short circuit makes the value irrelevant: division by zero is then no fault. */
  #unused = 0;

  constructor(host: ConditionHost) {
    this.#host = host;
    this.#token = host.next();
  }

  read(): Value | Fault {
    if (this.#token.kind === Kind.end) return new Fault('no expression');
    const value = this.#binary(1);
    if (value instanceof Fault || this.#token.kind === Kind.end) return value;
    return new Fault(
      this.#token.text === ')'
        ? "missing '(' in expression"
        : this.#token.text === ':'
          ? "':' without preceding '?'"
          : `missing binary operator before '${this.#token.text}'`,
    );
  }

  #advance(): void {
    this.#token = this.#host.next();
  }

  #binary(lowest: number): Value | Fault {
    if (++this.#nesting > deepestNesting) return new Fault('nested too deeply');
    let left = this.#unary();
    for (;;) {
      if (left instanceof Fault) return left;
      const operator = this.#token.kind === Kind.punctuator ? this.#token.text : '';
      const precedence = precedences.get(operator) ?? 0;
      if (precedence < lowest) break;
      this.#advance();
      left = this.#apply(operator, precedence, left);
    }
    this.#nesting--;
    return left;
  }

  #apply(operator: string, precedence: number, left: Value): Value | Fault {
    if (operator === '?') return this.#choose(left);
    const decided =
      (operator === '||' && left.bits !== 0n) || (operator === '&&' && left.bits === 0n);
    if (decided) this.#unused++;
    const right = this.#binary(precedence + 1);
    if (decided) this.#unused--;
    if (right instanceof Fault) return right;
    if (operator === '||') return fromBoolean(left.bits !== 0n || right.bits !== 0n);
    if (operator === '&&') return fromBoolean(left.bits !== 0n && right.bits !== 0n);
    if ((operator === '/' || operator === '%') && right.bits === 0n) {
      return this.#unused > 0 ? zero : new Fault('division by zero');
    }
    return compute(operator, left, right);
  }

  #choose(condition: Value): Value | Fault {
    const wanted = condition.bits !== 0n;
    if (!wanted) this.#unused++;
    const first = this.#binary(1);
    if (!wanted) this.#unused--;
    if (first instanceof Fault) return first;
    if (this.#token.text !== ':') return new Fault("'?' without following ':'");
    this.#advance();
    if (wanted) this.#unused++;
    const second = this.#binary(2);
    if (wanted) this.#unused--;
    if (second instanceof Fault) return second;
    return wrap((wanted ? first : second).bits, first.unsigned || second.unsigned);
  }

  #unary(): Value | Fault {
    const token = this.#token;
    switch (token.kind) {
      case Kind.number:
        this.#advance();
        return readNumber(token.text);
      case Kind.quoted:
        if (token.text.startsWith('"') || token.text.startsWith('L"')) break;
        this.#advance();
        return readCharacter(token.text);
      case Kind.name:
        return this.#name(token);
      case Kind.end:
        return new Fault('an operand is missing at the end');
      case Kind.punctuator:
        return this.#operator(token.text);
    }
    return new Fault(`'${token.text}' is not valid in a preprocessor expression`);
  }

  #operator(operator: string): Value | Fault {
    if (operator === '#') return this.#assertion();
    if (!['(', '+', '-', '~', '!'].includes(operator)) {
      return new Fault(
        precedences.has(operator)
          ? `operator '${operator}' has no left operand`
          : `'${operator}' is not valid in a preprocessor expression`,
      );
    }
    if (++this.#nesting > deepestNesting) return new Fault('nested too deeply');
    this.#advance();
    const operand = operator === '(' ? this.#binary(1) : this.#unary();
    this.#nesting--;
    if (operand instanceof Fault) return operand;
    switch (operator) {
      case '(':
        if (this.#token.text !== ')') return new Fault("missing ')' in expression");
        this.#advance();
        return operand;
      case '-':
        return wrap(-operand.bits, operand.unsigned);
      case '~':
        return wrap(~operand.bits, operand.unsigned);
      case '!':
        return fromBoolean(operand.bits === 0n);
      default:
        return operand;
    }
  }

  #name(token: Token): Value | Fault {
    if (token.text === 'defined') return this.#defined();
    if (token.text === '__has_include' || token.text === '__has_include_next') {
      return this.#hasInclude(token.text);
    }
    this.#advance();
    return zero;
  }

  #defined(): Value | Fault {
    let name = this.#host.nextPlain();
    const parenthesised = name.text === '(';
    if (parenthesised) name = this.#host.nextPlain();
    if (name.kind !== Kind.name) return new Fault("operator 'defined' requires an identifier");
    if (parenthesised && this.#host.nextPlain().text !== ')') {
      return new Fault("missing ')' after 'defined'");
    }
    const value = fromBoolean(this.#host.isDefined(name));
    this.#advance();
    return value;
  }

  #hasInclude(operator: string): Value | Fault {
    if (this.#host.nextPlain().text !== '(')
      return new Fault(`missing '(' before '${operator}' operand`);
    const tokens: Token[] = [];
    let isAngled = false;
    for (;;) {
      const first = tokens[0];
      isAngled = first?.text === '<' && tokens.at(-1)?.text !== '>';
      const token = isAngled ? this.#host.nextPlain() : this.#host.next();
      if (token.kind === Kind.end) return new Fault(`missing ')' after '${operator}' operand`);
      if (token.text === ')' && !isAngled) break;
      tokens.push(token);
    }
    const isThere = this.#host.hasInclude(operator, tokens);
    if (isThere === undefined) return new Fault(`operator '${operator}' requires a header-name`);
    const value = fromBoolean(isThere);
    this.#advance();
    return value;
  }

  /** `#machine(x)`, an extension nobody asserts anything for any more: false. */
  #assertion(): Value | Fault {
    if (this.#host.nextPlain().kind !== Kind.name) return new Fault('assertion without a name');
    this.#advance();
    if (this.#token.text !== '(') return zero;
    let token = this.#host.nextPlain();
    if (token.text === ')') return new Fault('the answer of an assertion is empty');
    while (token.kind !== Kind.end && token.text !== ')') token = this.#host.nextPlain();
    if (token.kind === Kind.end) return new Fault("missing ')' behind the answer of an assertion");
    this.#advance();
    return zero;
  }
}

function compute(operator: string, left: Value, right: Value): Value {
  const unsigned = left.unsigned || right.unsigned;
  const a = wrap(left.bits, unsigned).bits;
  const b = wrap(right.bits, unsigned).bits;
  switch (operator) {
    case ',':
      return right;
    case '|':
      return wrap(a | b, unsigned);
    case '^':
      return wrap(a ^ b, unsigned);
    case '&':
      return wrap(a & b, unsigned);
    case '==':
      return fromBoolean(a === b);
    case '!=':
      return fromBoolean(a !== b);
    case '<':
      return fromBoolean(a < b);
    case '>':
      return fromBoolean(a > b);
    case '<=':
      return fromBoolean(a <= b);
    case '>=':
      return fromBoolean(a >= b);
    case '<<':
      return shift(left, right);
    case '>>':
      return shift(left, { bits: -right.bits, unsigned: false });
    case '+':
      return wrap(a + b, unsigned);
    case '-':
      return wrap(a - b, unsigned);
    case '*':
      return wrap(a * b, unsigned);
    case '/':
      return wrap(a / b, unsigned);
    default:
      return wrap(a % b, unsigned);
  }
}

/** Shifts left, or right by a negative count; counts of 64 and more shift everything out. */
function shift(value: Value, by: Value): Value {
  const count = by.bits > 64n ? 64n : by.bits < -64n ? -64n : by.bits;
  return wrap(count >= 0n ? value.bits << count : value.bits >> -count, value.unsigned);
}

function readNumber(text: string): Value | Fault {
  // Digits and suffix one after the other: in one pattern, `0xFF…_` would be split at each of its letters.
  const digits = /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)/.exec(text)?.[0];
  const suffix = text.slice(digits?.length);
  if (digits === undefined || !/^[A-Za-z]*$/.test(suffix)) {
    return new Fault(
      /^[0-9.]/.test(text) && /[.]|^[0-9]+[eE]/.test(text)
        ? 'floating constant in a preprocessor expression'
        : `invalid integer constant '${text}'`,
    );
  }
  if (!/^(?:[uU]?(?:l|L|ll|LL)?|(?:l|L|ll|LL)[uU])$/.test(suffix)) {
    return new Fault(`invalid suffix '${suffix}' on integer constant`);
  }
  const isOctal = /^0[0-9]/.test(digits);
  if (isOctal && /[89]/.test(digits)) return new Fault('invalid digit in octal constant');
  const whole = wholeNumber(digits, isOctal);
  const unsigned = /[uU]/.test(suffix) || BigInt.asUintN(64, whole) > 0x7fff_ffff_ffff_ffffn;
  return wrap(whole, unsigned);
}

/** The number that `digits` make, modulo 2^64 when there are very many: a BigInt takes more than their number to read. */
function wholeNumber(digits: string, isOctal: boolean): bigint {
  if (digits.length <= 64) return BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  const prefix = /^0[xXbB]/.exec(digits)?.[0];
  if (prefix !== undefined || isOctal)
    return BigInt(`${prefix ?? '0o'}${digits.slice(prefix === undefined ? 1 : 2).slice(-64)}`);
  let value = 0n;
  for (let at = 0; at < digits.length; at += 15) {
    const some = digits.slice(at, at + 15);
    value = BigInt.asUintN(64, value * 10n ** BigInt(some.length) + BigInt(some));
  }
  return value;
}

const escapes = new Map<string, number>([
  ...[...'abtnvfr'].map((letter, index): [string, number] => [letter, index + 7]),
  ['e', 27],
  ['E', 27],
]);

/** A character constant: the last four characters as one signed 32-bit integer, as GCC computes it. */
function readCharacter(text: string): Value | Fault {
  const wide = text.startsWith('L');
  const inner = text.slice(wide ? 2 : 1, -1);
  const characters = inner.match(/\\x[0-9a-fA-F]+|\\[0-7]{1,3}|\\[^]|[^\\]/gu) ?? [];
  if (characters.length === 0) return new Fault('empty character constant');
  let value = 0;
  for (const character of characters) {
    for (const byte of characterBytes(character)) value = (value << 8) | byte;
  }
  if (characters.length === 1 && !wide) value = (value << 24) >> 24;
  return { bits: BigInt(value), unsigned: false };
}

function characterBytes(character: string): readonly number[] {
  if (character.startsWith('\\')) {
    const rest = character.slice(1);
    if (/^x/.test(rest)) return [Number.parseInt(rest.slice(1), 16) & 0xff];
    if (/^[0-7]/.test(rest)) return [Number.parseInt(rest, 8) & 0xff];
    return [escapes.get(rest) ?? rest.charCodeAt(0)];
  }
  return [...encodeText(character)];
}
