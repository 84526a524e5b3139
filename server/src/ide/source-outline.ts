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
  const items: SourceItem[] = [];
  const open: (Mutable<SourceNode> & { items: SourceItem[] })[] = [];
  let at = 0;
  const is = (token: Token | undefined, character: string): boolean =>
    token?.kind === 'punctuation' &&
    token.end === token.start + 1 &&
    text.charAt(token.start) === character;
  const add = (item: SourceItem): void => {
    (open.at(-1)?.items ?? items).push(item);
  };
  /** Open braces of nodes that are not opened. */
  let tooDeep = 0;
  /** Behind labels that were looked at for what follows them. */
  let labelsEnd = 0;
  // On a line of its own: `name =`, `name {`, `label: name {`, `&ref {`.
  const startsStatement = (index: number): boolean => {
    const token = code[index];
    const before = code[index - 1];
    if (!token || !before || !text.slice(before.end, token.start).includes('\n')) return false;
    if (labelsEnd < index) {
      labelsEnd = index;
      while (code[labelsEnd]?.kind === 'label') labelsEnd += 1;
    }
    const name = code[labelsEnd];
    const after = code[labelsEnd + 1];
    if (!name || after?.kind !== 'punctuation') return false;
    const mark = text.charAt(after.start);
    if (mark === '{') return true;
    return mark === '=' && after.end === after.start + 1 && name.kind === 'name';
  };
  while (at < code.length) {
    const first = code[at];
    if (!first) break;
    if (is(first, '}') && tooDeep > 0) {
      tooDeep -= 1;
      at += is(code[at + 1], ';') ? 2 : 1;
      continue;
    }
    if (is(first, '}')) {
      const node = open.pop();
      at += 1;
      let end = first.end;
      if (is(code[at], ';')) {
        end = code[at]?.end ?? end;
        at += 1;
      }
      if (node) {
        node.close = first.start;
        node.end = end;
      }
      continue;
    }
    if (is(first, ';') || is(first, '{')) {
      at += 1;
      continue;
    }
    const labels: Token[] = [];
    let next = at;
    while (code[next]?.kind === 'label') labels.push(code[next++] as Token);
    if (isKeyword(text, code[next], '/omit-if-no-ref/')) next += 1;
    while (code[next]?.kind === 'label') labels.push(code[next++] as Token);
    const name = code[next];
    const parent = open.at(-1);
    if (name && is(code[next + 1], '{') && open.length >= maximumDepth) {
      tooDeep += 1;
      at = next + 2;
      continue;
    }
    if (name && is(code[next + 1], '{')) {
      const brace = code[next + 1] as Token;
      const node = {
        kind: 'node' as const,
        start: first.start,
        end: text.length,
        parent,
        labels,
        name,
        open: brace.start,
        close: undefined,
        items: [],
      };
      add(node);
      open.push(node);
      at = next + 2;
      continue;
    }
    const isProperty = name?.kind === 'name' || name?.kind === 'number';
    if (
      name &&
      isProperty &&
      (is(code[next + 1], '=') ||
        is(code[next + 1], ';') ||
        is(code[next + 1], '}') ||
        !code[next + 1])
    ) {
      const value: Token[] = [];
      let index = next + 1;
      if (is(code[index], '=')) {
        index += 1;
        while (index < code.length) {
          const token = code[index] as Token;
          if (is(token, ';') || is(token, '}') || is(token, '{')) break;
          if (value.length > 0 && startsStatement(index)) break;
          value.push(token);
          index += 1;
        }
      }
      const closed = is(code[index], ';');
      const end = closed ? (code[index] as Token).end : (code[index - 1] as Token).end;
      add({ kind: 'property', start: first.start, end, parent, labels, name, value });
      at = closed ? index + 1 : is(code[index], '{') ? index + 1 : index;
      continue;
    }
    let index = at;
    const statement: Token[] = [];
    while (index < code.length) {
      const token = code[index] as Token;
      if (is(token, ';') || is(token, '}') || is(token, '{')) break;
      if (index > at && startsStatement(index)) break;
      statement.push(token);
      index += 1;
    }
    const closed = is(code[index], ';');
    const last = closed ? (code[index] as Token) : (statement.at(-1) ?? first);
    add({ kind: 'statement', start: first.start, end: last.end, parent, tokens: statement });
    at = closed ? index + 1 : Math.max(index, at + 1);
    if (statement.length === 0) at = Math.max(at, index + 1);
  }
  return { text, tokens, items };
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
