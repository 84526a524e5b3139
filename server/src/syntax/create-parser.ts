// The one place that knows tree-sitter: texts in, plain immutable trees and statements out.

import {
  Language,
  Parser as TreeSitter,
  type Edit,
  type Tree,
  type TreeCursor,
} from 'web-tree-sitter';
import { changedRange, type ChangedRange } from '../text/changed-range.ts';
import { maximumDepth, scanStatements, type Statements } from './scan-statements.ts';
import { leaf, reuseOf, type Reuse, type Statement, type StatementDocument } from './statement.ts';

/** The bytes of the two WebAssembly files: `web-tree-sitter.wasm` and `tree-sitter-devicetree.wasm`. */
export interface ParserWasm {
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
}

export interface Parser {
  /**
   * The statements of an expanded text. With the document of an earlier version, statements whose text did not change
   * are the same objects as there; the result never depends on it otherwise.
   */
  parse(text: string, previous?: StatementDocument): StatementDocument;
  /** Frees what is kept of a document, which is not given to `parse` again. */
  release(document: StatementDocument): void;
}

/**
 * UTF-16 units of the longest text of which a syntax tree is made; a longer one is only cut into statements. A tree takes up
 * to ten microseconds for each unit, and more in what is no devicetree source; the largest boards of Linux have half of this.
 */
const longestTreeText = 1 << 20;

/** Trees kept for incremental parsing; the one unused the longest is freed first. */
const keptTrees = 8;

/** A parser; rejects when the WebAssembly files are none or do not fit together. */
export async function createParser(wasm: ParserWasm): Promise<Parser> {
  await TreeSitter.init({ wasmBinary: wasm.runtime });
  const language = await Language.load(wasm.grammar);
  const treeSitter = new TreeSitter();
  treeSitter.setLanguage(language);
  const kinds = statementKinds(language);
  const trees = new Map<StatementDocument, Tree>();

  const take = (of: StatementDocument): Tree | undefined => {
    const tree = trees.get(of);
    trees.delete(of);
    return tree;
  };
  const keep = (of: StatementDocument, tree: Tree): void => {
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
      const change = previous && changedRange(previous.text, text);
      const reuse = previous && change && reuseOf(previous, change);
      const old = previous && take(previous);
      if (text.length > longestTreeText) {
        old?.delete();
        return { text, ...scanStatements(text, reuse), foundBy: 'scanner' };
      }
      if (change) old?.edit(editOf(change));
      const tree = treeSitter.parse(text, old);
      if (tree === null) throw new Error('tree-sitter gave no tree');
      old?.delete();
      const fromTree = text.includes('\\\n') ? undefined : readStatements(tree, kinds, reuse);
      const { statements, offsets } = fromTree ?? scanStatements(text, reuse);
      const document: StatementDocument = {
        text,
        statements,
        offsets,
        foundBy: fromTree === undefined ? 'scanner' : 'tree',
      };
      keep(document, tree);
      return document;
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
  readonly comment: number;
  readonly omit: number;
  readonly leaves: ReadonlySet<number>;
  readonly openBrace: number;
  readonly closeBrace: number;
}

function statementKinds(language: Language): StatementKinds {
  const id = (name: string, named: boolean): number => {
    const found = language.idForNodeType(name, named);
    if (found === null) throw new Error(`the grammar has no ${name}`);
    return found;
  };
  return {
    node: id('node', true),
    comment: id('comment', true),
    omit: id('omit_if_no_ref', true),
    leaves: new Set(
      [
        'file_version',
        'plugin',
        'memory_reservation',
        'property',
        'delete_node',
        'delete_property',
      ].map((name) => id(name, true)),
    ),
    openBrace: id('{', false),
    closeBrace: id('}', false),
  };
}

/** The statements of a tree without errors; undefined when it has one, or holds what is no statement of dtc's. */
function readStatements(
  tree: Tree,
  kinds: StatementKinds,
  reuse: Reuse | undefined,
): Statements | undefined {
  const cursor = tree.walk();
  try {
    if (cursor.currentNode.hasError) return undefined;
    const statements: Statement[] = [];
    const offsets: number[] = [];
    if (!cursor.gotoFirstChild()) return { statements, offsets };
    return readBody(cursor, kinds, reuse, 0, 0, statements, offsets)
      ? { statements, offsets }
      : undefined;
  } finally {
    cursor.delete();
  }
}

/** Reads the siblings from the cursor's node on, up to a closing brace; false when one is no statement. */
function readBody(
  cursor: TreeCursor,
  kinds: StatementKinds,
  reuse: Reuse | undefined,
  base: number,
  depth: number,
  statements: Statement[],
  offsets: number[],
): boolean {
  do {
    const kind = cursor.nodeTypeId;
    if (kind === kinds.comment) continue;
    if (kind === kinds.closeBrace) return true;
    const start = cursor.startIndex;
    const length = cursor.endIndex - start;
    const same = reuse?.at(start);
    let statement: Statement | undefined;
    if (same?.clean && same.length === length) statement = same;
    else if (kinds.leaves.has(kind)) statement = leaf('leaf', length, 'complete');
    else if (kind === kinds.node || kind === kinds.omit) {
      statement = readNode(cursor, kinds, reuse, start, length, depth);
    }
    if (statement === undefined) return false;
    statements.push(statement);
    offsets.push(start - base);
  } while (cursor.gotoNextSibling());
  return true;
}

/** A node, with `/omit-if-no-ref/` before it or not; a leaf for `/omit-if-no-ref/ &label;`. */
function readNode(
  cursor: TreeCursor,
  kinds: StatementKinds,
  reuse: Reuse | undefined,
  start: number,
  length: number,
  depth: number,
): Statement | undefined {
  if (depth >= maximumDepth || !cursor.gotoFirstChild()) return undefined;
  let result: Statement | undefined;
  let hasBody = false;
  do {
    const kind = cursor.nodeTypeId;
    if (kind === kinds.node) {
      result = readNode(cursor, kinds, reuse, start, length, depth + 1);
      hasBody = true;
    } else if (kind === kinds.openBrace) {
      const head = cursor.startIndex - start;
      const children: Statement[] = [];
      const offsets: number[] = [];
      hasBody = true;
      cursor.gotoNextSibling();
      if (readBody(cursor, kinds, reuse, start, depth + 1, children, offsets))
        result = {
          kind: 'node',
          length,
          head,
          children,
          offsets,
          ending: 'complete',
          clean: true,
        };
    }
  } while (!hasBody && cursor.gotoNextSibling());
  cursor.gotoParent();
  return hasBody ? result : leaf('leaf', length, 'complete');
}
