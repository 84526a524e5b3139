// Colours by meaning: node and property names, labels, references, macros, inactive lines.

import type { Span } from '../text/span.ts';
import { walkItems, type SourceOutline } from './source-outline.ts';
import type { Token } from './source-tokens.ts';

/** The token types in the order the protocol's legend has them. */
export const semanticTokenTypes = [
  'class',
  'property',
  'label',
  'variable',
  'macro',
  'keyword',
  'string',
  'number',
  'operator',
  'comment',
] as const;

export const semanticTokenModifiers = ['declaration'] as const;

export type SemanticTokenType = (typeof semanticTokenTypes)[number];

export interface SemanticToken {
  readonly start: number;
  readonly end: number;
  readonly type: SemanticTokenType;
  readonly isDeclaration: boolean;
}

const LINE_END = /[\r\n]/;

/** The coloured stretches of a file in order; none reaches over a line end. `inactive` lines are comments. */
export function semanticTokens(
  outline: SourceOutline,
  inactive: readonly Span[],
  from = 0,
  to: number = outline.text.length,
): SemanticToken[] {
  const roles = new Map<Token, { type: SemanticTokenType; isDeclaration: boolean }>();
  for (const item of walkItems(outline.items)) {
    if (item.end < from || item.start > to) continue;
    if (item.kind === 'statement') continue;
    if (item.name.kind === 'reference')
      roles.set(item.name, { type: 'variable', isDeclaration: false });
    else
      roles.set(item.name, {
        type: item.kind === 'node' ? 'class' : 'property',
        isDeclaration: item.kind === 'node',
      });
  }
  const { text } = outline;
  const tokens: SemanticToken[] = [];
  const add = (
    start: number,
    end: number,
    type: SemanticTokenType,
    isDeclaration = false,
  ): void => {
    for (let at = start; at < end;) {
      const length = text.slice(at, end).search(LINE_END);
      const stop = length < 0 ? end : at + length;
      if (stop > at && stop > from && at < to)
        tokens.push({ start: at, end: stop, type, isDeclaration });
      at = stop + 1;
    }
  };
  const grey = [...inactive].sort((a, b) => a.start - b.start);
  let nextGrey = 0;
  for (const token of outline.tokens) {
    if (token.end < from) continue;
    if (token.start > to) break;
    while (nextGrey < grey.length && (grey[nextGrey]?.end ?? 0) <= token.start) nextGrey += 1;
    const isGrey = (grey[nextGrey]?.start ?? Infinity) <= token.start;
    if (isGrey) {
      add(token.start, token.end, 'comment');
      continue;
    }
    const role = roles.get(token);
    if (role) add(token.start, token.end, role.type, role.isDeclaration);
    else if (token.kind === 'comment') add(token.start, token.end, 'comment');
    else if (token.kind === 'directive') {
      const word = /^#[ \t]*\w+/.exec(text.slice(token.start, token.end))?.[0] ?? '#';
      add(token.start, token.start + word.length, 'keyword');
    } else if (token.kind === 'string' || token.kind === 'character')
      add(token.start, token.end, 'string');
    else if (token.kind === 'number') add(token.start, token.end, 'number');
    else if (token.kind === 'keyword') add(token.start, token.end, 'keyword');
    else if (token.kind === 'label') add(token.start, token.end - 1, 'label', true);
    else if (token.kind === 'reference') add(token.start, token.end, 'variable');
    else if (token.kind === 'name') add(token.start, token.end, 'macro');
  }
  return tokens;
}
