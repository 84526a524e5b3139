// What the word under the cursor names.

import type { Board } from '../rules/board.ts';
import type { FileId, Span } from '../text/span.ts';
import { stringsOf, type DtNode } from '../tree/device-tree.ts';
import { referredNode } from './hover.ts';
import { locate, nodeOfOpening } from './locate.ts';
import { macroDefinitions } from './macros.ts';
import { itemAt, outlineOf, textOf, tokenAt, type SourceOutline } from './source-outline.ts';
import type { Token } from './source-tokens.ts';

export type SymbolAt = { readonly at: Span } & (
  | { readonly kind: 'label'; readonly label: string; readonly node: DtNode | undefined }
  | { readonly kind: 'node'; readonly node: DtNode }
  | { readonly kind: 'property'; readonly name: string; readonly node: DtNode }
  | { readonly kind: 'macro'; readonly name: string }
  | { readonly kind: 'include'; readonly target: FileId | undefined }
);

/** The label, node, property, macro or included file that is named at `offset` of `file`; undefined for other text. */
export function symbolAt(board: Board, file: FileId, offset: number): SymbolAt | undefined {
  const source = board.files.get(file);
  if (typeof source === 'string') return undefined;
  const outline = outlineOf(source);
  const token = tokenAt(outline, offset);
  if (!token || token.kind === 'comment') return undefined;
  const text = textOf(outline, token);
  const spanOfToken = (from: number, to: number): Span => ({ file, start: from, end: to });
  if (token.kind === 'directive') return inDirective(board, file, outline, token, offset);
  const include = board.source?.includes.find(
    ({ at }) => at.file === file && at.start <= offset && offset <= at.end,
  );
  if (include) return { kind: 'include', at: include.at, target: include.target };
  if (token.kind === 'label') {
    const label = text.slice(0, -1);
    const at = spanOfToken(token.start, token.end - 1);
    return { kind: 'label', at, label, node: board.tree.labels.get(label) };
  }
  if (token.kind === 'reference') {
    if (!text.startsWith('&{')) {
      const label = text.slice(1);
      const at = spanOfToken(token.start + 1, token.end);
      return { kind: 'label', at, label, node: board.tree.labels.get(label) };
    }
    const node = referredNode(board, text);
    return node && { kind: 'node', at: spanOfToken(token.start, token.end), node };
  }
  const item = itemAt(outline, offset);
  const at = spanOfToken(token.start, token.end);
  if (item?.kind === 'node' && item.name === token) {
    const node = nodeOfOpening(board, file, token.start);
    return node && { kind: 'node', at, node };
  }
  if (item?.kind === 'property' && item.name === token) {
    const { node, property } = locate(board, file, token.start);
    if (node && property) return { kind: 'property', at, name: property.name, node };
  }
  if (token.kind === 'string') {
    const node = nodeOfPath(board, text.slice(1, -1));
    return node && { kind: 'node', at: spanOfToken(token.start + 1, token.end - 1), node };
  }
  if (token.kind === 'name' && macroDefinitions(board, text).length > 0)
    return { kind: 'macro', at, name: text };
  return undefined;
}

/** The node a string names: a path, or an alias, as `stdout-path` has them, options behind `:` left out. */
function nodeOfPath(board: Board, text: string): DtNode | undefined {
  const path = text.split(':', 1)[0] ?? '';
  if (path.startsWith('/')) return path === '/' ? undefined : referredNode(board, `&{${path}}`);
  const aliases = board.tree.root.children.find((node) => node.name === 'aliases');
  const alias = aliases?.properties.get(path);
  if (!alias) return undefined;
  return referredNode(board, `&{${stringsOf(alias)[0] ?? ''}}`);
}

function inDirective(
  board: Board,
  file: FileId,
  outline: SourceOutline,
  token: Token,
  offset: number,
): SymbolAt | undefined {
  const include = board.source?.includes.find(
    ({ at }) => at.file === file && token.start <= at.start && at.end <= token.end,
  );
  if (include) return { kind: 'include', at: include.at, target: include.target };
  const text = textOf(outline, token);
  for (const word of text.matchAll(/[A-Za-z_]\w*/g)) {
    const start = token.start + word.index;
    const end = start + word[0].length;
    if (offset < start || offset > end) continue;
    if (macroDefinitions(board, word[0]).length > 0)
      return { kind: 'macro', at: { file, start, end }, name: word[0] };
    const label = text.charAt(word.index - 1) === '&' ? word[0] : undefined;
    if (label !== undefined)
      return { kind: 'label', at: { file, start, end }, label, node: board.tree.labels.get(label) };
  }
  return undefined;
}
