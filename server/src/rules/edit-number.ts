// Edits that make a macro call or an expression give another number: in its arguments, else in the macro's definition.

import type { SourceFile } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';
import { macroOf, spanOf, type Written } from '../tree/device-tree.ts';
import type { Board } from './board.ts';
import type { Ways } from './proposal.ts';

/** One number that is to become another. */
export interface NumberChange {
  readonly from: bigint;
  readonly to: bigint;
}

/** The text of a file that `written` stands for, when it was copied as it is; undefined when a macro made some of it. */
export function plainText(board: Board, written: Written): string | undefined {
  const span = spanOf(written);
  const source = board.files.get(span.file);
  if (typeof source === 'string') return undefined;
  const expanded = board.sources.find(({ origins }) => origins === written.in);
  const text = source.text.slice(span.start, span.end);
  return expanded?.text.slice(written.start, written.end) === text ? text : undefined;
}

/**
 * Ways to make what stands at `written` give other numbers, when a macro makes it: every literal of the call that stands
 * for such a number, then every literal in the definitions of macros that are used nowhere else. Whether a way does
 * that, and that alone, is for whoever tries it to find out.
 */
export function editNumber(board: Board, written: Written, changes: readonly NumberChange[]): Ways {
  const call = spanOf(written);
  const source = board.files.get(call.file);
  if (typeof source === 'string') return [];
  const inCall = literalEdits(source, call, changes);
  const inDefinitions = definitionsUsedBy(board, source, call).flatMap(({ file, at }) =>
    literalEdits(file, at, changes),
  );
  return [...inCall, ...inDefinitions];
}

const LITERAL = /[0-9A-Za-z_]+/g;

/** For each change: all literals of that number at once, then each alone; then literals that are part of a sum. */
function literalEdits(
  { id, text }: SourceFile,
  within: Span,
  changes: readonly NumberChange[],
): Ways {
  const words = [...text.slice(within.start, within.end).matchAll(LITERAL)].map((match) => ({
    word: match[0],
    at: {
      file: id,
      start: within.start + match.index,
      end: within.start + match.index + match[0].length,
    },
  }));
  const ways: { readonly at: Span; readonly text: string }[][] = [];
  for (const { from, to } of changes) {
    const equal = words.flatMap(({ word, at }) => {
      const text = rewritten(word, from, to);
      return text === undefined ? [] : [{ at, text }];
    });
    if (equal.length > 1) ways.push(equal);
    for (const edit of equal) ways.push([edit]);
  }
  for (const { from, to } of changes)
    for (const { word, at } of words) {
      const value = valueOf(word);
      if (value === undefined || value === from || value + to - from < 0n) continue;
      const text = rewritten(word, value, value + to - from);
      if (text !== undefined) ways.push([{ at, text }]);
    }
  return ways;
}

const NUMBER = /^(0[xX])?([0-9A-Fa-f]+)([uUlL]*)$/;

/** The value of a C integer literal; undefined for other words. Octal ones are left alone. */
function valueOf(word: string): bigint | undefined {
  const match = NUMBER.exec(word);
  if (!match) return undefined;
  const [, prefix, digits = ''] = match;
  if (prefix !== undefined) return BigInt(`0x${digits}`);
  return /^(?:0|[1-9]\d*)$/.test(digits) ? BigInt(digits) : undefined;
}

/** `word` with the number `to` where it says `from`: as a literal, or as hex digits without `0x` that a macro pastes. */
function rewritten(word: string, from: bigint, to: bigint): string | undefined {
  const match = NUMBER.exec(word);
  if (!match) return undefined;
  const [, prefix, digits = '', suffix = ''] = match;
  const isHex = prefix !== undefined || valueOf(word) !== from;
  if (isHex ? BigInt(`0x${digits}`) !== from : valueOf(word) !== from) return undefined;
  if (!isHex) return `${to.toString()}${suffix}`;
  const isPadded = digits.length > 1 && digits.startsWith('0');
  const text = to.toString(16).padStart(isPadded ? digits.length : 1, '0');
  const isUpper = /[A-F]/.test(digits) && !/[a-f]/.test(digits);
  return `${prefix ?? ''}${isUpper ? text.toUpperCase() : text}${suffix}`;
}

interface DefinitionText {
  readonly file: SourceFile;
  /** From behind the name to the end of the `#define`, continued lines included. */
  readonly at: Span;
}

/** Most macros that are followed from one call. */
const MOST_MACROS = 32;

/** The definitions of the macros that a call and their bodies name, of those that nothing else names. */
function definitionsUsedBy(board: Board, source: SourceFile, call: Span): DefinitionText[] {
  const files = filesOf(board);
  const found: DefinitionText[] = [];
  const seen = new Set<string>();
  const waiting = [source.text.slice(call.start, call.end)];
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    for (const [name] of text.matchAll(/[A-Za-z_]\w*/g)) {
      if (seen.has(name) || seen.size >= MOST_MACROS) continue;
      const definitions = files.flatMap((file) => definitionsIn(file, name));
      const [definition] = definitions;
      if (!definition || definitions.length > 1) continue;
      seen.add(name);
      if (usesOf(files, name) > 2) continue;
      found.push(definition);
      waiting.push(definition.file.text.slice(definition.at.start, definition.at.end));
    }
  }
  return found;
}

function filesOf(board: Board): SourceFile[] {
  const ids = new Set(board.sources.flatMap(({ files }) => files));
  return [...ids].flatMap((id) => {
    const file = board.files.get(id);
    return typeof file === 'string' ? [] : [file];
  });
}

const directivesOf = new WeakMap<SourceFile, ReadonlyMap<string, readonly DefinitionText[]>>();

function definitionsIn(file: SourceFile, name: string): readonly DefinitionText[] {
  let directives = directivesOf.get(file);
  if (!directives) {
    const found = new Map<string, DefinitionText[]>();
    for (const match of file.text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)/gm)) {
      const start = match.index + match[0].length;
      const each = { file, at: { file: file.id, start, end: endOfDirective(file.text, start) } };
      const others = found.get(match[1] ?? '');
      if (others) others.push(each);
      else found.set(match[1] ?? '', [each]);
    }
    directives = found;
    directivesOf.set(file, directives);
  }
  return directives.get(name) ?? [];
}

function endOfDirective(text: string, from: number): number {
  let end = text.indexOf('\n', from);
  while (end > 0 && text[text[end - 1] === '\r' ? end - 2 : end - 1] === '\\')
    end = text.indexOf('\n', end + 1);
  return end < 0 ? text.length : end;
}

/** How often the word is written, its definition included. */
function usesOf(files: readonly SourceFile[], name: string): number {
  let count = 0;
  for (const { text } of files)
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length))
      if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + name.length))) count += 1;
  return count;
}

/** The name of the macro that makes what stands at `written`; undefined when none does. */
export function macroNameAt(board: Board, written: Written): string | undefined {
  if (plainText(board, written) !== undefined) return undefined;
  return macroOf(written)?.name ?? macroOf({ ...written, end: written.start + 1 })?.name;
}
