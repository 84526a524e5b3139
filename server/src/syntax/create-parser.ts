// The one place that knows tree-sitter: texts in, plain immutable statements and ranges out.

import {
  Language,
  Parser as TreeSitter,
  type Edit,
  type Node,
  type Tree,
  type TreeCursor,
} from 'web-tree-sitter';
import { changedRange, type ChangedRange } from '../text/changed-range.ts';
import { codeOf, scanSource, type SourceDocument } from './scan-source.ts';
import { maximumDepth, scanDocument, type Statements } from './scan-statements.ts';
import { isSpace, skipTrivia } from './trivia.ts';
import { leaf, reuseOf, type Reuse, type Statement } from './statement.ts';

/** The bytes of the two WebAssembly files: `web-tree-sitter.wasm` and `tree-sitter-devicetree.wasm`. */
export interface ParserWasm {
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
}

/** A stretch of a text, its end exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export interface Parser {
  /**
   * The statements of a source file as it is written: those of its syntax tree, and those the scanner finds in stretches
   * that the grammar cannot read. With the document of an earlier version, only what changed is parsed, and statements
   * whose text did not change are the same objects as there; otherwise the result depends on it only where the text has
   * errors, from which tree-sitter recovers in more ways than one.
   */
  parse(text: string, previous?: SourceDocument): SourceDocument;
  /**
   * What the syntax tree has around `offset`, innermost first, up to the statement: an operand, an expression, a call, the
   * cells. Empty where the grammar cannot read the statement, and for a document that was parsed too long ago.
   */
  around(document: SourceDocument, offset: number): readonly Stretch[];
  /** Frees what is kept of a document, which is not given to `parse` again. */
  release(document: SourceDocument): void;
}

/**
 * UTF-16 units of the longest text of which a syntax tree is made; a longer one is only scanned. A tree takes up to ten
 * microseconds for each unit, and more in what is no devicetree source; the largest file of Linux has half of this.
 */
const longestTreeText = 1 << 20;

/** How often a text may be scanned, in stretches, before it is scanned as a whole. */
const mostScans = 8;

/** Trees kept for incremental parsing; the one unused the longest is freed first. */
const keptTrees = 8;

/** A parser; rejects when the WebAssembly files are none or do not fit together. */
export async function createParser(wasm: ParserWasm): Promise<Parser> {
  await TreeSitter.init({ wasmBinary: wasm.runtime });
  const language = await Language.load(wasm.grammar);
  const treeSitter = new TreeSitter();
  treeSitter.setLanguage(language);
  const kinds = statementKinds(language);
  const trees = new Map<SourceDocument, Tree>();

  const take = (of: SourceDocument): Tree | undefined => {
    const tree = trees.get(of);
    trees.delete(of);
    return tree;
  };
  const keep = (of: SourceDocument, tree: Tree): void => {
    trees.set(of, tree);
    for (const [oldest, unused] of trees) {
      if (trees.size <= keptTrees) break;
      trees.delete(oldest);
      unused.delete();
    }
  };

  return {
    parse(text, previous) {
      if (previous?.text === text) return previous;
      const old = previous && take(previous);
      const { code, isCutOff } = codeOf(text);
      if (text.length > longestTreeText || isCutOff) {
        old?.delete();
        return scanSource(text);
      }
      const change = previous && changedRange(previous.text, text);
      if (change) old?.edit(editOf(change));
      const tree = treeSitter.parse(text, old);
      if (tree === null) throw new Error('tree-sitter gave no tree');
      old?.delete();
      const reuse = previous && change && reuseOf(previous, change);
      const found = new TreeReader(code, kinds, reuse).read(tree);
      const document = found ? { text, code, ...found } : scanSource(text);
      keep(document, tree);
      return document;
    },

    around(document, offset) {
      const tree = trees.get(document);
      return tree ? stretchesAround(tree, offset, kinds) : [];
    },

    release(document) {
      take(document)?.delete();
    },
  };
}

/** Rows and columns are dummies: only indices of the resulting trees are used. */
function editOf(change: ChangedRange): Edit {
  const at = { row: 0, column: 0 };
  return {
    startIndex: change.start,
    oldEndIndex: change.endBefore,
    newEndIndex: change.endAfter,
    startPosition: at,
    oldEndPosition: at,
    newEndPosition: at,
  } as Edit;
}

interface StatementKinds {
  readonly node: number;
  readonly omit: number;
  readonly leaves: ReadonlySet<number>;
  /** What stands around statements that are compiled under a condition. */
  readonly conditions: ReadonlySet<number>;
  readonly openBrace: number;
  readonly closeBrace: number;
}

function statementKinds(language: Language): StatementKinds {
  const id = (name: string, named = true): number => {
    const found = language.idForNodeType(name, named);
    if (found === null) throw new Error(`the grammar has no ${name}`);
    return found;
  };
  const leaves = [
    'file_version',
    'plugin',
    'memory_reservation',
    'property',
    'delete_node',
    'delete_property',
  ];
  const conditions = [
    'preproc_if',
    'preproc_ifdef',
    'preproc_else',
    'preproc_elif',
    'preproc_elifdef',
  ];
  return {
    node: id('node'),
    omit: id('omit_if_no_ref'),
    leaves: new Set(leaves.map((name) => id(name))),
    conditions: new Set(conditions.map((name) => id(name))),
    openBrace: id('{', false),
    closeBrace: id('}', false),
  };
}

interface Body extends Statements {
  readonly statements: Statement[];
  readonly offsets: number[];
}

/**
 * Reads the statements of a tree. Where the tree has an error, because of a macro the grammar cannot take for a value or
 * because the text is being written, the smallest stretch around it in which braces match is left to the scanner.
 */
class TreeReader {
  readonly #code: string;
  readonly #kinds: StatementKinds;
  readonly #reuse: Reuse | undefined;
  /** UTF-16 units that may still be scanned: nodes within nodes whose braces do not match would each be scanned whole. */
  #left: number;

  constructor(code: string, kinds: StatementKinds, reuse: Reuse | undefined) {
    this.#code = code;
    this.#left = mostScans * code.length;
    this.#kinds = kinds;
    this.#reuse = reuse;
  }

  /** Undefined for a text that nests too deeply to be followed, or has too much that does not match. */
  read(tree: Tree): Statements | undefined {
    const body: Body = { statements: [], offsets: [] };
    const root = tree.rootNode;
    const isRead = root.hasError
      ? this.#mendBody(root.children, { base: 0, start: 0, end: this.#code.length, depth: 0 }, body)
      : this.#readChildren(root, body);
    return isRead ? body : undefined;
  }

  // Where there is no error.

  #readChildren(root: Node, body: Body): boolean {
    const cursor = root.walk();
    const isRead = !cursor.gotoFirstChild() || this.#readBody(cursor, 0, 0, body);
    cursor.delete();
    return isRead;
  }

  /** Reads the siblings from the cursor's node on, up to a closing brace; false when they nest too deeply. */
  #readBody(cursor: TreeCursor, base: number, depth: number, body: Body): boolean {
    const { leaves, node, omit, conditions, closeBrace } = this.#kinds;
    do {
      const kind = cursor.nodeTypeId;
      if (kind === closeBrace) return true;
      if (conditions.has(kind)) {
        if (!cursor.gotoFirstChild()) continue;
        const isRead = depth < maximumDepth && this.#readBody(cursor, base, depth + 1, body);
        cursor.gotoParent();
        if (!isRead) return false;
        continue;
      }
      const isNode = kind === node || kind === omit;
      if (!isNode && !leaves.has(kind)) continue;
      const start = cursor.startIndex;
      const length = cursor.endIndex - start;
      const same = this.#reuse?.at(start);
      let statement: Statement | undefined;
      if (same?.clean && same.length === length) statement = same;
      else if (isNode) statement = this.#readNode(cursor, start, length, depth);
      else statement = leaf('leaf', length, 'complete');
      if (statement === undefined) return false;
      body.statements.push(statement);
      body.offsets.push(start - base);
    } while (cursor.gotoNextSibling());
    return true;
  }

  /** A node, with `/omit-if-no-ref/` before it or not; a leaf for `/omit-if-no-ref/ &label;`. */
  #readNode(
    cursor: TreeCursor,
    start: number,
    length: number,
    depth: number,
  ): Statement | undefined {
    if (depth >= maximumDepth || !cursor.gotoFirstChild()) return undefined;
    let result: Statement | undefined;
    let hasBody = false;
    do {
      const kind = cursor.nodeTypeId;
      if (kind === this.#kinds.node) {
        result = this.#readNode(cursor, start, length, depth + 1);
        hasBody = true;
      } else if (kind === this.#kinds.openBrace) {
        const head = cursor.startIndex - start;
        const body: Body = { statements: [], offsets: [] };
        hasBody = true;
        cursor.gotoNextSibling();
        if (this.#readBody(cursor, start, depth + 1, body)) result = nodeOf(length, head, body);
      }
    } while (!hasBody && cursor.gotoNextSibling());
    cursor.gotoParent();
    return hasBody ? result : leaf('leaf', length, 'complete');
  }

  // Where there is one.

  /** Reads siblings of which some have errors; false when the braces between them do not match. */
  #mendBody(siblings: Siblings, place: Place, body: Body): boolean {
    const parts = [...this.#partsOf(siblings, place)];
    for (let index = 0; index < parts.length;) {
      const part = parts[index] as Part;
      index += 1;
      if (part.statement) {
        body.statements.push(part.statement);
        body.offsets.push(part.start - place.base);
        continue;
      }
      let { end } = part;
      for (let next = parts[index]; next && !next.statement; next = parts[(index += 1)])
        end = next.end;
      if (this.#scan(part.start, end, place.base, body, 'if balanced')) continue;
      const isFile = place.depth === 0;
      return this.#scan(
        part.start,
        place.end,
        place.base,
        body,
        isFile ? 'as it is' : 'if balanced',
      );
    }
    return true;
  }

  /** The statements among siblings, and what has an error or was passed over, in order. */
  *#partsOf(siblings: Siblings, place: Place): Generator<Part> {
    let done = place.start;
    for (const part of this.#readParts(siblings, place)) {
      const passed = skipTrivia(this.#code, done, part.start);
      if (passed < part.start) yield { start: passed, end: part.start, statement: undefined };
      yield part;
      done = part.end;
    }
    const passed = skipTrivia(this.#code, done, place.end);
    if (passed < place.end) yield { start: passed, end: place.end, statement: undefined };
  }

  *#readParts(siblings: Siblings, place: Place, nesting = 0): Generator<Part> {
    const { leaves, node, omit, conditions } = this.#kinds;
    for (const sibling of siblings) {
      if (!sibling) continue;
      const { typeId, startIndex: start, endIndex: end } = sibling;
      if (conditions.has(typeId) && nesting < maximumDepth)
        yield* this.#readParts(sibling.children, place, nesting + 1);
      // In `/dts-v1// {` the grammar takes for a node what is a comment, and comments and directives are no statements.
      else if (isSpace(this.#code.charCodeAt(start))) continue;
      else if (sibling.hasError) yield { start, end, statement: this.#mendNode(sibling, place) };
      else if (typeId === node || typeId === omit || leaves.has(typeId)) {
        const body: Body = { statements: [], offsets: [] };
        const cursor = sibling.walk();
        this.#readBody(cursor, start, place.depth, body);
        cursor.delete();
        yield { start, end, statement: body.statements[0] };
      }
    }
  }

  /** A node that has errors in its body alone, and there such that braces match; undefined for others. */
  #mendNode(node: Node, { depth }: Place): Statement | undefined {
    if (node.typeId !== this.#kinds.node || depth >= maximumDepth) return undefined;
    const same = this.#reuse?.at(node.startIndex);
    if (same?.kind === 'node' && same.clean && same.length === node.endIndex - node.startIndex)
      return same;
    const children = node.children.filter((child) => child !== null);
    const open = children.findIndex(({ typeId }) => typeId === this.#kinds.openBrace);
    const close = children.findLastIndex(({ typeId }) => typeId === this.#kinds.closeBrace);
    const around = [...children.slice(0, open + 1), ...children.slice(close)];
    if (open < 0 || close <= open || around.some((child) => child.hasError)) return undefined;
    const base = node.startIndex;
    const end = children[close]?.startIndex ?? base;
    const brace = children[open]?.startIndex ?? base;
    // A brace that is in a comment, by what the preprocessor takes for one, is none.
    if (this.#code.charAt(brace) !== '{' || this.#code.charAt(end) !== '}') return undefined;
    const body: Body = { statements: [], offsets: [] };
    const place = { base, start: brace + 1, end, depth: depth + 1 };
    if (!this.#mendBody(children.slice(open + 1, close), place, body)) return undefined;
    return nodeOf(node.endIndex - base, brace - base, body);
  }

  /** Adds what the scanner finds in `[start, end)`; false, and nothing, when braces have to match there and do not. */
  #scan(
    start: number,
    end: number,
    base: number,
    body: Body,
    how: 'if balanced' | 'as it is',
  ): boolean {
    const same = this.#reuse?.at(start);
    if (same?.clean && same.length === end - start) {
      body.statements.push(same);
      body.offsets.push(start - base);
      return true;
    }
    if (this.#left < 0) return false;
    const code = this.#code;
    const line = code.lastIndexOf('\n', start - 1) + 1;
    this.#left -= end - line;
    // Where a line is indented counts, what stands on it before does not.
    const before = code.slice(line, start).replace(/\S/g, ' ');
    const { statements, offsets } = scanDocument(before + code.slice(start, end));
    if (how === 'if balanced' && !statements.every(isBalanced)) return false;
    for (const [index, statement] of statements.entries()) {
      body.statements.push(statement);
      body.offsets.push(line + (offsets[index] ?? 0) - base);
    }
    return true;
  }
}

type Siblings = readonly (Node | null)[];

/** Where siblings are, `[start, end)`; offsets count from `base`. */
interface Place {
  readonly base: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/** A statement, or without one a stretch that has an error. */
interface Part {
  readonly start: number;
  readonly end: number;
  readonly statement: Statement | undefined;
}

function nodeOf(length: number, head: number, { statements, offsets }: Body): Statement {
  return {
    kind: 'node',
    length,
    head,
    children: statements,
    offsets,
    ending: 'complete',
    clean: statements.every(({ clean }) => clean),
  };
}

function isBalanced({ kind, ending, clean, children }: Statement): boolean {
  return clean || (kind !== 'stray' && ending !== 'no-brace' && children.every(isBalanced));
}

function stretchesAround(tree: Tree, offset: number, kinds: StatementKinds): Stretch[] {
  const stretches: Stretch[] = [];
  let node = tree.rootNode.descendantForIndex(offset);
  for (; node && !kinds.leaves.has(node.typeId); node = node.parent) {
    if (node.hasError || node.typeId === kinds.node) return [];
    stretches.push({ start: node.startIndex, end: node.endIndex });
  }
  return node && !node.hasError ? stretches : [];
}
