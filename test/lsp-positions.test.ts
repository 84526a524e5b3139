// Positions both ways in each encoding of columns, and lines as the protocol counts them. The bundled server over stdio.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import type { InitializeResult } from 'vscode-languageserver/node';
import { positionsIn } from '../server/src/lsp/positions.ts';
import { LineIndex } from '../server/src/text/line-index.ts';
import { cursorAt } from './support/cursor.ts';
import { everyAbility } from './support/lsp-session.ts';
import { RawServer, type Message } from './support/raw-server.ts';

interface Position {
  readonly line: number;
  readonly character: number;
}

const ENCODINGS = ['utf-8', 'utf-16', 'utf-32'] as const;
type Encoding = (typeof ENCODINGS)[number];

/** The length of a text in the unit of an encoding, by the platform's own means. */
const LENGTHS: Readonly<Record<Encoding, (text: string) => number>> = {
  'utf-8': (text) => Buffer.byteLength(text),
  'utf-16': (text) => text.length,
  'utf-32': (text) => [...text].length,
};

/** The lines of a text without their ends, and the offset each begins at. */
function linesOf(text: string): { start: number; line: string }[] {
  const lines: { start: number; line: string }[] = [];
  let start = 0;
  for (const { 0: end, index } of text.matchAll(/\r\n|\r|\n|$/g)) {
    lines.push({ start, line: text.slice(start, index) });
    start = index + end.length;
  }
  return lines;
}

function positionOf(text: string, offset: number, encoding: Encoding): Position {
  const lines = linesOf(text);
  const line = lines.findLastIndex(({ start }) => start <= offset);
  const start = lines[line]?.start ?? 0;
  return { line, character: LENGTHS[encoding](text.slice(start, offset)) };
}

function offsetOf(text: string, { line, character }: Position, encoding: Encoding): number {
  const found = linesOf(text)[line];
  assert.ok(found, `line ${String(line)}`);
  let units = 0;
  for (const each of found.line) {
    if (LENGTHS[encoding](found.line.slice(0, units)) >= character) break;
    units += each.length;
  }
  assert.equal(LENGTHS[encoding](found.line.slice(0, units)), character, 'a place in a line');
  return found.start + units;
}

// Lines end in all three ways: the lone CR is in a comment, and counted by cpp as well.
const TEXT = `/dts-v1/;
/ { /* one\rtwo */
	#address-cells = <1>;\r
	#size-cells = <1>;
	/* ä😀 */ memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
	model = "größe 😀"; /* 😀 */ compatible = "😀";
	reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
		/* é😀 */ video: video@60000000 { reg = <0x60000000 0x5000000>; };
		/* é😀 */ camera: camera@64000000 { reg = <0x64000000 0x2000000>; };
	};
	/* 😀 */ user {   memory-region = <&video>; };
#ifdef NO
	/* ü */ gone { };
#endif
};
`;

describe('positions', () => {
  let folder = '';
  const servers: RawServer[] = [];

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-positions-'));
    writeFileSync(path.join(folder, 'board.dts'), TEXT);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const uri = (): string => pathToFileURL(path.join(folder, 'board.dts')).href;

  async function start(offered: readonly string[] | undefined): Promise<[RawServer, unknown]> {
    const server = new RawServer();
    servers.push(server);
    const { result } = await server.ask('initialize', {
      processId: null,
      rootUri: pathToFileURL(folder).href,
      capabilities: {
        ...everyAbility,
        workspace: { ...everyAbility.workspace, configuration: false },
        ...(offered && { general: { positionEncodings: offered } }),
      },
    });
    server.send({ method: 'initialized', params: {} });
    return [server, (result as InitializeResult).capabilities.positionEncoding];
  }
  const published = (server: RawServer, version: number): Promise<Message> =>
    server.receive(
      ({ method, params }) =>
        method === 'textDocument/publishDiagnostics' && params?.['version'] === version,
    );

  it('are in the first encoding of the client’s list that is known', async () => {
    for (const [offered, expected] of [
      [undefined, 'utf-16'],
      [[], 'utf-16'],
      [['utf-8', 'utf-16'], 'utf-8'],
      [['utf-32', 'utf-8', 'utf-16'], 'utf-32'],
      [['utf-7', 'utf-16', 'utf-8'], 'utf-16'],
      [['utf-7'], 'utf-16'],
    ] as const) {
      const [, encoding] = await start(offered);
      assert.equal(encoding, expected, offered?.join());
    }
  });

  /** Every answer about the text, with the offsets in place of positions. */
  async function answers(encoding: Encoding): Promise<Record<string, unknown>> {
    const [server] = await start([encoding]);
    // Typed in two steps: what is inserted stands behind characters of all widths.
    const missing = ' camera: camera@64000000 {';
    const first = TEXT.replace(missing, ' {').replace('größe 😀', 'größe X');
    const place = (text: string, needle: string): Position =>
      positionOf(text, cursorAt(text, needle), encoding);
    const second = first.replace('größe X', 'größe 😀');
    const behind = cursorAt(second, '/* é😀 */| { reg');
    server.send(
      {
        method: 'textDocument/didOpen',
        params: { textDocument: { uri: uri(), languageId: 'dts', version: 1, text: first } },
      },
      {
        method: 'textDocument/didChange',
        params: {
          textDocument: { uri: uri(), version: 2 },
          contentChanges: [
            {
              range: { start: place(first, 'größe |X'), end: place(first, 'größe X|') },
              text: '😀',
            },
            {
              range: {
                start: positionOf(second, behind, encoding),
                end: positionOf(second, behind + ' {'.length, encoding),
              },
              text: missing,
            },
          ],
        },
      },
    );
    const offsets = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(offsets);
      if (typeof value !== 'object' || value === null) return value;
      if ('line' in value && 'character' in value)
        return offsetOf(TEXT, value as Position, encoding);
      if ('endColumn' in value) {
        const at = value as Record<'line' | 'column' | 'endLine' | 'endColumn', number>;
        return [
          offsetOf(TEXT, { line: at.line - 1, character: at.column - 1 }, encoding),
          offsetOf(TEXT, { line: at.endLine - 1, character: at.endColumn - 1 }, encoding),
        ];
      }
      return Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => key !== 'resultId')
          .map(([key, each]) => [key, offsets(each)]),
      );
    };
    const found: Record<string, unknown> = {};
    found['diagnostics'] = offsets((await published(server, 2)).params?.['diagnostics']);
    const textDocument = { uri: uri() };
    const video = { textDocument, position: place(TEXT, '<&vi|deo>') };
    const range = {
      start: place(TEXT, '/* é😀 */ |camera'),
      end: place(TEXT, '<0x64000000 0x2000000|>'),
    };
    const options = { tabSize: 8, insertSpaces: false };
    const asked: Record<string, object> = {
      'textDocument/hover': { textDocument, position: place(TEXT, '0x64|000000 0x2') },
      'textDocument/completion': { textDocument, position: place(TEXT, '<&vid|eo>') },
      'textDocument/signatureHelp': { textDocument, position: place(TEXT, '0x2|000000>') },
      'textDocument/definition': video,
      'textDocument/references': { ...video, context: { includeDeclaration: true } },
      'textDocument/documentHighlight': video,
      'textDocument/prepareRename': video,
      'textDocument/rename': { ...video, newName: 'vpu' },
      'textDocument/documentSymbol': { textDocument },
      'textDocument/codeAction': { textDocument, range, context: { diagnostics: [] } },
      'textDocument/codeLens': { textDocument },
      'textDocument/inlayHint': { textDocument, range },
      'textDocument/foldingRange': { textDocument },
      'textDocument/selectionRange': { textDocument, positions: [video.position] },
      'textDocument/formatting': { textDocument, options },
      'textDocument/rangeFormatting': { textDocument, options, range },
      'workspace/symbol': { query: 'camera' },
      'dtmap/decode': { uri: uri(), text: '0x64000000' },
      'dtmap/inactiveRegions': { uri: uri() },
      'dtmap/placesForRegion': { uri: uri(), size: '1M' },
      'dtmap/memoryMap': { uri: uri() },
      'dtmap/bootLog': { uri: uri(), target: 'xen:4.18' },
    };
    for (const [method, params] of Object.entries(asked)) {
      const { result, error } = await server.ask(method, params);
      assert.ok(result, `${method}: ${JSON.stringify(error)}`);
      found[method] = offsets(result);
    }
    for (const [method, params] of [
      ['textDocument/semanticTokens/full', { textDocument }],
      ['textDocument/semanticTokens/range', { textDocument, range }],
    ] as const) {
      const { result } = await server.ask(method, params);
      found[method] = tokens((result as { data: number[] }).data, encoding);
    }
    return found;
  }

  /** What each semantic token covers. */
  function tokens(data: readonly number[], encoding: Encoding): string[] {
    const found: string[] = [];
    let at: Position = { line: 0, character: 0 };
    for (let index = 0; index < data.length; index += 5) {
      const [lines = 0, columns = 0, length = 0] = data.slice(index, index + 3);
      at = {
        line: at.line + lines,
        character: lines === 0 ? at.character + columns : columns,
      };
      const end = { ...at, character: at.character + length };
      found.push(TEXT.slice(offsetOf(TEXT, at, encoding), offsetOf(TEXT, end, encoding)));
    }
    return found;
  }

  it('say the same in every encoding, and are understood in it', async () => {
    const plain = await answers('utf-16');
    const text = JSON.stringify(plain);
    for (const word of ['reserved-overlap', 'vpu', 'camera@64000000'])
      assert.ok(text.includes(word), word);
    const covered = plain['textDocument/semanticTokens/full'] as string[];
    for (const each of ['/* one', 'two */', '"größe 😀"', '/* é😀 */', 'camera', 'memory-region'])
      assert.ok(covered.includes(each), each);
    const renamed = plain['textDocument/rename'] as {
      documentChanges: { edits: { range: { start: number; end: number } }[] }[];
    };
    assert.deepEqual(
      renamed.documentChanges[0]?.edits.map(({ range }) => TEXT.slice(range.start, range.end)),
      ['video', 'video'],
    );
    for (const encoding of ['utf-8', 'utf-32'] as const)
      assert.deepEqual(await answers(encoding), plain, encoding);
  });

  describe('of any text', () => {
    const texts = fc
      .array(fc.constantFrom('a', 'ä', '€', '😀', '\r', '\n', '\r\n', ' ', 'bc'), { maxLength: 40 })
      .map((parts) => parts.join(''));

    it('lines are counted as the protocol counts them', () => {
      fc.assert(
        fc.property(texts, (text) => {
          const index = new LineIndex(text);
          linesOf(text).forEach(({ start, line }, number) => {
            for (let column = 0; column <= line.length; column += 1) {
              const place = { line: number + 1, column: column + 1 };
              assert.deepEqual(index.positionAt(start + column), place);
              assert.equal(index.offsetAt(place), start + column);
            }
            assert.equal(
              index.offsetAt({ line: number + 1, column: Infinity }),
              start + line.length,
            );
          });
        }),
      );
    });

    it('every place is found again, and what lies between places goes to one', () => {
      fc.assert(
        fc.property(texts, fc.constantFrom(...ENCODINGS), (text, encoding) => {
          const positions = positionsIn(encoding);
          const file = { text };
          for (let offset = -1; offset <= text.length + 1; offset += 1) {
            const position = positions.positionIn(file, offset);
            const inside = Math.max(0, Math.min(offset, text.length));
            const isPlace =
              text.slice(inside - 1, inside + 1) !== '\r\n' &&
              !(encoding !== 'utf-16' && /^[\udc00-\udfff]/.test(text.slice(inside)));
            const expected = isPlace ? inside : inside - 1;
            assert.deepEqual(position, positionOf(text, expected, encoding));
            assert.equal(positions.offsetIn(file, position), expected);
          }
          for (const [line, each] of linesOf(text).entries())
            assert.equal(
              positions.offsetIn(file, { line, character: 1000 }),
              each.start + each.line.length,
            );
        }),
      );
    });
  });
});
