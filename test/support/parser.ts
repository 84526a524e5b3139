// The parser on the WebAssembly files of the npm packages: one for all tests of a process.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  createParser,
  type Parser,
  type ParserWasm,
} from '../../server/src/syntax/create-parser.ts';

const require = createRequire(import.meta.url);
let shared: Promise<Parser> | undefined;

/** The bytes of the grammar and its runtime. */
export function parserWasm(): ParserWasm {
  return {
    runtime: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    grammar: readFileSync(require.resolve('tree-sitter-devicetree/tree-sitter-devicetree.wasm')),
  };
}

/** The shared parser. */
export function sharedParser(): Promise<Parser> {
  return (shared ??= createParser(parserWasm()));
}
