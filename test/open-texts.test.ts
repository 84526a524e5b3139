// The syntax trees of open files: loaded late, kept from one change to the next, done without where there is no grammar.

import assert from 'node:assert/strict';
import { selectionRanges } from '../server/src/ide/selection-ranges.ts';
import { outlineOf } from '../server/src/ide/source-outline.ts';
import { OpenTexts } from '../server/src/lsp/open-texts.ts';
import type { ParserWasm } from '../server/src/syntax/create-parser.ts';
import { parserWasm } from './support/parser.ts';

const FILE = '/board.dts';
const TEXT = '/ { a = <(1 + 2)>; };\n';

/** Texts of which `open` are open, what was asked of their host, and what it was told. */
function textsWith(open: ReadonlySet<string>, wasm: () => Promise<ParserWasm>) {
  const asked: string[] = [];
  const failed: unknown[] = [];
  const texts = new OpenTexts({
    wasm: () => {
      asked.push('wasm');
      return wasm();
    },
    isOpen: (file) => open.has(file),
    failed: (error) => void failed.push(error),
  });
  return { texts, asked, failed };
}

describe('texts of open files', () => {
  it('ask for the grammar once, when the first is to be parsed', async () => {
    const { texts, asked } = textsWith(new Set([FILE]), () => Promise.resolve(parserWasm()));
    const closed = { id: '/other.dts', text: TEXT };
    await texts.parse(closed);
    assert.deepEqual(asked, []);
    const first = { id: FILE, text: TEXT };
    await Promise.all([texts.parse(first), texts.parse(first)]);
    const second = { id: FILE, text: TEXT.replace('1', '12') };
    await texts.parse(second);
    assert.deepEqual(asked, ['wasm']);
    const at = second.text.indexOf('12');
    assert.deepEqual(await texts.around(closed, at), []);
    // Of the text before there is no tree any more.
    assert.deepEqual(await texts.around(first, at), []);
    assert.deepEqual(
      (await texts.around(second, at)).map(({ start, end }) => second.text.slice(start, end)),
      ['12', '12 + 2', '<(12 + 2)>'],
    );
    const chosen = selectionRanges(outlineOf(second), at, await texts.around(second, at));
    assert.deepEqual(
      chosen.slice(0, 5).map(({ start, end }) => second.text.slice(start, end)),
      ['12', '12 + 2', '(12 + 2)', '<(12 + 2)>', 'a = <(12 + 2)>;'],
    );
    texts.close(FILE);
    assert.deepEqual(await texts.around(second, at), []);
  });

  it('are scanned when the grammar cannot be had, which is told once', async () => {
    const { texts, asked, failed } = textsWith(new Set([FILE]), () =>
      Promise.reject(new Error('no such file')),
    );
    for (const text of [TEXT, `${TEXT}\n`]) {
      const source = { id: FILE, text };
      await texts.parse(source);
      assert.deepEqual(
        outlineOf(source).items.map(({ kind }) => kind),
        ['node'],
      );
      assert.deepEqual(await texts.around(source, 8), []);
    }
    assert.deepEqual(asked, ['wasm']);
    assert.match(String(failed), /^Error: no such file$/);
  });

  it('share the tokens of statements that did not change', async () => {
    const { texts } = textsWith(new Set([FILE]), () => Promise.resolve(parserWasm()));
    const before = { id: FILE, text: '/ {\n a = <1>;\n b = <2>;\n};\n' };
    await texts.parse(before);
    const after = { id: FILE, text: before.text.replace('2', '23') };
    await texts.parse(after);
    const [old, now] = [outlineOf(before), outlineOf(after)];
    const fresh = { id: FILE, text: after.text };
    assert.deepEqual(now.tokens, outlineOf(fresh).tokens);
    assert.deepEqual(now.items, outlineOf(fresh).items);
    const same = now.tokens.filter((token, index) => token === old.tokens[index]);
    assert.ok(same.length >= 6, `${same.length} tokens`);
  });
});
