// Reads one statement by dtc's grammar (dt-parser.y): what it says, or the one place where it goes wrong.

import { Char } from '../text/char.ts';
import { decodeText } from '../text/decode.ts';
import { mostStatements } from '../syntax/scan-statements.ts';
import { Lexer, TokenKind } from '../syntax/lexer.ts';
import type { Statement } from '../syntax/statement.ts';
import {
  applyBinary,
  applyUnary,
  readInteger,
  type BinaryOperator,
  type Integer,
  type UnaryOperator,
} from './integers.ts';
import { intern } from './intern.ts';
import {
  flatSizeOf,
  partStride,
  type Lowered,
  type LoweredLabel,
  type LoweredNode,
  type LoweredProblem,
  type LoweredProperty,
  type LoweredReference,
} from './lowered.ts';
import { appendStringBytes } from './string-bytes.ts';

const cache = new WeakMap<Statement, Lowered>();

/** What `statement`, which begins at `base` of `text`, says. Remembered by the statement's identity. */
export function lower(statement: Statement, text: string, base: number): Lowered {
  const known = cache.get(statement);
  if (known !== undefined) return known;
  const lowered =
    statement.kind === 'node'
      ? lowerNode(statement, text, base)
      : statement.kind === 'leaf'
        ? new StatementReader(text, base, base + statement.length).readLeaf()
        : lowerStray(statement);
  cache.set(statement, lowered);
  return lowered;
}

const nothing: readonly never[] = [];
const noBytes = new Uint8Array(0);

function lowerStray(statement: Statement): Lowered {
  const facts =
    statement.ending === 'cut'
      ? { because: 'too-many-statements', limit: `${mostStatements}` }
      : { because: 'unmatched-close-brace' };
  return {
    kind: 'nothing',
    problems: [{ id: 'syntax', start: 0, end: Math.min(1, statement.length), facts }],
  };
}

function lowerNode(statement: Statement, text: string, base: number): LoweredNode {
  const { children, offsets } = statement;
  const reader = new StatementReader(text, base, base + statement.head);
  const head = reader.readHead();
  const items: Lowered[] = [];
  for (let index = 0; index < children.length; index++)
    items.push(lower(children[index] as Statement, text, base + (offsets[index] ?? 0)));
  const problems: LoweredProblem[] = reader.problems;
  const hasItemProblems = checkItems(statement, items, problems);
  checkEnding(statement, head.name, problems);
  return {
    kind: 'node',
    ...head,
    length: statement.length,
    items,
    offsets,
    ...indexItems(items),
    problems,
    checks: head.opens === 'child' ? nodeNameChecks(head.name, head.nameStart) : nothing,
    hasProblems: hasItemProblems || problems.length > 0,
  };
}

type ItemIndex = Pick<
  LoweredNode,
  | 'orderMatters'
  | 'propertyIndex'
  | 'propertyNames'
  | 'flatSize'
  | 'specialProperties'
  | 'otherItems'
>;

/** Where the properties and the other items of a node are, and whether their order matters. */
function indexItems(items: readonly Lowered[]): ItemIndex {
  const propertyIndex = new Map<string, number>();
  const specialProperties: number[] = [];
  const otherItems: number[] = [];
  let orderMatters = false;
  let flatSize = 0;
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as Lowered;
    if (item.kind === 'property') {
      if (item.isSpecial) specialProperties.push(index);
      flatSize += flatSizeOf(item.bytes.length);
      if (propertyIndex.has(item.name)) orderMatters = true;
      propertyIndex.set(item.name, index);
    } else {
      otherItems.push(index);
      if (item.kind === 'delete-property') orderMatters = true;
    }
  }
  return {
    orderMatters,
    propertyIndex,
    propertyNames: [...propertyIndex.keys()],
    flatSize,
    specialProperties,
    otherItems,
  };
}

/** Adds what is wrong with items where they stand; whether one of them has a problem of its own. */
function checkItems(
  { children, offsets }: Statement,
  items: readonly Lowered[],
  problems: LoweredProblem[],
): boolean {
  let hasItemProblems = false;
  /** The subnode that a property must not follow. */
  let subnode: string | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as Lowered;
    const child = children[index] as Statement;
    const offset = offsets[index] ?? 0;
    if (item.kind === 'node' ? item.hasProblems : item.problems.length > 0) hasItemProblems = true;
    switch (item.kind) {
      case 'node':
      case 'delete-node':
        // What follows a node that is not closed may well have been meant to be outside it.
        if (child.ending !== 'no-brace') subnode = item.name;
        if (item.kind === 'node') checkOpening(item, offset, problems);
        break;
      case 'property':
      case 'delete-property':
        if (subnode === undefined) break;
        problems.push({
          id: 'syntax',
          start: offset + item.nameStart,
          end: offset + item.nameEnd,
          facts: { because: 'property-after-subnode', property: item.name, subnode },
        });
        break;
      case 'nothing':
        break;
      default:
        problems.push({
          id: 'syntax',
          start: offset,
          end: offset + child.length,
          facts: { because: 'only-at-top-level', what: TOP_LEVEL[item.kind] },
        });
    }
  }
  return hasItemProblems;
}

/** What may stand only outside of all nodes, as it is called. */
const TOP_LEVEL = {
  'delete-reference': '/delete-node/ with a reference',
  'omit-reference': '/omit-if-no-ref/ with a reference',
  reservation: '/memreserve/',
  version: '/dts-v1/',
  plugin: '/plugin/',
} as const;

/** A subnode has a name of its own. */
function checkOpening(node: LoweredNode, offset: number, problems: LoweredProblem[]): void {
  if (node.opens === 'child' || node.opens === undefined) return;
  const what = node.opens === 'root' ? '/ {' : 'a node opened by reference';
  problems.push({
    id: 'syntax',
    start: offset + node.nameStart,
    end: offset + node.nameEnd,
    facts: { because: 'only-at-top-level', what },
  });
}

function checkEnding(
  { ending, head, length }: Statement,
  name: string,
  problems: LoweredProblem[],
): void {
  if (ending === 'no-brace')
    problems.push({
      id: 'syntax',
      start: head,
      end: head + 1,
      facts: { because: 'missing-close-brace', node: name },
    });
  else if (ending === 'no-semicolon')
    problems.push({
      id: 'syntax',
      start: length - 1,
      end: length,
      facts: { because: 'missing-semicolon', after: '}' },
    });
}

function nodeNameChecks(name: string, start: number): readonly LoweredProblem[] {
  const bad = /[^a-zA-Z0-9,._+@-]/.exec(name);
  if (bad) {
    const at = start + bad.index;
    return [{ id: 'node_name_chars', start: at, end: at + 1, facts: { name, character: bad[0] } }];
  }
  const second = name.indexOf('@', name.indexOf('@') + 1);
  return name.includes('@') && second > 0
    ? [{ id: 'node_name_format', start, end: start + name.length, facts: { name } }]
    : nothing;
}

function propertyNameChecks(name: string, start: number): readonly LoweredProblem[] {
  const bad = /[^a-zA-Z0-9,._+*#?-]/.exec(name);
  if (!bad) return nothing;
  const at = start + bad.index;
  return [
    { id: 'property_name_chars', start: at, end: at + 1, facts: { name, character: bad[0] } },
  ];
}

/** dtc's binary operators by token, with how tightly they bind. */
const operators = new Map<number, readonly [BinaryOperator, number]>([
  [TokenKind.or, ['||', 1]],
  [TokenKind.and, ['&&', 2]],
  [Char.bar, ['|', 3]],
  [Char.caret, ['^', 4]],
  [Char.ampersand, ['&', 5]],
  [TokenKind.equal, ['==', 6]],
  [TokenKind.notEqual, ['!=', 6]],
  [Char.openAngle, ['<', 7]],
  [Char.closeAngle, ['>', 7]],
  [TokenKind.lessOrEqual, ['<=', 7]],
  [TokenKind.greaterOrEqual, ['>=', 7]],
  [TokenKind.shiftLeft, ['<<', 8]],
  [TokenKind.shiftRight, ['>>', 8]],
  [Char.plus, ['+', 9]],
  [Char.minus, ['-', 9]],
  [Char.asterisk, ['*', 10]],
  [Char.slash, ['/', 10]],
  [Char.percent, ['%', 10]],
]);

/** Cells, strings and other parts of one value that are read: a value of more would not fit into any blob that is booted. */
const mostParts = 1 << 22;
/** A value of more parts keeps them in an array of 32-bit numbers, which takes half the memory. */
const fewParts = 10_000;

/** How deep parentheses and operators may nest before the text counts as wrong. */
const deepestExpression = 200;

/** Reads one statement, or the part of one before `{`. A reading function returns undefined after a problem. */
class StatementReader {
  readonly #text: string;
  readonly #base: number;
  readonly #end: number;
  readonly #lexer: Lexer;
  readonly problems: LoweredProblem[] = [];
  readonly #bytes: number[] = [];
  readonly #parts: number[] = [];
  readonly #references: LoweredReference[] = [];
  readonly #valueLabels: LoweredLabel[] = [];
  #group = 0;

  constructor(text: string, base: number, end: number) {
    this.#text = text;
    this.#base = base;
    this.#end = end;
    this.#lexer = new Lexer(text, base, end);
  }

  readHead(): Pick<
    LoweredNode,
    'labels' | 'omitIfUnused' | 'opens' | 'name' | 'nameStart' | 'nameEnd'
  > {
    const lexer = this.#lexer;
    lexer.next();
    const labels: LoweredLabel[] = [];
    let omitIfUnused = false;
    for (;;) {
      if (lexer.kind === TokenKind.label) labels.push(this.#label());
      else if (lexer.kind === TokenKind.keyword && lexer.text === '/omit-if-no-ref/')
        omitIfUnused = true;
      else break;
      lexer.next();
    }
    const nameStart = lexer.start - this.#base;
    const nameEnd = lexer.end - this.#base;
    const { kind } = lexer;
    const opens =
      kind === Char.slash
        ? 'root'
        : kind === TokenKind.name
          ? 'child'
          : kind === TokenKind.labelReference || kind === TokenKind.pathReference
            ? 'reference'
            : undefined;
    const name = opens === undefined || opens === 'root' ? '' : intern(lexer.text);
    if (opens === undefined) this.#unexpected('a node name');
    else if (lexer.next() !== TokenKind.end) this.#unexpected('{');
    if (opens === 'root' && (labels.length > 0 || omitIfUnused)) {
      const label = labels[0];
      this.#problem('syntax', this.#base + (label?.start ?? 0), this.#base + (label?.end ?? 1), {
        because: 'expected',
        expected: '/',
        found: label ? `${label.name}:` : '/omit-if-no-ref/',
      });
    }
    return { labels, omitIfUnused, opens, name, nameStart, nameEnd };
  }

  readLeaf(): Lowered {
    const lexer = this.#lexer;
    lexer.next();
    const labels: LoweredLabel[] = [];
    while (lexer.kind === TokenKind.label) {
      labels.push(this.#label());
      lexer.next();
    }
    if (lexer.kind === TokenKind.name) return this.#readProperty(labels) ?? this.#nothing();
    if (lexer.kind === TokenKind.keyword) {
      return this.#readDirective(lexer.text, labels) ?? this.#nothing();
    }
    this.#unexpected('a property or node');
    return this.#nothing();
  }

  #nothing(): Lowered {
    return { kind: 'nothing', problems: this.problems };
  }

  #readDirective(word: string, labels: readonly LoweredLabel[]): Lowered | undefined {
    const lexer = this.#lexer;
    const { problems } = this;
    if (labels[0] !== undefined && (word === '/dts-v1/' || word === '/plugin/')) {
      this.#unexpected('a property or node');
      return undefined;
    }
    switch (word) {
      case '/dts-v1/':
      case '/plugin/': {
        lexer.next();
        const length = this.#end - this.#base;
        this.#readSemicolon(word);
        return { kind: word === '/plugin/' ? 'plugin' : 'version', length, problems };
      }
      case '/delete-property/':
      case '/delete-node/':
      case '/omit-if-no-ref/': {
        const kind = lexer.next();
        if (word === '/omit-if-no-ref/' && kind === TokenKind.keyword) {
          // Senseless but legal before the deletion of a child.
          if (
            lexer.text === '/delete-node/' &&
            !this.#text.slice(lexer.end, this.#end).includes('&')
          )
            return this.#readDirective('/delete-node/', labels);
          this.#unexpected('a node name');
          return undefined;
        }
        const isReference = kind === TokenKind.labelReference || kind === TokenKind.pathReference;
        if (kind !== TokenKind.name && (!isReference || word === '/delete-property/')) {
          this.#unexpected(word === '/delete-property/' ? 'a property name' : 'a node name');
          return undefined;
        }
        const name = intern(lexer.text);
        const nameStart = lexer.start - this.#base;
        const nameEnd = lexer.end - this.#base;
        lexer.next();
        if (word === '/omit-if-no-ref/' && !isReference) {
          this.#unexpected('{');
          return undefined;
        }
        this.#readSemicolon(name);
        return {
          kind:
            word === '/delete-property/'
              ? 'delete-property'
              : word === '/omit-if-no-ref/'
                ? 'omit-reference'
                : isReference
                  ? 'delete-reference'
                  : 'delete-node',
          labels,
          name,
          nameStart,
          nameEnd,
          problems,
        };
      }
      case '/memreserve/': {
        lexer.next();
        const addressStart = lexer.start - this.#base;
        const address = this.#readPrimary(0);
        if (address === undefined) return undefined;
        const addressEnd = lexer.before - this.#base;
        const sizeStart = lexer.start - this.#base;
        const size = this.#readPrimary(0);
        if (size === undefined) return undefined;
        const sizeEnd = lexer.before - this.#base;
        this.#readSemicolon('/memreserve/');
        return {
          kind: 'reservation',
          labels,
          address: BigInt(address),
          addressStart,
          addressEnd,
          size: BigInt(size),
          sizeStart,
          sizeEnd,
          length: this.#end - this.#base,
          problems,
        };
      }
      default:
        this.#unexpected('a property or node');
        return undefined;
    }
  }

  #readProperty(labels: readonly LoweredLabel[]): Lowered | undefined {
    const lexer = this.#lexer;
    const name = intern(lexer.text);
    const nameStart = lexer.start - this.#base;
    const nameEnd = lexer.end - this.#base;
    let valueStart = -1;
    let valueEnd = -1;
    if (lexer.next() === Char.equals) {
      lexer.next();
      valueStart = lexer.start - this.#base;
      if (!this.#readValue()) return undefined;
      valueEnd = lexer.before - this.#base;
    }
    this.#readSemicolon(name);
    const checks = propertyNameChecks(name, nameStart);
    return {
      kind: 'property',
      labels,
      name,
      nameStart,
      nameEnd,
      valueStart,
      valueEnd,
      length: this.#end - this.#base,
      bytes: this.#bytes.length === 0 ? noBytes : Uint8Array.from(this.#bytes),
      parts: this.#keptParts(),
      references: this.#references.length === 0 ? nothing : this.#references,
      inserts: this.#references.some(({ kind }) => kind !== 'phandle'),
      valueLabels: this.#valueLabels.length === 0 ? nothing : this.#valueLabels,
      problems: this.problems.length === 0 ? nothing : this.problems,
      checks,
      isSpecial:
        this.#references.length > 0 ||
        this.#valueLabels.length > 0 ||
        labels.length > 0 ||
        checks.length > 0 ||
        name === 'phandle' ||
        name === 'linux,phandle' ||
        name === 'name',
      readBy: 0,
    };
  }

  #keptParts(): LoweredProperty['parts'] {
    if (this.#parts.length === 0) return nothing;
    return this.#parts.length > fewParts * partStride ? Int32Array.from(this.#parts) : this.#parts;
  }

  /** The value, up to what cannot belong to it; false after a problem that leaves it unusable. */
  #readValue(): boolean {
    for (;;) {
      if (this.#isTooLong()) return false;
      this.#readValueLabels();
      if (!this.#readItem()) return false;
      this.#group++;
      this.#readValueLabels();
      if (this.#lexer.kind !== Char.comma) return true;
      this.#lexer.next();
    }
  }

  /** Whether the value has more parts than are read, which is then said. */
  #isTooLong(): boolean {
    if (this.#parts.length < mostParts * partStride) return false;
    const { start, end } = this.#lexer;
    this.#problem('semantics', start, end, { because: 'value-too-long', limit: `${mostParts}` });
    return true;
  }

  #readValueLabels(): void {
    while (this.#lexer.kind === TokenKind.label) {
      this.#valueLabels.push(this.#label());
      this.#lexer.next();
    }
  }

  #readItem(): boolean {
    const lexer = this.#lexer;
    switch (lexer.kind) {
      case TokenKind.string: {
        const offset = this.#bytes.length;
        this.#appendString(this.#text.slice(lexer.start + 1, lexer.end - 1));
        this.#bytes.push(0);
        this.#part(1, offset, lexer.start, lexer.end);
        lexer.next();
        return true;
      }
      case Char.openAngle:
        lexer.next();
        return this.#readCells(32);
      case Char.openBracket:
        return this.#readBytes();
      case TokenKind.labelReference:
      case TokenKind.pathReference:
        this.#reference('path', intern(lexer.text));
        this.#part(4, this.#bytes.length, lexer.start, lexer.end);
        lexer.next();
        return true;
      case TokenKind.keyword:
        if (lexer.text === '/bits/') return this.#readSizedCells();
        if (lexer.text === '/incbin/') return this.#readIncbin();
        break;
    }
    this.#unexpected('a value');
    return false;
  }

  #readSizedCells(): boolean {
    const lexer = this.#lexer;
    if (lexer.next() !== TokenKind.integer) {
      this.#unexpected('8, 16, 32 or 64');
      return false;
    }
    const { start, end } = lexer;
    const value = this.#readLiteral();
    const isWidth = value === 8 || value === 16 || value === 32 || value === 64;
    if (!isWidth) this.#problem('semantics', start, end, { because: 'bad-bits', bits: `${value}` });
    if (lexer.kind !== Char.openAngle) {
      this.#unexpected('<');
      return false;
    }
    lexer.next();
    return this.#readCells(isWidth ? value : 32);
  }

  #readCells(bits: 8 | 16 | 32 | 64): boolean {
    const lexer = this.#lexer;
    for (;;) {
      if (this.#isTooLong()) return false;
      switch (lexer.kind) {
        case Char.closeAngle:
          lexer.next();
          return true;
        case TokenKind.label:
          this.#valueLabels.push(this.#label());
          lexer.next();
          break;
        case TokenKind.labelReference:
        case TokenKind.pathReference: {
          const offset = this.#bytes.length;
          if (bits === 32) this.#reference('phandle', intern(lexer.text));
          else
            this.#problem('semantics', lexer.start, lexer.end, {
              because: 'reference-width',
              bits: `${bits}`,
            });
          for (let byte = 0; byte < bits; byte += 8) this.#bytes.push(0xff);
          this.#part(bits === 32 ? 3 : 0, offset, lexer.start, lexer.end);
          lexer.next();
          break;
        }
        case TokenKind.integer:
        case TokenKind.character:
        case Char.openParenthesis: {
          const { start } = lexer;
          const value = this.#readPrimary(0);
          if (value === undefined) return false;
          const offset = this.#bytes.length;
          this.#appendCell(value, bits, start, lexer.before);
          this.#part(0, offset, start, lexer.before);
          break;
        }
        case Char.semicolon:
        case TokenKind.end:
          this.#missing('>');
          return true;
        default:
          this.#unexpected('a number, a reference or >');
          return false;
      }
    }
  }

  #readBytes(): boolean {
    const lexer = this.#lexer;
    const { start } = lexer;
    const offset = this.#bytes.length;
    for (;;) {
      const kind = lexer.next();
      if (kind === TokenKind.byte) {
        this.#bytes.push(parseInt(this.#text.slice(lexer.start, lexer.end), 16));
      } else if (kind === TokenKind.label) {
        this.#valueLabels.push(this.#label());
      } else if (kind === Char.closeBracket) {
        this.#part(2, offset, start, lexer.end);
        lexer.next();
        return true;
      } else {
        this.#unexpected('two hexadecimal digits or ]');
        return false;
      }
    }
  }

  #readIncbin(): boolean {
    const lexer = this.#lexer;
    const { start } = lexer;
    if (lexer.next() !== Char.openParenthesis) return this.#unexpected('(');
    if (lexer.next() !== TokenKind.string) return this.#unexpected('a file name');
    const name: number[] = [];
    if (!appendStringBytes(this.#text.slice(lexer.start + 1, lexer.end - 1), name))
      this.#badEscape();
    let from: Integer = 0;
    let limit: Integer | undefined;
    if (lexer.next() === Char.comma) {
      lexer.next();
      const first = this.#readPrimary(0);
      if (first === undefined) return false;
      from = first;
      if (lexer.kind !== Char.comma) return this.#unexpected(',');
      lexer.next();
      limit = this.#readPrimary(0);
      if (limit === undefined) return false;
    }
    if (lexer.kind !== Char.closeParenthesis) return this.#unexpected(')');
    this.#references.push({
      kind: 'incbin',
      offset: this.#bytes.length,
      target: decodeText(Uint8Array.from(name)),
      part: this.#parts.length / partStride,
      from: Number(from),
      ...(limit === undefined ? {} : { limit: Number(limit) }),
    });
    this.#part(5, this.#bytes.length, start, lexer.end);
    lexer.next();
    return true;
  }

  /** A literal or an expression in parentheses; the token after it is then the current one. */
  #readPrimary(depth: number): Integer | undefined {
    const lexer = this.#lexer;
    switch (lexer.kind) {
      case TokenKind.integer:
        return this.#readLiteral();
      case TokenKind.character: {
        const bytes: number[] = [];
        if (!appendStringBytes(this.#text.slice(lexer.start + 1, lexer.end - 1), bytes))
          this.#badEscape();
        if (bytes.length !== 1)
          this.#problem('syntax', lexer.start, lexer.end, {
            because: bytes.length === 0 ? 'empty-character' : 'long-character',
            text: lexer.text,
          });
        lexer.next();
        return bytes[0] ?? 0;
      }
      case Char.openParenthesis: {
        lexer.next();
        const value = this.#readExpression(depth + 1);
        if (value === undefined) return undefined;
        if (!this.#isAt(Char.closeParenthesis)) {
          this.#unexpected(')');
          return undefined;
        }
        lexer.next();
        return value;
      }
      default:
        this.#unexpected('a number');
        return undefined;
    }
  }

  #readLiteral(): Integer {
    const lexer = this.#lexer;
    const word = lexer.text;
    const { value, fault } = readInteger(word.replace(/[UL]{1,3}$/, ''));
    if (fault) this.#problem('syntax', lexer.start, lexer.end, { because: fault, text: word });
    lexer.next();
    return value;
  }

  #readExpression(depth: number): Integer | undefined {
    if (depth > deepestExpression) {
      this.#problem('syntax', this.#lexer.start, this.#lexer.end, { because: 'too-deep' });
      return undefined;
    }
    const condition = this.#readBinary(1, depth);
    if (condition === undefined || this.#lexer.kind !== Char.questionMark) return condition;
    this.#lexer.next();
    const whenTrue = this.#readExpression(depth + 1);
    if (whenTrue === undefined) return undefined;
    if (!this.#isAt(Char.colon)) {
      this.#unexpected(':');
      return undefined;
    }
    this.#lexer.next();
    const whenFalse = this.#readExpression(depth + 1);
    if (whenFalse === undefined) return undefined;
    return condition == 0 ? whenFalse : whenTrue;
  }

  #readBinary(tightness: number, depth: number): Integer | undefined {
    const lexer = this.#lexer;
    const { start } = lexer;
    let left = this.#readUnary(depth);
    while (left !== undefined) {
      const operator = operators.get(lexer.kind);
      if (operator === undefined || operator[1] < tightness) return left;
      lexer.next();
      const right = this.#readBinary(operator[1] + 1, depth + 1);
      if (right === undefined) return undefined;
      const result = applyBinary(operator[0], left, right);
      if (result === undefined)
        this.#problem('semantics', start, lexer.before, { because: 'division-by-zero' });
      left = result ?? 0;
    }
    return left;
  }

  #readUnary(depth: number): Integer | undefined {
    const operator =
      this.#lexer.kind === Char.minus
        ? '-'
        : this.#lexer.kind === Char.tilde
          ? '~'
          : this.#lexer.kind === Char.exclamationMark
            ? '!'
            : undefined;
    if (operator === undefined) return this.#readPrimary(depth);
    if (depth > deepestExpression) return this.#readExpression(depth);
    this.#lexer.next();
    const value = this.#readUnary(depth + 1);
    return value === undefined ? undefined : applyUnary(operator satisfies UnaryOperator, value);
  }

  #isAt(kind: number): boolean {
    return this.#lexer.kind === kind;
  }

  #appendCell(value: Integer, bits: 8 | 16 | 32 | 64, start: number, end: number): void {
    if (bits === 32 && typeof value === 'number' && value <= 0xffffffff) {
      this.#bytes.push(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
      return;
    }
    const wide = BigInt(value);
    if (bits < 64) {
      const mask = (1n << BigInt(bits)) - 1n;
      if (wide > mask && (wide | mask) !== 0xffff_ffff_ffff_ffffn) {
        this.#problem('semantics', start, end, {
          because: 'value-out-of-range',
          value: `0x${wide.toString(16)}`,
          bits: `${bits}`,
        });
      }
    }
    for (let shift = bits - 8; shift >= 0; shift -= 8)
      this.#bytes.push(Number((wide >> BigInt(shift)) & 0xffn));
  }

  #appendString(literal: string): void {
    const bytes = this.#bytes;
    for (let at = 0; at < literal.length; at++) {
      const code = literal.charCodeAt(at);
      if (code === Char.backslash || code > 0x7f) {
        if (!appendStringBytes(literal.slice(at), bytes)) this.#badEscape();
        return;
      }
      bytes.push(code);
    }
  }

  #badEscape(): void {
    this.#problem('syntax', this.#lexer.start, this.#lexer.end, { because: 'bad-escape' });
  }

  #reference(kind: 'phandle' | 'path', target: string): void {
    const part = this.#parts.length / partStride;
    this.#references.push({ kind, offset: this.#bytes.length, target, part });
  }

  #part(kind: number, offset: number, start: number, end: number): void {
    this.#parts.push(
      kind,
      offset,
      this.#bytes.length - offset,
      start - this.#base,
      end - this.#base,
      this.#group,
    );
  }

  #label(): LoweredLabel {
    const { start, end } = this.#lexer;
    return { name: intern(this.#lexer.text), start: start - this.#base, end: end - this.#base };
  }

  /** The `;` that ends the statement, and nothing after it. */
  #readSemicolon(after: string): void {
    const lexer = this.#lexer;
    if (lexer.kind === Char.semicolon) return;
    if (lexer.kind === TokenKind.end) {
      this.#problem('syntax', Math.max(lexer.before - 1, this.#base), lexer.before, {
        because: 'missing-semicolon',
        after,
      });
    } else this.#unexpected(';');
  }

  /** A closing bracket that is missing where the statement ends. */
  #missing(expected: string): void {
    const { before } = this.#lexer;
    this.#problem('syntax', Math.max(before - 1, this.#base), before, {
      because: 'expected',
      expected,
      found: this.#lexer.kind === Char.semicolon ? ';' : '',
    });
  }

  /** Reports the current token; false, for readers that answer whether they could go on. */
  #unexpected(expected: string): false {
    const lexer = this.#lexer;
    const { kind } = lexer;
    if (kind === TokenKind.unterminated) {
      const because =
        this.#text.charCodeAt(lexer.start) === Char.apostrophe
          ? 'unterminated-character'
          : 'unterminated-string';
      this.#problem('syntax', lexer.start, lexer.end, { because });
    } else if (kind === TokenKind.end) {
      this.#problem('syntax', Math.max(lexer.before - 1, this.#base), lexer.before, {
        because: 'expected',
        expected,
        found: '',
      });
    } else {
      const nextLine = this.#text.slice(lexer.before, lexer.start).includes('\n');
      const found = this.#text.slice(lexer.start, lexer.end);
      // What is missing at the end of a line is missing there, not where the next line begins.
      if (nextLine && expected === ';')
        this.#problem('syntax', Math.max(lexer.before - 1, this.#base), lexer.before, {
          because: 'missing-semicolon',
          after: this.#text.slice(Math.max(this.#base, lexer.before - 1), lexer.before),
        });
      else
        this.#problem('syntax', lexer.start, lexer.end, { because: 'expected', expected, found });
    }
    return false;
  }

  #problem(
    id: 'syntax' | 'semantics',
    start: number,
    end: number,
    facts: Readonly<Record<string, string>>,
  ): void {
    this.problems.push({ id, start: start - this.#base, end: end - this.#base, facts });
  }
}
