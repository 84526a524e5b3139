// Reads what an xl guest configuration (xl.cfg) says about memory and devices.

import { PAGE_SIZE } from '../addresses/page.ts';
import type { Range } from '../addresses/region.ts';

/** A value with where it stands in the text: UTF-16 offsets, end exclusive. */
export interface Placed<Value> {
  readonly value: Value;
  readonly start: number;
  readonly end: number;
}

/** An entry of `iomem`: host frames as a range of bytes, and where the guest sees its start. */
export interface IomemEntry extends Range {
  /** Guest physical address of the first byte. */
  readonly guest: bigint;
}

export interface XlConfig {
  /** Bytes; `maxmem` when there is no `memory`. */
  readonly memory?: Placed<bigint>;
  readonly iomem: readonly Placed<IomemEntry>[];
  /** Paths of host nodes. */
  readonly dtdev: readonly Placed<string>[];
  /** Paths of nodes that are copied into the guest's tree. */
  readonly passthroughNodes: readonly Placed<string>[];
  /** The partial tree of `device_tree`. */
  readonly deviceTree?: Placed<string>;
  /** Values that are not what xl takes. */
  readonly wrong: readonly (Placed<string> & { readonly because: string })[];
}

/** `name` and `number` are as written, a `string` without its quotes; a `mark` is one character, `+=`, or an end of line. */
interface Token extends Placed<string> {
  readonly kind: 'name' | 'string' | 'number' | 'mark';
  /** What is wrong with it: a clause. */
  readonly fault?: string;
}

/** What a setting is given; a list keeps the place of its brackets. */
type Value = Token | (Placed<Value[]> & { readonly kind: 'list' });

const BLANK = /[ \t\r]+/y;
const COMMENT = /#[^\n]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[0-9][0-9A-Fa-fx]*/y;
/** What xl takes behind a backslash. */
const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The tokens of a configuration (Xen: libxlu_cfg_l.l); the last one is always an end of line. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const skipped = match(BLANK) ?? match(COMMENT);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const character = text.charAt(at);
    const isString = character === '"' || character === "'";
    const name = match(NAME);
    const number = match(NUMBER);
    if (isString) {
      const { next, ...token } = readString(text, at);
      tokens.push(token);
      at = next;
      continue;
    }
    const value = name ?? number ?? (text.startsWith('+=', at) ? '+=' : character);
    const kind = name !== undefined ? 'name' : number !== undefined ? 'number' : 'mark';
    tokens.push({ kind, value, start: at, end: at + value.length });
    at += value.length;
  }
  tokens.push({ kind: 'mark', value: '\n', start: text.length, end: text.length });
  return tokens;
}

/** The string whose quote stands at `start`; it ends with its line when it is not closed. */
function readString(text: string, start: number): Token & { readonly next: number } {
  const quote = text.charAt(start);
  let value = '';
  let fault: string | undefined;
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote && text.charAt(at) !== '\n') {
    let character = text.charAt(at);
    if (character === '\\' && at + 1 < text.length && text.charAt(at + 1) !== '\n') {
      at += 1;
      character = text.charAt(at);
      const code = /^(?:x[0-9a-fA-F]{2}|[0-7]{1,3})/.exec(text.slice(at, at + 3))?.[0];
      if (code !== undefined) {
        at += code.length - 1;
        character = String.fromCharCode(
          code.startsWith('x') ? parseInt(code.slice(1), 16) : parseInt(code, 8),
        );
      } else if (ESCAPED[character] !== undefined) character = ESCAPED[character] ?? '';
      else if (!`\\'"`.includes(character)) fault ??= `\\${character} means nothing in a string`;
    }
    value += character;
    at += 1;
  }
  const isClosed = text.charAt(at) === quote;
  if (!isClosed) fault = `a string ends on its line: ${quote} is missing`;
  return {
    kind: 'string',
    value,
    start: start + 1,
    end: at,
    next: isClosed ? at + 1 : at,
    ...(fault === undefined ? {} : { fault }),
  };
}

/** Lists within lists that are read; xl's own configurations have two. */
const DEEPEST = 32;

/** Reads settings as xl does (Xen: libxlu_cfg_y.y). After a fault it goes on in the next line. */
class Settings {
  /** By name; a later one replaces an earlier one, `+=` adds to it. */
  readonly values = new Map<string, Value>();
  readonly wrong: XlConfig['wrong'][number][] = [];
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    while (this.#at < this.#tokens.length) this.#readStatement();
  }

  #next(): Token {
    return this.#tokens[this.#at] ?? (this.#tokens.at(-1) as Token);
  }

  #isMark(value: string): boolean {
    const { kind, value: found } = this.#next();
    return kind === 'mark' && found === value;
  }

  #complain(token: Token, because: string): void {
    this.wrong.push({ value: token.value, start: token.start, end: token.end, because });
  }

  #expected(what: string): void {
    const token = this.#next();
    const found = token.value === '\n' ? 'the end of the line' : wordToken(token);
    this.#complain(token, `expected ${what}, found ${found}`);
  }

  #skipLine(): void {
    while (this.#at < this.#tokens.length && !this.#isMark('\n')) this.#at += 1;
    this.#at += 1;
  }

  /** To behind the end of a list, or to a line that sets something. */
  #skipList(): void {
    for (let depth = 1; depth > 0 && !this.#isEnd(); this.#at += 1) {
      if (this.#startsSetting()) return;
      if (this.#isMark('[')) depth += 1;
      else if (this.#isMark(']')) depth -= 1;
    }
  }

  /** Whether a line begins here that sets something. */
  #startsSetting(): boolean {
    return this.#tokens[this.#at - 1]?.value === '\n' && this.#isSettingAt(this.#at);
  }

  #isSettingAt(at: number): boolean {
    const [name, operator] = [this.#tokens[at], this.#tokens[at + 1]];
    return name?.kind === 'name' && operator?.kind === 'mark' && /^\+?=$/.test(operator.value);
  }

  #readStatement(): void {
    if (this.#isMark('\n') || this.#isMark(';')) {
      this.#at += 1;
      return;
    }
    const name = this.#next();
    if (!this.#isSettingAt(this.#at)) {
      if (name.kind === 'name') this.#at += 1;
      this.#expected(name.kind === 'name' ? '= or +=' : 'NAME = VALUE');
      this.#skipLine();
      return;
    }
    const isJoined = this.#tokens[this.#at + 1]?.value === '+=';
    this.#at += 2;
    const isList = this.#isMark('[');
    const value = this.#readValue(0);
    if (!value) {
      if (isList) this.#skipList();
      else this.#skipLine();
      return;
    }
    if (isJoined) this.#append(name, value);
    else this.values.set(name.value, value);
    if (this.#isMark('\n') || this.#isMark(';')) return;
    this.#expected('the end of the line');
    this.#skipLine();
  }

  /** A value; undefined, with a complaint, when none stands here. */
  #readValue(depth: number): Value | undefined {
    const token = this.#next();
    if (token.kind === 'string' || token.kind === 'number') {
      this.#at += 1;
      if (token.fault === undefined) return token;
      this.#complain(token, token.fault);
      return undefined;
    }
    if (!this.#isMark('[')) {
      this.#expected('a string, a number or a list');
      return undefined;
    }
    if (depth === DEEPEST) {
      this.#complain(token, `more than ${DEEPEST} lists within each other`);
      return undefined;
    }
    this.#at += 1;
    return this.#readList(token, depth);
  }

  #readList(open: Token, depth: number): Value | undefined {
    const values: Value[] = [];
    for (;;) {
      this.#skipLineEnds();
      if (this.#isMark(']')) break;
      // xl reads on; that the list ends before a line which sets something is what was meant.
      if (this.#isEnd() || this.#startsSetting()) {
        this.#complain(open, 'a list that is not closed: ] is missing');
        return undefined;
      }
      const value = this.#readValue(depth + 1);
      if (!value) return undefined;
      values.push(value);
      this.#skipLineEnds();
      if (this.#isMark(',')) this.#at += 1;
      else if (!this.#isMark(']') && !this.#isEnd() && !this.#startsSetting()) {
        this.#expected(', or ]');
        return undefined;
      }
    }
    const { end } = this.#next();
    this.#at += 1;
    return { kind: 'list', value: values, start: open.start, end };
  }

  #isEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  #skipLineEnds(): void {
    while (!this.#isEnd() && this.#isMark('\n')) this.#at += 1;
  }

  /** Lists are joined, and so are strings; what is not there yet is set. */
  #append(name: Token, value: Value): void {
    const before = this.values.get(name.value);
    if (before === undefined) this.values.set(name.value, value);
    else if (before.kind === 'list' && value.kind === 'list')
      for (const each of value.value) before.value.push(each);
    else if (before.kind !== 'list' && value.kind !== 'list')
      this.values.set(name.value, { ...value, value: before.value + value.value });
    else
      this.#complain(name, `+= joins two lists or two strings, and ${name.value} is one of each`);
  }
}

/** What stands there, without a word of the text: it may be a file that was named by mistake. */
function wordToken({ kind, value }: Token): string {
  return kind === 'mark' ? value : `a ${kind}`;
}

/** As xl scans it, with `%lx,%lx@%lx`: hexadecimal, with or without 0x, blanks in front of each number. */
const IOMEM =
  /^\s*(?:0[xX])?([0-9a-fA-F]{1,16}),\s*(?:0[xX])?([0-9a-fA-F]{1,16})(?:@\s*(?:0[xX])?([0-9a-fA-F]{1,16}))?$/;

/** UTF-16 code units; xl configurations are written by hand. */
const LONGEST = 1 << 20;

/** What `type` may be (xl.cfg(5)). */
const TYPES: ReadonlySet<string> = new Set(['pv', 'pvh', 'hvm']);

/** What an xl configuration says; undefined when the text is none: too long, or without a single setting. */
export function readXlConfig(text: string): XlConfig | undefined {
  if (text.length > LONGEST || text.includes('\0')) return undefined;
  if (!SETTING.test(text)) return undefined;
  const { values, wrong: faults } = new Settings(text);
  const wrong = [...faults];
  const strings = (name: string): Token[] => {
    const list = values.get(name);
    if (list === undefined) return [];
    if (list.kind !== 'list') {
      wrong.push({ ...placeOf(list), because: `${name} must be a list of strings` });
      return [];
    }
    return list.value.flatMap((each): Token[] => {
      if (each.kind !== 'list') return [each];
      wrong.push({ ...placeOf(each), because: `${name} must be a list of strings` });
      return [];
    });
  };
  const single = (name: string, what: string): Token | undefined => {
    const value = values.get(name);
    if (value?.kind !== 'list') return value;
    wrong.push({ ...placeOf(value), because: `${name} must be ${what}` });
    return undefined;
  };
  const iomem = strings('iomem').flatMap((entry): Placed<IomemEntry>[] => {
    const match = IOMEM.exec(entry.value);
    if (!match) {
      wrong.push({
        ...placeOf(entry),
        because: 'iomem must be "START,COUNT" or "START,COUNT@GUEST" in hexadecimal frames',
      });
      return [];
    }
    const [first = 0n, count = 0n, guest] = match
      .slice(1)
      .map((digits) => (digits === undefined ? undefined : BigInt(`0x${digits}`)));
    const start = first * PAGE_SIZE;
    const value = {
      start,
      end: (first + count) * PAGE_SIZE,
      guest: (guest ?? first) * PAGE_SIZE,
    };
    return [{ value, start: entry.start, end: entry.end }];
  });
  const sizes = ['memory', 'maxmem'].flatMap((name): Placed<bigint>[] => {
    const given = single(name, 'a number of MiB');
    if (!given) return [];
    const size = wholeNumber(given.value);
    if (size !== undefined) return [{ value: size << 20n, start: given.start, end: given.end }];
    wrong.push({ ...placeOf(given), because: `${name} must be a number of MiB` });
    return [];
  });
  const type = single('type', '"pv", "pvh" or "hvm"');
  if (type && !TYPES.has(type.value))
    wrong.push({ ...placeOf(type), because: 'type must be "pv", "pvh" or "hvm"' });
  const [memory] = sizes;
  const deviceTree = single('device_tree', 'the path of a file');
  return {
    ...(memory ? { memory } : {}),
    iomem,
    dtdev: strings('dtdev').map(placeOf),
    passthroughNodes: strings('dt_passthrough_nodes').map(placeOf),
    ...(deviceTree ? { deviceTree: placeOf(deviceTree) } : {}),
    wrong,
  };
}

/** A line that sets something: a text without one is no configuration. */
const SETTING = /^[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*\+?=/m;

function placeOf({ value, start, end }: Value): Placed<string> {
  return { value: typeof value === 'string' ? value : '', start, end };
}

/** As xl reads numbers: decimal, hexadecimal after 0x, octal after 0 (strtoul with base 0). */
function wholeNumber(text: string): bigint | undefined {
  if (/^(?:[1-9][0-9]{0,15}|0[xX][0-9a-fA-F]{1,12})$/.test(text)) return BigInt(text);
  return /^0[0-7]{0,15}$/.test(text) ? BigInt(`0o0${text.slice(1)}`) : undefined;
}
