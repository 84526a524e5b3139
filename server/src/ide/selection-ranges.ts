// What "expand selection" selects, step by step.

import { itemAt, tokenAt, type SourceOutline } from './source-outline.ts';

export interface Selection {
  readonly start: number;
  readonly end: number;
}

/**
 * The stretches around `offset`, innermost first, each within the next: token, value, statement, body, node, file. `around`
 * is what a syntax tree has there within a statement, innermost first: operands, expressions, calls.
 */
export function selectionRanges(
  outline: SourceOutline,
  offset: number,
  around: readonly Selection[] = [],
): Selection[] {
  const found: Selection[] = [...around];
  const add = (start: number, end: number): void => void found.push({ start, end });
  const token = tokenAt(outline, offset);
  if (token) add(token.start, token.end);
  let item = itemAt(outline, offset);
  while (item) {
    if (item.kind === 'property') {
      const [first] = item.value;
      const last = item.value.at(-1);
      if (first && last && offset >= first.start && offset <= last.end) {
        addGroup(outline, item.value, offset, add);
        add(first.start, last.end);
      }
    } else if (item.kind === 'node' && offset > item.open)
      add(item.open + 1, item.close ?? item.end);
    add(item.start, item.end);
    item = item.parent;
  }
  add(0, outline.text.length);
  return nested(found);
}

/** Stretches around one place by their length, without those that are not within the next. */
function nested(stretches: readonly Selection[]): Selection[] {
  const ranges: Selection[] = [];
  for (const { start, end } of stretches.toSorted((a, b) => a.end - a.start - (b.end - b.start))) {
    const inner = ranges.at(-1);
    if (inner && (start > inner.start || end < inner.end)) continue;
    if (inner?.start === start && inner.end === end) continue;
    ranges.push({ start, end });
  }
  return ranges;
}

// `<…>` and `[…]` around the offset, first without, then with its brackets.
function addGroup(
  outline: SourceOutline,
  value: readonly { readonly start: number; readonly end: number; readonly inside: boolean }[],
  offset: number,
  add: (start: number, end: number) => void,
): void {
  let open: number | undefined;
  for (const token of value) {
    const text = outline.text.slice(token.start, token.end);
    if (!token.inside && (text === '<' || text === '[')) open = token.start;
    if (token.inside || (text !== '>' && text !== ']') || open === undefined) continue;
    if (open < offset && offset < token.end) {
      add(open + 1, token.start);
      add(open, token.end);
    }
    open = undefined;
  }
}
