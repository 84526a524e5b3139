// The one place that knows tree-sitter: texts in, plain immutable trees and statements out.

import { Language, Parser as TreeSitter, type Tree, type TreeCursor } from 'web-tree-sitter';
import { maximumDepth, type Statements } from './scan-statements.ts';
import { leaf, type Statement, type StatementDocument } from './statement.ts';

/** The bytes of the two WebAssembly files: `web-tree-sitter.wasm` and `tree-sitter-devicetree.wasm`. */
export interface ParserWasm {
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
}

export interface Parser {
  /** The statements of a text that the grammar can read; undefined when its tree has an error. */
  parse(text: string): StatementDocument | undefined;
}

/** A parser; rejects when the WebAssembly files are none or do not fit together. */
export async function createParser(wasm: ParserWasm): Promise<Parser> {
  await TreeSitter.init({ wasmBinary: wasm.runtime });
  const language = await Language.load(wasm.grammar);
  const treeSitter = new TreeSitter();
  treeSitter.setLanguage(language);
  const kinds = statementKinds(language);
  return {
    parse(text) {
      const tree = treeSitter.parse(text);
      if (tree === null) throw new Error('tree-sitter gave no tree');
      const found = readStatements(tree, kinds);
      tree.delete();
      return found && { text, ...found };
    },
  };
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
function readStatements(tree: Tree, kinds: StatementKinds): Statements | undefined {
  const cursor = tree.walk();
  try {
    if (cursor.currentNode.hasError) return undefined;
    const statements: Statement[] = [];
    const offsets: number[] = [];
    if (!cursor.gotoFirstChild()) return { statements, offsets };
    return readBody(cursor, kinds, 0, 0, statements, offsets) ? { statements, offsets } : undefined;
  } finally {
    cursor.delete();
  }
}

/** Reads the siblings from the cursor's node on, up to a closing brace; false when one is no statement. */
function readBody(
  cursor: TreeCursor,
  kinds: StatementKinds,
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
    let statement: Statement | undefined;
    if (kinds.leaves.has(kind)) statement = leaf('leaf', length, 'complete');
    else if (kind === kinds.node || kind === kinds.omit) {
      statement = readNode(cursor, kinds, start, length, depth);
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
      result = readNode(cursor, kinds, start, length, depth + 1);
      hasBody = true;
    } else if (kind === kinds.openBrace) {
      const head = cursor.startIndex - start;
      const children: Statement[] = [];
      const offsets: number[] = [];
      hasBody = true;
      cursor.gotoNextSibling();
      if (readBody(cursor, kinds, start, depth + 1, children, offsets))
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
