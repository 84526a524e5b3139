// The syntax tree of one open file as plain immutable nodes, for outline, folding, selection and completion context.

/**
 * One node of tree-sitter-devicetree's tree. Offsets are relative to the node's own start, so an unchanged node is
 * the same object after an edit elsewhere.
 */
export interface SyntaxNode {
  /** The grammar's name (`node`, `property`, `integer_cells`, …), or the token's text for punctuation. */
  readonly kind: string;
  /** Whether the grammar names it; false for punctuation and keywords. */
  readonly named: boolean;
  /** The field of its parent it fills (`name`, `value`, `label`, …). */
  readonly field: string | undefined;
  readonly length: number;
  readonly children: readonly SyntaxNode[];
  /** Where each child begins. */
  readonly offsets: readonly number[];
  /** Whether it or anything below is an error or a token the parser had to make up. */
  readonly hasError: boolean;
  /** Whether the parser made it up: it has no text. */
  readonly missing: boolean;
}

/** The syntax tree of one file's text. */
export interface SyntaxTree {
  readonly text: string;
  readonly root: SyntaxNode;
  /** Where the root begins: the first token. */
  readonly start: number;
}

/** A node with its place in the text. End exclusive. */
export interface PlacedNode {
  readonly node: SyntaxNode;
  readonly start: number;
  readonly end: number;
}

/** The root with its place. */
export function placedRoot(tree: SyntaxTree): PlacedNode {
  return { node: tree.root, start: tree.start, end: tree.start + tree.root.length };
}

/** The children of `placed`, with their places, in source order. */
export function childrenOf(placed: PlacedNode): readonly PlacedNode[] {
  return placed.node.children.map((node, index) => {
    const start = placed.start + (placed.node.offsets[index] ?? 0);
    return { node, start, end: start + node.length };
  });
}

/**
 * The nodes around `offset`, outermost first: each contains it or ends at it; where two tokens meet there, the one
 * that begins is taken.
 */
export function pathTo(tree: SyntaxTree, offset: number): readonly PlacedNode[] {
  const path: PlacedNode[] = [];
  let next: PlacedNode | undefined = placedRoot(tree);
  while (next !== undefined && next.start <= offset && offset <= next.end) {
    path.push(next);
    const children: readonly PlacedNode[] = childrenOf(next);
    next =
      children.find((child) => child.start <= offset && offset < child.end) ??
      children.findLast((child) => child.end === offset);
  }
  return path;
}

/** `placed` and everything below, in source order. */
export function* walkSyntax(placed: PlacedNode): Generator<PlacedNode> {
  const waiting = [placed];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    for (const child of childrenOf(next).toReversed()) waiting.push(child);
  }
}

/** Nodes whose text the grammar does not name in all its parts: they count as one token. */
const wholeTokens = new Set(['string_literal', 'byte_string_literal']);

/** The tokens of a tree in source order, comments included; strings and byte strings are one each. */
export function* tokensOf(tree: SyntaxTree): Generator<PlacedNode> {
  const waiting = [placedRoot(tree)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.node.children.length > 0 && !wholeTokens.has(next.node.kind))
      for (const child of childrenOf(next).toReversed()) waiting.push(child);
    else if (next.end > next.start) yield next;
  }
}
