// What the language server makes of a work tree's bindings: findings, hover, completion, links, fixes.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {
  CompletionItem,
  CompletionList,
  Diagnostic,
  DocumentLink,
  Location,
  SignatureHelp,
} from 'vscode-languageserver/node';
import { LspSession } from './support/lsp-session.ts';

const bindings = path.join(import.meta.dirname, 'fixtures/bindings');

const BOARD = `/dts-v1/;

/ {
	compatible = "acme,board", "acme,soc";
	model = "Acme board";
	#address-cells = <1>;
	#size-cells = <1>;

	memory@80000000 {
		device_type = "memory";
		reg = <0x80000000 0x10000000>;
	};

	clock: clock-controller@2000 {
		compatible = "acme,clock";
		reg = <0x2000 0x100>;
	};

	serial@1000 {
		compatible = "acme,fast-uart", "acme,uart";
		reg = <0x1000 0x100>;
		acme,queue-depth = <5>;
		acme,mode = "plain";
		clocks = <&clock 1>, <&clock 2>;
	};
};
`;

describe('language server with bindings', () => {
  let folder = '';
  let board = '';
  let session: LspSession;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-bindings-'));
    board = path.join(folder, 'arch/board.dts');
    mkdirSync(path.dirname(board));
    cpSync(bindings, path.join(folder, 'Documentation/devicetree/bindings'), { recursive: true });
    writeFileSync(board, BOARD);
    session = await LspSession.start({ folder });
  });
  afterEach(async () => {
    await session.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const place = (needle: string, more = 0, text = BOARD): { line: number; character: number } => {
    const at = text.indexOf(needle) + more;
    const before = text.slice(0, at).split('\n');
    return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  };
  const ofBindings = (all: readonly Diagnostic[]): unknown[] =>
    all.map(({ code }) => String(code)).filter((code) => code.startsWith('binding-'));
  const opened = async (): Promise<readonly Diagnostic[]> => {
    await session.open(board, BOARD);
    return session.diagnosticsWhen(board, (all) => ofBindings(all).length > 0);
  };

  it('says as hints what is wrong once the bindings were read', async () => {
    const all = await opened();
    // Without its count of cells nobody can tell where a reference to the clock ends.
    assert.deepEqual(ofBindings(all).sort(), ['binding-required', 'binding-type', 'binding-value']);
    const value = all.find(({ code }) => code === 'binding-value');
    assert.equal(value?.severity, 4);
    assert.match(
      JSON.stringify(value.message),
      /allows 4, 8, 16 \(serial\/acme,uart\.yaml#\/properties/,
    );
  });

  it('follows the text', async () => {
    await opened();
    await session.change(board, BOARD.replace('<5>', '<8>'));
    const left = await session.diagnosticsWhen(board, (all) => ofBindings(all).length === 2);
    assert.deepEqual(ofBindings(left).sort(), ['binding-required', 'binding-type']);
    await session.change(board, BOARD.replace('"plain"', '"bent"'));
    await session.diagnosticsWhen(board, (all) => ofBindings(all).length === 4);
  });

  it('adds a required property', async () => {
    await opened();
    const at = place('clock-controller');
    const actions = await session.codeActions(board, { start: at, end: at });
    const fix = actions.find(({ title }) => title === 'Add #clock-cells = <1>;');
    assert.ok(fix, actions.map(({ title }) => title).join('; '));
  });

  it('tells of a device and of a property, with a link to the lines', async () => {
    await opened();
    const device = JSON.stringify(await session.hover(board, place('acme,fast-uart', 3)));
    assert.match(device, /Serial port of Acme chips/);
    assert.match(device, /Sixteen bytes of queue/);
    assert.match(
      device,
      /bindings\/serial\/acme%2Cuart\.yaml#L\d+|bindings\/serial\/acme,uart\.yaml#L\d+/,
    );
    const property = JSON.stringify(await session.hover(board, place('acme,queue-depth', 3)));
    assert.match(property, /Bytes that wait in each direction/);
    assert.match(property, /: cell/);
    assert.match(property, /`4`, `8`, `16`/);
  });

  it('leads to the binding of a compatible', async () => {
    await opened();
    const position = place('acme,clock"', 2);
    const [to] = await session.at<Location[]>('textDocument/typeDefinition', board, { position });
    assert.match(decodeURIComponent(to?.uri ?? ''), /bindings\/clock\/acme,clock\.yaml$/);
    const links = await session.at<DocumentLink[]>('textDocument/documentLink', board);
    const targets = links.map(({ target = '' }) => decodeURIComponent(target).split('/').pop());
    assert.deepEqual([...new Set(targets)].sort(), [
      'acme,board.yaml#L1',
      'acme,clock.yaml#L1',
      'acme,uart.yaml#L1',
    ]);
  });

  const complete = async (
    text: string,
    needle: string,
    more: number,
  ): Promise<CompletionItem[]> => {
    await session.change(board, text);
    await session.diagnostics(board);
    const position = place(needle, more, text);
    const answer = await session.at<CompletionItem[] | CompletionList>(
      'textDocument/completion',
      board,
      { position },
    );
    return Array.isArray(answer) ? answer : answer.items;
  };

  it('completes compatibles, properties and their values', async () => {
    await opened();
    const strings = await complete(BOARD.replace('"acme,clock"', '"acme,"'), '"acme,"', 6);
    const slow = strings.find(({ label }) => label === 'acme,slow-uart');
    assert.equal(slow?.detail, 'Serial port of Acme chips');
    const names = await complete(BOARD.replace('acme,mode = "plain";', ''), '<5>;\n', 5);
    const depth = names.find(({ label }) => label === 'acme,mode');
    assert.equal(depth?.detail, 'string');
    assert.ok(names.some(({ label }) => label === 'acme,has-dma'));
    const values = await complete(BOARD.replace('"plain"', '""'), '""', 1);
    assert.deepEqual(values.map(({ label }) => label).sort(), ['inverted', 'plain']);
  });

  it('names the cell of a provider that is being written', async () => {
    await opened();
    const text = BOARD.replace(
      'reg = <0x2000 0x100>;',
      'reg = <0x2000 0x100>; #clock-cells = <1>;',
    );
    await session.change(board, text);
    await session.diagnostics(board);
    const help = await session.at<SignatureHelp>('textDocument/signatureHelp', board, {
      position: place('&clock 2', 8, text),
    });
    assert.equal(help.signatures[0]?.label, 'clocks = <&clock clock>');
    assert.match(JSON.stringify(help), /The cell is the number of the clock/);
    assert.equal(help.activeParameter, 1);
  });

  it('reads a binding again when it changes, and goes on when they vanish', async () => {
    await opened();
    const file = path.join(folder, 'Documentation/devicetree/bindings/serial/acme,uart.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('enum: [4, 8, 16]', 'enum: [4, 5]'));
    await session.watched('changed', file);
    await session.diagnosticsWhen(board, (all) => ofBindings(all).length === 2);
    rmSync(path.join(folder, 'Documentation'), { recursive: true });
    await session.watched('deleted', file);
    await session.messageWhen(/has no bindings/);
    await session.diagnosticsWhen(board, (all) => ofBindings(all).length === 0);
  });

  it('says nothing where the settings want no bindings', async () => {
    await opened();
    await session.configure({ dtmap: { bindings: { dir: null } } });
    await session.diagnosticsWhen(board, (all) => ofBindings(all).length === 0);
  });
});
