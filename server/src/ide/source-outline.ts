// The nodes and properties of one source file as it is written, however broken it is at the moment.

import { firstIndexWhere } from '../text/first-index-where.ts';
import { scanSource, type SourceDocument } from '../syntax/scan-source.ts';
import type { Statements } from '../syntax/scan-statements.ts';
import type { Statement } from '../syntax/statement.ts';
import { skipTrivia } from '../syntax/trivia.ts';
import { TokenReader, type Token } from './source-tokens.ts';
import type { SourceFile } from '../text/source-file.ts';

export interface SourceProperty {
  readonly kind: 'property';
  readonly start: number;
  /** Behind the `;`, or behind the last token when there is none. */
  readonly end: number;
  readonly parent: SourceNode | undefined;
  readonly labels: readonly Token[];
  readonly name: Token;
  /** The tokens behind `=`, without `;` and comments; empty for `name;`. */
  readonly value: readonly Token[];
}

export interface SourceNode {
  readonly kind: 'node';
  readonly start: number;
  /** Behind the closing `;`, or behind the last token when it is not closed. */
  readonly end: number;
  readonly parent: SourceNode | undefined;
  readonly labels: readonly Token[];
  /** The name, the `&reference` or the `/`. */
  readonly name: Token;
  /** Offset of `{`. */
  readonly open: number;
  /** Offset of `}`; undefined when the node is not closed. */
  readonly close: number | undefined;
  readonly items: readonly SourceItem[];
}

/** `/memreserve/`, `/delete-node/`, `/include/`, … or a macro call. */
export interface SourceStatement {
  readonly kind: 'statement';
  readonly start: number;
  readonly end: number;
  readonly parent: SourceNode | undefined;
  readonly tokens: readonly Token[];
}

export type SourceItem = SourceNode | SourceProperty | SourceStatement;

/** One file, read without its includes. */
export interface SourceOutline {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly items: readonly SourceItem[];
}

const documents = new WeakMap<SourceFile, SourceDocument>();
const outlines = new WeakMap<SourceFile, SourceOutline>();

/** Gives the statements of a file that is being edited, where a parser has found what changed; others are scanned. */
export function rememberStatements(file: SourceFile, document: SourceDocument): void {
  documents.set(file, document);
}

/** The outline of a file; made once per file value. */
export function outlineOf(file: SourceFile): SourceOutline {
  let outline = outlines.get(file);
  if (!outline) {
    outline = readOutline(documents.get(file) ?? scanSource(file.text));
    outlines.set(file, outline);
  }
  return outline;
}

/** The outline that the statements of a file have. */
export function readOutline(document: SourceDocument): SourceOutline {
  return new OutlineReader(document).read();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenNode = Mutable<SourceNode> & { items: SourceItem[] };

/** Turns statements into items, and what they consist of into tokens, in the order of the text. */
class OutlineReader {
  readonly #document: SourceDocument;
  readonly #text: string;
  readonly #code: string;
  readonly #reader: TokenReader;

  constructor(document: SourceDocument) {
    this.#document = document;
    this.#text = document.text;
    this.#code = document.code;
    this.#reader = new TokenReader(document.text, document.code);
  }

  read(): SourceOutline {
    const text = this.#text;
    const items: SourceItem[] = [];
    this.#readStatements(this.#document, 0, 0, text.length, undefined, items);
    return { text, tokens: this.#reader.tokens, items };
  }

  /** Reads the statements of a body from `from` on, which begins at `base`, and what is around them up to `to`. */
  #readStatements(
    { statements, offsets }: Statements,
    base: number,
    from: number,
    to: number,
    parent: SourceNode | undefined,
    items: SourceItem[],
  ): void {
    let done = from;
    for (const [index, statement] of statements.entries()) {
      const start = base + (offsets[index] ?? 0);
      const end = start + statement.length;
      this.#readGap(done, start, parent, items);
      if (statement.kind === 'node') {
        const next = offsets[index + 1];
        this.#readNode(statement, start, next === undefined ? to : base + next, parent, items);
      } else this.#readLeaf(statement, start, parent, items);
      done = end;
    }
    this.#readGap(done, to, parent, items);
  }

  #readGap(from: number, to: number, parent: SourceNode | undefined, items: SourceItem[]): void {
    if (from === to) return;
    for (const tokens of this.#reader.addGap(from, to)) {
      const [first, last] = tokens;
      if (first && last)
        items.push({ kind: 'statement', start: first.start, end: last.end, parent, tokens });
    }
  }

  /** A node that nothing closes reaches up to `next`, where what follows it begins. */
  #readNode(
    statement: Statement,
    start: number,
    next: number,
    parent: SourceNode | undefined,
    items: SourceItem[],
  ): void {
    const open = start + statement.head;
    const head = this.#tokensOf(statement, start, open + 1);
    const name = nameOf(this.#text, head);
    const last = lastChildEnd(statement);
    const end = start + statement.length;
    const isClosed = statement.ending !== 'no-brace';
    const node: OpenNode = {
      kind: 'node',
      start,
      end: isClosed ? end : next,
      parent,
      labels: head.filter(({ kind }) => kind === 'label'),
      name: name ?? (head.at(-1) as Token),
      open,
      close: isClosed ? this.#closeBehind(start + last, end) : undefined,
      items: [],
    };
    // A stray brace opens no node: what is in it belongs to what is around it.
    if (name) items.push(node);
    this.#readStatements(
      { statements: statement.children, offsets: statement.offsets },
      start,
      open + 1,
      node.close ?? end,
      name ? node : parent,
      name ? node.items : items,
    );
    if (node.close !== undefined) this.#reader.addStatement(node.close, end);
  }

  /** The `}` between `from` and `end`. */
  #closeBehind(from: number, end: number): number {
    return skipTrivia(this.#code, from, end);
  }

  #readLeaf(
    statement: Statement,
    start: number,
    parent: SourceNode | undefined,
    items: SourceItem[],
  ): void {
    const end = start + statement.length;
    const tokens = this.#tokensOf(statement, start, end);
    if (statement.kind === 'stray') return;
    const code = tokens.filter(isCode);
    const behind = code.findIndex((token) => token.kind !== 'label');
    const labels = code.slice(0, behind);
    const name = code[labels.length];
    const after = code[labels.length + 1];
    const text = this.#text;
    const mark = after?.kind === 'punctuation' ? text.slice(after.start, after.end) : '';
    if ((name?.kind === 'name' || name?.kind === 'number') && (!after || /^[=;]$/.test(mark))) {
      const value = withoutSemicolon(text, code.slice(labels.length + 2));
      items.push({ kind: 'property', start, end, parent, labels, name, value });
    } else
      items.push({ kind: 'statement', start, end, parent, tokens: withoutSemicolon(text, code) });
  }

  /** Adds the tokens of a leaf, or of a node up to its `{`, which it gives. Those of unchanged text are remembered. */
  #tokensOf(statement: Statement, start: number, end: number): readonly Token[] {
    const { tokens } = this.#reader;
    const known = statement.clean ? lexed.get(statement) : undefined;
    if (known) {
      const moved =
        start === known.start ? known.tokens : known.tokens.map(movedBy(start - known.start));
      if (moved !== known.tokens) lexed.set(statement, { start, tokens: moved });
      for (const token of moved) tokens.push(token);
      return moved;
    }
    const first = tokens.length;
    this.#reader.addStatement(start, end);
    const added = tokens.slice(first);
    if (statement.clean) lexed.set(statement, { start, tokens: added });
    return added;
  }
}

/** The tokens of statements, by identity: one whose text did not change is the same object, wherever it moves. */
const lexed = new WeakMap<
  Statement,
  { readonly start: number; readonly tokens: readonly Token[] }
>();

function movedBy(distance: number): (token: Token) => Token {
  return ({ kind, start, end, inside }) => ({
    kind,
    start: start + distance,
    end: end + distance,
    inside,
  });
}

function isCode({ kind }: Token): boolean {
  return kind !== 'comment' && kind !== 'directive';
}

function withoutSemicolon(text: string, tokens: readonly Token[]): readonly Token[] {
  const last = tokens.at(-1);
  const isEnded = last?.kind === 'punctuation' && text.charAt(last.start) === ';';
  return isEnded ? tokens.slice(0, -1) : tokens;
}

/** What names a node: behind its labels, of which macros may make some. Undefined for a stray brace. */
function nameOf(text: string, head: readonly Token[]): Token | undefined {
  let name: Token | undefined;
  for (const token of head.slice(0, -1)) {
    const isLabel = token.kind === 'label' || text.slice(token.start, token.end) === ':';
    if (isLabel) name = undefined;
    else if (isCode(token) && token.kind !== 'keyword') name ??= token;
  }
  return name;
}

/** Where the last child of a node ends, or its `{`, from its start. */
function lastChildEnd({ children, offsets, head }: Statement): number {
  const last = children.at(-1);
  return last ? (offsets.at(-1) ?? 0) + last.length : head + 1;
}

/** All items, parents before their children. */
export function* walkItems(items: readonly SourceItem[]): Generator<SourceItem> {
  const rest = [items.values()];
  for (let last = rest.at(-1); last; last = rest.at(-1)) {
    const { done, value } = last.next();
    if (done === true) rest.pop();
    else {
      yield value;
      if (value.kind === 'node') rest.push(value.items.values());
    }
  }
}

/** The innermost item that holds `offset` (its end included), or undefined between items of the file. */
export function itemAt(outline: SourceOutline, offset: number): SourceItem | undefined {
  let items = outline.items;
  let found: SourceItem | undefined;
  for (;;) {
    const inner = items.find((item) => item.start <= offset && offset <= item.end);
    if (!inner) return found;
    found = inner;
    if (inner.kind !== 'node' || offset <= inner.open) return found;
    items = inner.items;
  }
}

/** The node whose braces hold `offset`, or undefined outside all. */
export function nodeAround(outline: SourceOutline, offset: number): SourceNode | undefined {
  let item = itemAt(outline, offset);
  while (item) {
    if (item.kind === 'node' && offset > item.open && offset <= (item.close ?? item.end))
      return item;
    item = item.parent;
  }
  return undefined;
}

/** The token that holds `offset`; of two that touch there, the later, unless it is punctuation. */
export function tokenAt(outline: SourceOutline, offset: number): Token | undefined {
  const { tokens } = outline;
  const behind = firstIndexWhere(tokens.length, (index) => (tokens[index]?.start ?? 0) > offset);
  const later = tokens[behind - 1];
  const earlier = tokens[behind - 2];
  if (later && offset <= later.end) {
    const touches = earlier && earlier.end === offset && later.start === offset;
    return touches && later.kind === 'punctuation' ? earlier : later;
  }
  return undefined;
}

/** The text of a token. */
export function textOf(outline: SourceOutline, token: Token): string {
  return outline.text.slice(token.start, token.end);
}
