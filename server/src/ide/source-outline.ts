// The nodes and properties of one source file as it is written, however broken it is at the moment.

import { firstIndexWhere } from '../text/first-index-where.ts';
import { maximumDepth } from '../syntax/scan-statements.ts';
import { tokenize, type Token } from './source-tokens.ts';
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

const outlines = new WeakMap<SourceFile, SourceOutline>();

/** The outline of a file; made once per file value. */
export function outlineOf(file: SourceFile): SourceOutline {
  let outline = outlines.get(file);
  if (!outline) {
    outline = readOutline(file.text);
    outlines.set(file, outline);
  }
  return outline;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads nodes and properties; a missing `;` ends where the next statement plainly begins. Nodes that nest deeper than the
 * parser opens them are left out.
 */
export function readOutline(text: string): SourceOutline {
  const tokens = tokenize(text);
  const code = tokens.filter((token) => token.kind !== 'comment' && token.kind !== 'directive');
  return { text, tokens, items: new OutlineReader(text, code).read() };
}

type OpenNode = Mutable<SourceNode> & { items: SourceItem[] };

/** Reads items one after the other from the tokens that are neither comments nor directives. */
class OutlineReader {
  readonly #text: string;
  readonly #code: readonly Token[];
  readonly #items: SourceItem[] = [];
  readonly #open: OpenNode[] = [];
  /** The index of the token that comes next. */
  #at = 0;
  /** Open braces of nodes that are not opened. */
  #tooDeep = 0;
  /** Behind labels that were looked at for what follows them. */
  #labelsEnd = 0;

  constructor(text: string, code: readonly Token[]) {
    this.#text = text;
    this.#code = code;
  }

  read(): readonly SourceItem[] {
    while (this.#at < this.#code.length) {
      if (this.#is(this.#at, '}')) this.#closeNode();
      else if (this.#is(this.#at, ';') || this.#is(this.#at, '{')) this.#at += 1;
      else this.#readItem();
    }
    return this.#items;
  }

  #closeNode(): void {
    const brace = this.#code[this.#at] as Token;
    const semicolon = this.#is(this.#at + 1, ';') ? this.#code[this.#at + 1] : undefined;
    this.#at += semicolon ? 2 : 1;
    if (this.#tooDeep > 0) {
      this.#tooDeep -= 1;
      return;
    }
    const node = this.#open.pop();
    if (!node) return;
    node.close = brace.start;
    node.end = (semicolon ?? brace).end;
  }

  /** A node, a property or another statement, with its labels. */
  #readItem(): void {
    const code = this.#code;
    const labels: Token[] = [];
    let at = this.#readLabels(this.#at, labels);
    if (isKeyword(this.#text, code[at], '/omit-if-no-ref/')) at += 1;
    at = this.#readLabels(at, labels);
    const name = code[at];
    if (name && this.#is(at + 1, '{')) this.#openNode(labels, name, at + 1);
    else if (
      (name?.kind === 'name' || name?.kind === 'number') &&
      (!code[at + 1] || this.#is(at + 1, '=') || this.#endsValue(at + 1))
    )
      this.#readProperty(labels, name, at + 1);
    else this.#readStatement();
  }

  /** Adds the labels from the token at `from` on to `labels`; the index of the token behind them. */
  #readLabels(from: number, labels: Token[]): number {
    let at = from;
    for (let token = this.#code[at]; token?.kind === 'label'; token = this.#code[++at])
      labels.push(token);
    return at;
  }

  #openNode(labels: readonly Token[], name: Token, brace: number): void {
    const first = this.#code[this.#at] as Token;
    this.#at = brace + 1;
    if (this.#open.length >= maximumDepth) {
      this.#tooDeep += 1;
      return;
    }
    const node: OpenNode = {
      kind: 'node',
      start: first.start,
      end: this.#text.length,
      parent: this.#open.at(-1),
      labels,
      name,
      open: (this.#code[brace] as Token).start,
      close: undefined,
      items: [],
    };
    this.#add(node);
    this.#open.push(node);
  }

  /** `behind` is the index of what follows the name. */
  #readProperty(labels: readonly Token[], name: Token, behind: number): void {
    const { start } = this.#code[this.#at] as Token;
    const value: Token[] = [];
    let at = behind;
    if (this.#is(at, '='))
      for (at += 1; at < this.#code.length && !this.#endsStatement(at, value.length > 0); at += 1)
        value.push(this.#code[at] as Token);
    const closed = this.#is(at, ';');
    const { end } = this.#code[closed ? at : at - 1] as Token;
    this.#add({ kind: 'property', start, end, parent: this.#open.at(-1), labels, name, value });
    this.#at = closed || this.#is(at, '{') ? at + 1 : at;
  }

  #readStatement(): void {
    const first = this.#code[this.#at] as Token;
    const tokens: Token[] = [];
    let at = this.#at;
    for (; at < this.#code.length && !this.#endsStatement(at, tokens.length > 0); at += 1)
      tokens.push(this.#code[at] as Token);
    const closed = this.#is(at, ';');
    const { end } = closed ? (this.#code[at] as Token) : (tokens.at(-1) ?? first);
    this.#add({ kind: 'statement', start: first.start, end, parent: this.#open.at(-1), tokens });
    this.#at = closed ? at + 1 : at;
  }

  /** Whether the statement has ended before the token at `at`; with `mayBegin`, also where the next one plainly begins. */
  #endsStatement(at: number, mayBegin: boolean): boolean {
    return this.#endsValue(at) || this.#is(at, '{') || (mayBegin && this.#startsStatement(at));
  }

  #endsValue(at: number): boolean {
    return this.#is(at, ';') || this.#is(at, '}');
  }

  /** Whether a line begins with the token at `at`, and that with `name =`, `name {`, `label: name {` or `&ref {`. */
  #startsStatement(at: number): boolean {
    const code = this.#code;
    const token = code[at];
    const before = code[at - 1];
    if (!token || !before || !this.#text.slice(before.end, token.start).includes('\n'))
      return false;
    if (this.#labelsEnd < at) {
      this.#labelsEnd = at;
      while (code[this.#labelsEnd]?.kind === 'label') this.#labelsEnd += 1;
    }
    const name = code[this.#labelsEnd];
    const after = code[this.#labelsEnd + 1];
    if (!name || after?.kind !== 'punctuation') return false;
    const mark = this.#text.charAt(after.start);
    if (mark === '{') return true;
    return mark === '=' && after.end === after.start + 1 && name.kind === 'name';
  }

  #add(item: SourceItem): void {
    (this.#open.at(-1)?.items ?? this.#items).push(item);
  }

  /** Whether the token at `at` is the punctuation `character`. */
  #is(at: number, character: string): boolean {
    const token = this.#code[at];
    return (
      token?.kind === 'punctuation' &&
      token.end === token.start + 1 &&
      this.#text.charAt(token.start) === character
    );
  }
}

function isKeyword(text: string, token: Token | undefined, keyword: string): boolean {
  return token?.kind === 'keyword' && text.startsWith(keyword, token.start);
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
