// Evaluates the conditions of boot scripts: U-Boot's `test`, `itest` and `env exists`.

/** `unknown` with a clause that says why. */
export type Truth = boolean | { readonly unknown: string };

/** Commands that only ask. */
export const CONDITIONS: ReadonlySet<string> = new Set(['test', 'itest', 'true', 'false']);

/**
 * Whether a condition holds. `whyOf` says why a word by its index is not known, and is undefined for a known one; `exists`
 * says whether a file is there, as far as that is known.
 */
export function holds(
  words: readonly string[],
  whyOf: (index: number) => string | undefined,
  exists: (file: string) => boolean,
): Truth {
  const [name = '', ...rest] = words;
  if (name === 'true' || name === 'false') return name === 'true';
  const unknown = rest.findIndex((_, index) => whyOf(index + 1) !== undefined);
  if (unknown >= 0) return { unknown: whyOf(unknown + 1) ?? '' };
  return name.startsWith('itest') ? compareNumbers(rest) : testWords(rest, exists);
}

/** `A -o B -a C`, from left to right (U-Boot: cmd/test.c). */
function testWords(words: readonly string[], exists: (file: string) => boolean): Truth {
  let result: Truth | undefined;
  let operator = '';
  for (let at = 0; at < words.length;) {
    let isNot = false;
    while (words[at] === '!') {
      isNot = !isNot;
      at++;
    }
    const [value, length] = primary(words, at, exists);
    const truth: Truth = typeof value === 'boolean' ? value !== isNot : value;
    result = result === undefined ? truth : combine(result, operator, truth);
    at += length;
    operator = words[at] ?? '';
    if (at < words.length && operator !== '-o' && operator !== '-a') return { unknown: NOT_READ };
    at++;
  }
  return result ?? false;
}

const NOT_READ = 'dtmap does not read this condition';

function combine(one: Truth, operator: string, other: Truth): Truth {
  const decides = operator === '-o';
  if (one === decides || other === decides) return decides;
  return typeof one === 'boolean' ? other : one;
}

/** The first condition from `at` on, and how many words it has. */
function primary(
  words: readonly string[],
  at: number,
  exists: (file: string) => boolean,
): readonly [Truth, number] {
  const [first = '', second, third, fourth] = words.slice(at, at + 4);
  if (first === '-n' || first === '-z')
    return [(second ?? '') === '' ? first === '-z' : first === '-n', 2];
  if (first === '-e')
    return exists(fourth ?? '')
      ? [true, 4]
      : [{ unknown: `${fourth ?? 'the file'} is not beside the script` }, 4];
  const compared = second === undefined ? undefined : compare(first, second, third ?? '');
  return compared === undefined ? [{ unknown: NOT_READ }, 3] : [compared, 3];
}

function compare(left: string, operator: string, right: string): Truth | undefined {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    default:
      return order(operator, number(left), number(right));
  }
}

/** A number of `test`: decimal, or with `0x`. */
function number(text: string): bigint | undefined {
  return /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text) ? BigInt(text) : undefined;
}

function order(
  operator: string,
  left: bigint | undefined,
  right: bigint | undefined,
): Truth | undefined {
  if (left === undefined || right === undefined) return undefined;
  switch (operator) {
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    case '-ge':
      return left >= right;
    default:
      return undefined;
  }
}

const SIGNS: Readonly<Record<string, string>> = {
  eq: '-eq',
  '==': '-eq',
  ne: '-ne',
  '!=': '-ne',
  '<>': '-ne',
  lt: '-lt',
  '<': '-lt',
  le: '-le',
  '<=': '-le',
  gt: '-gt',
  '>': '-gt',
  ge: '-ge',
  '>=': '-ge',
};

/** `itest A OP B` of hexadecimal numbers; what stands in memory (`*A`) is not known. */
function compareNumbers([left = '', operator = '', right = '']: readonly string[]): Truth {
  const hexadecimal = (text: string): bigint | undefined =>
    /^(?:0x)?[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text.replace(/^0x/i, '')}`) : undefined;
  const sign = SIGNS[operator.replace(/^-/, '')] ?? '';
  return order(sign, hexadecimal(left), hexadecimal(right)) ?? { unknown: NOT_READ };
}
