// The integers of dtc: unsigned 64-bit, as numbers where they are small and as bigints where they are not.

import { Char } from '../text/char.ts';

/** An unsigned 64-bit value; a number only when it is a safe integer. */
export type Integer = number | bigint;

const words = 0xffff_ffff_ffff_ffffn;

/** `value` modulo 2^64, as a number when it fits. */
function wrap(value: bigint): Integer {
  const wrapped = BigInt.asUintN(64, value);
  return wrapped <= 0x1f_ffff_ffff_ffffn ? Number(wrapped) : wrapped;
}

const longestDigits = 100;

/** A shorter literal of the same value, or the same fault. */
function shortened(digits: string): string {
  const prefix = /^0[xX]?/.exec(digits)?.[0] ?? '';
  let start = prefix.length;
  while (digits.charCodeAt(start) === Char.zero) start++;
  const rest = digits.slice(start);
  if (prefix !== '0' || rest.length < longestDigits / 2) {
    // Anything as long is too large.
    return prefix + (rest.slice(0, longestDigits / 2) || '0');
  }
  const octal = /^[0-7]*/.exec(rest)?.[0] ?? '';
  // dtc reads as far as the digits are octal, and of many keeps the last 64 bits.
  if (octal.length < rest.length) return `${prefix}${octal.slice(-longestDigits / 2)}8`;
  return prefix + octal.slice(0, longestDigits / 2);
}

/** An integer literal without its suffix, read as C's strtoull with base 0: octal after a leading 0. */
export function readInteger(digits: string): {
  readonly value: Integer;
  readonly fault?: 'bad-integer' | 'integer-too-large';
} {
  // Longer ones that fit have zeros in front; reading all of them takes more than their number.
  if (digits.length > longestDigits) return readInteger(shortened(digits));
  const first = digits.charCodeAt(0) === Char.zero;
  if (first && digits.length > 1 && !/^0[xX]/.test(digits)) {
    const octal = /^0[0-7]*/.exec(digits)?.[0] ?? '0';
    const value = octal === '0' ? 0n : BigInt(`0o${octal.slice(1)}`);
    if (octal.length < digits.length) return { value: wrap(value), fault: 'bad-integer' };
    return value > words ? { value: words, fault: 'integer-too-large' } : { value: wrap(value) };
  }
  if (digits.length <= 10) return { value: Number(digits) };
  const value = BigInt(digits);
  return value > words ? { value: words, fault: 'integer-too-large' } : { value: wrap(value) };
}

export type UnaryOperator = '-' | '~' | '!';

/** `operator value` as dtc computes it. */
export function applyUnary(operator: UnaryOperator, value: Integer): Integer {
  if (operator === '!') return value == 0 ? 1 : 0;
  return wrap(operator === '-' ? -BigInt(value) : ~BigInt(value));
}

export type BinaryOperator =
  | ('*' | '/' | '%' | '+' | '-' | '<<' | '>>' | '<' | '>' | '<=' | '>=' | '==' | '!=')
  | ('&' | '^' | '|' | '&&' | '||');

/** `left operator right` as dtc computes it; undefined for a division by zero. */
export function applyBinary(
  operator: BinaryOperator,
  left: Integer,
  right: Integer,
): Integer | undefined {
  if (typeof left === 'number' && typeof right === 'number') {
    const small = applySmall(operator, left, right);
    if (small !== undefined) return small;
  }
  const a = BigInt(left);
  const b = BigInt(right);
  switch (operator) {
    case '*':
      return wrap(a * b);
    case '/':
      return b === 0n ? undefined : wrap(a / b);
    case '%':
      return b === 0n ? undefined : wrap(a % b);
    case '+':
      return wrap(a + b);
    case '-':
      return wrap(a - b);
    case '<<':
      return b < 64n ? wrap(a << b) : 0;
    case '>>':
      return b < 64n ? wrap(a >> b) : 0;
    case '<':
      return a < b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '&':
      return wrap(a & b);
    case '^':
      return wrap(a ^ b);
    case '|':
      return wrap(a | b);
    case '&&':
      return a !== 0n && b !== 0n ? 1 : 0;
    case '||':
      return a !== 0n || b !== 0n ? 1 : 0;
  }
}

/** The common cases without bigints; undefined for the others. */
function applySmall(operator: BinaryOperator, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b <= Number.MAX_SAFE_INTEGER ? a + b : undefined;
    case '-':
      return a >= b ? a - b : undefined;
    case '*':
      return a * b <= Number.MAX_SAFE_INTEGER ? a * b : undefined;
    case '|':
      return a <= 0x7fffffff && b <= 0x7fffffff ? a | b : undefined;
    case '&':
      return a <= 0x7fffffff && b <= 0x7fffffff ? a & b : undefined;
    case '<<':
      return b < 32 && a <= 0x1fffff ? a * 2 ** b : undefined;
    default:
      return undefined;
  }
}
