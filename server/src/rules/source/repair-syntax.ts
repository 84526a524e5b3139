// The edits that may complete a text that does not parse: what is missing where, as far as the text around it tells.

import type { FileSet } from '../../text/source-file.ts';
import type { Span } from '../../text/span.ts';
import type { TreeProblem } from '../../tree/device-tree.ts';
import type { Edits, Proposal } from '../proposal.ts';

/** What is done to the text, and how it is called. */
interface Repair {
  readonly title: string;
  readonly start: number;
  readonly end?: number;
  readonly text: string;
}

/** Where a fault stands in its file. */
interface Fault {
  readonly facts: TreeProblem['facts'];
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What may complete the text at a fault of syntax, the likeliest first and preferred; empty where nothing can be told. Each is
 * offered only when it leaves fewer faults.
 */
export function syntaxRepairs(
  facts: TreeProblem['facts'],
  { file, start, end }: Span,
  files: FileSet,
): readonly Proposal[] {
  const source = files.get(file);
  if (typeof source === 'string') return [];
  const repairs = repairsOf({ facts, text: source.text, start, end });
  return repairs.map((repair, index) => {
    const at = { file, start: repair.start, end: repair.end ?? repair.start };
    const edits: Edits = [{ at, text: repair.text }];
    return {
      title: repair.title,
      change: [],
      ways: [edits],
      repairs: true,
      ...(index === 0 && { preferred: true }),
    };
  });
}

function repairsOf(fault: Fault): readonly Repair[] {
  const { facts, text, start, end } = fault;
  switch (facts['because']) {
    case 'missing-semicolon':
      return [insertion(';', wordEnd(text, end))];
    case 'unterminated-string': {
      // Up to the end of its line, but for what closes the statement.
      const line = text.slice(start, lineEnd(text, start));
      const body = line.replace(/\s*;?\s*$/, '');
      return [insertion('"', start + body.length)];
    }
    case 'missing-close-brace':
      return closingBraces(fault);
    case 'unmatched-close-brace':
      return [removedBrace(fault)];
    case 'version-missing':
      return [{ title: 'Add /dts-v1/;', start: 0, text: '/dts-v1/;\n\n' }];
    case 'expected':
      return expected(fault);
    default:
      return [];
  }
}

function insertion(what: string, at: number): Repair {
  return { title: `Insert ${what}`, start: at, text: what };
}

/** The end of the word at `at - 1`: a fault may be placed at a character of it. */
function wordEnd(text: string, at: number): number {
  let end = at;
  if (/[\w,.+?#-]/.test(text.charAt(end - 1))) while (/[\w,.+?#-]/.test(text.charAt(end))) end += 1;
  return end;
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline;
}

/** The end of what stands before `at`, blanks left out. */
function endBefore(text: string, at: number): number {
  let end = at;
  while (end > 0 && /\s/.test(text.charAt(end - 1))) end -= 1;
  return end;
}

function expected(fault: Fault): readonly Repair[] {
  const { facts, text, start, end } = fault;
  const { expected: wanted = '', found = '' } = facts;
  switch (wanted) {
    case '>':
      return [insertion('>', wordEnd(text, end))];
    case ')':
      return [insertion(')', endBefore(text, start))];
    case 'two hexadecimal digits or ]':
      return [insertion(']', endBefore(text, start))];
    case 'a number, a reference or >':
      return inCells(fault, found);
    case 'a value':
      return aroundValue(fault);
    case ';':
      return beforeValue(fault, found);
    default:
      return [];
  }
}

/** In `<…>`: a number that runs into the next, a comma, a minus without parentheses, or the end without `>`. */
function inCells({ text, start, end }: Fault, found: string): readonly Repair[] {
  // 0x10000x10 is read as 0x10000, then x10.
  if (/^x[0-9a-f]/i.test(found) && text.charAt(start - 1) === '0')
    return [{ title: 'Insert a space', start: start - 1, text: ' ' }];
  if (found === ',') {
    const isSpaced = /\s/.test(text.charAt(end)) || /\s/.test(text.charAt(start - 1));
    return [{ title: 'Remove the comma', start, end, text: isSpaced ? '' : ' ' }];
  }
  const negative = /^-\s*\w+/.exec(text.slice(start))?.[0];
  if (negative !== undefined)
    return [
      {
        title: 'Put the expression in parentheses',
        start,
        end: start + negative.length,
        text: `(${negative})`,
      },
    ];
  return found === ';' || found === '}' ? [insertion('>', endBefore(text, start))] : [];
}

/** Behind `=`: cells without `<…>`, or a string without `"…"`, one or both of them. */
function aroundValue({ text, start }: Fault): readonly Repair[] {
  const statement = text.slice(start, lineEnd(text, start));
  const value = /^[^;{}]*[^;{}\s]/.exec(statement)?.[0] ?? '';
  const isNumber = /^(?:0x[0-9a-f]+|\d+|\()/i.test(value);
  const end = start + value.length;
  if (isNumber || value.startsWith('&')) {
    if (value.endsWith('>')) return [insertion('<', start)];
    return [{ title: 'Put the value in < >', start, end, text: `<${value}>` }];
  }
  if (!/^[A-Za-z_]/.test(value)) return [];
  if (/^[^"]*"$/.test(value)) return [insertion('"', start)];
  if (/^[\w,.+-]+>$/.test(value)) return [insertion('<', start)];
  return /^[\w,.+:/ -]+$/.test(value)
    ? [{ title: 'Put the value in quotes', start, end, text: `"${value}"` }]
    : [];
}

/** Where a statement should end: a value without `,` or `=` before it, or the next statement. */
function beforeValue({ text, start }: Fault, found: string): readonly Repair[] {
  const end = endBefore(text, start);
  const before = text.charAt(end - 1);
  if (/^["<[&]/.test(found)) {
    if (/[>"\]]/.test(before)) return [insertion(',', end)];
    return [{ title: 'Insert =', start: end, text: ' =' }];
  }
  return [insertion(';', end)];
}

/** Closes the node whose `{` the fault stands at: above the first line that is indented no deeper, or at the end of the text. */
function closingBraces({ text, start }: Fault): readonly Repair[] {
  const opening = text.lastIndexOf('\n', start) + 1;
  const indent = /^[ \t]*/.exec(text.slice(opening))?.[0] ?? '';
  const title = 'Insert };';
  let at = lineEnd(text, start) + 1;
  /** The end of the last line that is not empty. */
  let last = at;
  while (at < text.length) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end);
    if (line.trim() !== '') {
      const own = /^[ \t]*/.exec(line)?.[0] ?? '';
      if (own.length <= indent.length) break;
      last = Math.min(end + 1, text.length);
    }
    at = end + 1;
  }
  const isOpen = last > 0 && text.charAt(last - 1) !== '\n';
  return [{ title, start: last, text: `${isOpen ? '\n' : ''}${indent}};\n` }];
}

/** A brace that closes nothing, with its `;`; its line when nothing else stands there. */
function removedBrace({ text, start }: Fault): Repair {
  const title = 'Remove the brace';
  const semicolon = /^\}\s*;?/.exec(text.slice(start))?.[0] ?? '}';
  const end = start + semicolon.length;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const next = lineEnd(text, end);
  const isAlone = text.slice(line, start).trim() === '' && text.slice(end, next).trim() === '';
  return isAlone
    ? { title, start: line, end: Math.min(next + 1, text.length), text: '' }
    : { title, start, end, text: '' };
}
