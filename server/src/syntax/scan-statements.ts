// Cuts a text into statements by its braces and semicolons, and keeps going where they do not match.

import { Char } from '../text/char.ts';
import { changedRange } from '../text/changed-range.ts';
import {
  leaf,
  reuseOf,
  type Ending,
  type Reuse,
  type Statement,
  type StatementDocument,
} from './statement.ts';
import {
  characterEnd,
  isLabelCharacter,
  isNameCharacter,
  isSpace,
  pathReferenceEnd,
  skipTrivia,
  stringEnd,
} from './trivia.ts';

/** Nodes below this depth are not opened: the `{` is taken for a character of a statement. */
export const maximumDepth = 500;

/**
 * Statements of one text; the rest of a longer one is a stray that ends in `cut`. A tree is judged up to a million properties
 * and 200000 nodes (analysis/find-excess.ts), and each statement is an object.
 */
export const mostStatements = 1_500_000;

/** The statements of a text or of a node's body, with where each begins. */
export interface Statements {
  readonly statements: readonly Statement[];
  readonly offsets: readonly number[];
}

/**
 * The statements of `text`. When the braces do not match, indentation decides which one is missing or too many, so
 * that the damage stays in one node. Statements of `reuse` are taken over where their text is unchanged.
 */
function scanStatements(text: string, reuse: Reuse | undefined): Statements {
  const { balanced, ...plain } = scan(text, 'braces', reuse);
  if (balanced) return plain;
  const { statements, offsets } = scan(text, isIndented(text) ? 'indentation' : 'loose', reuse);
  return { statements, offsets };
}

/**
 * The statements of an expanded text. With the document of an earlier version, statements whose text did not change are the
 * same objects as there; the result never depends on it otherwise.
 */
export function scanDocument(text: string, previous?: StatementDocument): StatementDocument {
  if (previous?.text === text) return previous;
  const reuse = previous && reuseOf(previous, changedRange(previous.text, text));
  return { text, ...scanStatements(text, reuse) };
}

interface Frame {
  readonly start: number;
  readonly head: number;
  /** Columns before the line the node begins on. */
  readonly indentation: number;
  readonly statements: Statement[];
  readonly offsets: number[];
  clean: boolean;
}

type Mode =
  /** Every `}` closes the innermost node. */
  | 'braces'
  /** A line that is not indented deeper than an open node ends that node. */
  | 'indentation'
  /** As `braces`, but a `/ {` or `&label {` at a line's start ends all open nodes. */
  | 'loose';

function scan(
  text: string,
  mode: Mode,
  reuse: Reuse | undefined,
): Statements & { balanced: boolean } {
  const end = text.length;
  const top: Frame = {
    start: 0,
    head: 0,
    indentation: -1,
    statements: [],
    offsets: [],
    clean: true,
  };
  const stack: Frame[] = [top];
  let frame = top;
  let balanced = true;
  /** Where the last token ended. */
  let last = 0;
  // Only indentation is decided by it, and nodes that follow one another on a line share its start.
  const lines = mode === 'indentation' ? new Indentation(text) : undefined;

  const add = (start: number, statement: Statement): void => {
    frame.statements.push(statement);
    frame.offsets.push(start - frame.start);
    if (!statement.clean) frame.clean = false;
  };
  const close = (at: number, ending: Ending): void => {
    const { start, head, statements, offsets, clean } = frame;
    stack.pop();
    frame = stack[stack.length - 1] ?? top;
    const made: Statement = {
      kind: 'node',
      length: at - start,
      head: head - start,
      children: statements,
      offsets,
      ending,
      clean: clean && ending === 'complete',
    };
    add(start, sameNode(reuse?.at(start), made));
  };

  let count = 0;
  for (let at = skipTrivia(text, 0, end); at < end; at = skipTrivia(text, at, end)) {
    if (++count > mostStatements) {
      add(at, leaf('stray', end - at, 'cut'));
      while (stack.length > 1) close(end, 'complete');
      break;
    }
    if (mode === 'braces') {
      const same = reuse?.at(at);
      if (same?.clean) {
        add(at, same);
        at += same.length;
        last = at;
        continue;
      }
    }
    const column = mode === 'braces' || frame === top ? -1 : columnIfFirst(text, at);
    const brace = text.charCodeAt(at) === Char.closeBrace;
    if (mode === 'indentation' && column >= 0) {
      while (frame !== top && (brace ? column < frame.indentation : column <= frame.indentation)) {
        close(last, 'no-brace');
      }
    } else if (mode === 'loose' && column === 0 && startsTopLevel(text, at)) {
      while (frame !== top) close(last, 'no-brace');
    }
    if (brace) {
      const semicolon = skipTrivia(text, at + 1, end);
      const hasSemicolon = semicolon < end && text.charCodeAt(semicolon) === Char.semicolon;
      const stop = hasSemicolon ? semicolon + 1 : at + 1;
      const matches = frame !== top && !(mode === 'indentation' && column > frame.indentation);
      if (matches) {
        close(stop, hasSemicolon ? 'complete' : 'no-semicolon');
      } else {
        balanced = false;
        add(at, leaf('stray', stop - at, 'complete'));
      }
      at = last = stop;
      continue;
    }
    const found = scanHead(text, at, end, stack.length <= maximumDepth);
    last = found.last;
    if (found.opens) {
      frame = {
        start: at,
        head: found.stop,
        indentation: lines?.of(at) ?? 0,
        statements: [],
        offsets: [],
        clean: found.isCertain,
      };
      stack.push(frame);
      at = last = found.stop + 1;
    } else {
      const length = found.stop - at;
      const made = leaf('leaf', length, found.ending, found.isCertain);
      const same = reuse?.at(at);
      add(
        at,
        same?.kind === 'leaf' &&
          same.length === length &&
          same.ending === made.ending &&
          same.clean === made.clean
          ? same
          : made,
      );
      at = found.stop;
    }
  }
  if (stack.length > 1) balanced = false;
  while (stack.length > 1) close(last, 'no-brace');
  return { statements: top.statements, offsets: top.offsets, balanced };
}

/** Whether lines after a `{` are mostly indented deeper than its own. */
function isIndented(text: string): boolean {
  let deeper = 0;
  let notDeeper = 0;
  for (let at = text.indexOf('{\n'); at >= 0; at = text.indexOf('{\n', at + 1)) {
    let next = at + 2;
    while (next < text.length && isSpace(text.charCodeAt(next))) next++;
    if (text.charCodeAt(next) === Char.closeBrace) continue;
    if (columnOfLine(text, next) > columnOfLine(text, at)) deeper++;
    else notDeeper++;
  }
  return deeper >= notDeeper;
}

/** `before`, when it is the node just made, children included; else `made`. */
function sameNode(before: Statement | undefined, made: Statement): Statement {
  return before?.kind === 'node' &&
    before.length === made.length &&
    before.head === made.head &&
    before.ending === made.ending &&
    before.clean === made.clean &&
    before.children.length === made.children.length &&
    before.children.every(
      (child, index) =>
        child === made.children[index] && before.offsets[index] === made.offsets[index],
    )
    ? before
    : made;
}

interface Head {
  /** The `{`, or the end of the leaf. */
  readonly stop: number;
  readonly opens: boolean;
  readonly ending: Ending;
  /** Where the last token ended. */
  readonly last: number;
  /** Whether its own text says where it ends: no string or comment in it that an edit further down could close. */
  readonly isCertain: boolean;
}

/** From the first token of a statement to its `{` or its end. */
function scanHead(text: string, start: number, end: number, mayOpen: boolean): Head {
  let at = start;
  let last = start;
  let newLine = false;
  /** Whether a name was seen: a second one that begins a line then begins the next statement. */
  let named = false;
  let isCertain = true;
  /** Whether it reserves memory: its two numbers look like names, and may begin lines. */
  let isReservation = false;
  let before = 0;
  /** The end of labels that no statement follows. */
  let labelsEnd = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === Char.newline) {
      newLine = true;
      at++;
      continue;
    }
    if (isSpace(code)) {
      at++;
      continue;
    }
    if (code === Char.slash || code === Char.hash) {
      const after = skipTrivia(text, at, end);
      if (after > at) {
        newLine = true;
        at = after;
        continue;
      }
    }
    if (
      newLine &&
      named &&
      before !== Char.equals &&
      before !== Char.comma &&
      at >= labelsEnd &&
      !(isReservation && isDigit(code)) &&
      startsStatement(text, (labelsEnd = afterLabels(text, at)))
    ) {
      return { stop: last, opens: false, ending: 'no-semicolon', last, isCertain };
    }
    newLine = false;
    before = code;
    switch (code) {
      case Char.semicolon:
        return { stop: at + 1, opens: false, ending: 'complete', last: at + 1, isCertain };
      case Char.openBrace:
        if (mayOpen) return { stop: at, opens: true, ending: 'complete', last: at + 1, isCertain };
        at++;
        break;
      case Char.closeBrace:
        return {
          stop: Math.max(last, start),
          opens: false,
          ending: 'no-semicolon',
          last,
          isCertain,
        };
      case Char.quote: {
        const stop = stringEnd(text, at, end);
        if (stop < 0) isCertain = false;
        at = stop < 0 ? ~stop : stop;
        break;
      }
      case Char.apostrophe: {
        const stop = characterEnd(text, at, end);
        at = stop > at ? stop : at + 1;
        break;
      }
      case Char.ampersand: {
        named = true;
        const stop =
          text.charCodeAt(at + 1) === Char.openBrace ? pathReferenceEnd(text, at, end) : at;
        at = stop > at ? stop : at + 1;
        while (at < end && isLabelCharacter(text.charCodeAt(at))) at++;
        break;
      }
      case Char.slash: {
        const word = at;
        if (text.charCodeAt(at + 1) === Char.asterisk) isCertain = false;
        keyword.lastIndex = at;
        at = keyword.test(text) && keyword.lastIndex <= end ? keyword.lastIndex : at + 1;
        if (text.startsWith('/memreserve/', word)) isReservation = true;
        // No name belongs to these two, so what begins the next line is the next statement.
        if (text.startsWith('/dts-v1/', word) || text.startsWith('/plugin/', word)) named = true;
        break;
      }
      default: {
        const word = at;
        while (at < end && isNameCharacter(text.charCodeAt(at))) at++;
        if (at === word) at++;
        else if (text.charCodeAt(at) === Char.colon) at++;
        else named = true;
      }
    }
    last = at;
  }
  return { stop: last, opens: false, ending: 'no-semicolon', last, isCertain };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const keyword = /\/[a-z][a-z0-9-]*\//y;
const statementStart =
  /(?:\\?[\w,.+*#?@-]+\s*(?:=(?!=)|\{|;)|&(?:\w+|\{[^\s{}]*\})\s*\{|\/\s*\{|\/(?:delete-node|delete-property|omit-if-no-ref|memreserve|dts-v1|plugin)\/)/y;

/** Behind the labels that begin at `at` and the white space after each. */
function afterLabels(text: string, at: number): number {
  for (label.lastIndex = at; label.test(text);) at = label.lastIndex;
  return at;
}

const label = /[A-Za-z_]\w*:\s*/y;

/** Whether the tokens at `at`, the first of a line or behind labels that are, can only begin a statement. */
function startsStatement(text: string, at: number): boolean {
  statementStart.lastIndex = at;
  return statementStart.test(text);
}

const topLevelStart = /(?:&(?:\w+|\{[^\s{}]*\})\s*\{|\/\s*\{)/y;

function startsTopLevel(text: string, at: number): boolean {
  topLevelStart.lastIndex = afterLabels(text, at);
  return topLevelStart.test(text);
}

/** The column of `at` when it is the first token of its line, tabs counting to the next multiple of 8; else -1. */
function columnIfFirst(text: string, at: number): number {
  let start = at;
  while (start > 0) {
    const code = text.charCodeAt(start - 1);
    if (code === Char.newline) break;
    if (code !== Char.space && code !== Char.tab) return -1;
    start--;
  }
  return columnsOf(text, start, at);
}

/** The indentation of lines, asked for in ascending order of offsets, each line looked at once. */
class Indentation {
  readonly #text: string;
  /** Behind the last place whose line is known. */
  #end = 0;
  #columns = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** That of the line `at` is on. */
  of(at: number): number {
    if (at < this.#end) return this.#columns;
    const newline = this.#text.indexOf('\n', at);
    this.#end = newline < 0 ? Infinity : newline + 1;
    return (this.#columns = columnOfLine(this.#text, at));
  }
}

/** The indentation of the line `at` is on. */
function columnOfLine(text: string, at: number): number {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  let first = start;
  while (first < at && isSpace(text.charCodeAt(first))) first++;
  return columnsOf(text, start, first);
}

function columnsOf(text: string, start: number, end: number): number {
  let columns = 0;
  for (let at = start; at < end; at++)
    columns = text.charCodeAt(at) === Char.tab ? (columns | 7) + 1 : columns + 1;
  return columns;
}
