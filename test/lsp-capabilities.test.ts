// Every capability the server announces, asked over stdio of the shipped bundle.

import assert from 'node:assert/strict';
import {
  cpSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CompletionItemKind, type CodeAction, type WorkspaceEdit } from 'vscode-languageserver';
import { applyEdits } from '../server/src/text/edit.ts';
import { cursorAt } from './support/cursor.ts';
import { editsOf, LspSession } from './support/lsp-session.ts';
import { poll } from './support/poll.ts';

interface Position {
  readonly line: number;
  readonly character: number;
}
interface Range {
  readonly start: Position;
  readonly end: Position;
}
interface Edit {
  readonly range: Range;
  readonly newText: string;
}

const fixtures = path.join(import.meta.dirname, 'fixtures/ide');

describe('language server capabilities', () => {
  let folder = '';
  let session: LspSession;
  const tested = new Set<string>();
  const file = (name: string): string => path.join(folder, name);
  const uri = (name: string): string => pathToFileURL(file(name)).href;
  const text = (name: string): string => readFileSync(file(name), 'utf8');
  const at = (name: string, needle: string): Position =>
    positionOf(text(name), cursorAt(text(name), needle));
  const whole = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-capabilities-'));
    cpSync(fixtures, folder, { recursive: true });
    writeFileSync(
      file('other.dts'),
      '/dts-v1/;\n#include "soc.dtsi"\n&uart { status = "okay"; };\n',
    );
    session = await LspSession.start({
      folder,
      settings: { dtmap: { targets: ['xen:4.18', 'linux:6.12'] } },
    });
    await session.open(file('board.dts'));
    await session.diagnostics(file('board.dts'));
  });
  after(async () => {
    await session.stop();
    rmSync(folder, { recursive: true });
  });

  function positionOf(source: string, offset: number): Position {
    const lines = source.slice(0, offset).split('\n');
    return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  }
  const offsetOf = (source: string, { line, character }: Position): number =>
    source.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character;
  const apply = (source: string, edits: readonly Edit[]): string =>
    applyEdits(
      source,
      edits.map(({ range, newText }) => ({
        at: { file: '', start: offsetOf(source, range.start), end: offsetOf(source, range.end) },
        text: newText,
      })),
    );

  /** A test of one capability; the last test checks that none was forgotten. */
  function capability(name: string, test: () => Promise<void>): void {
    tested.add(name);
    it(name, test);
  }
  const ask = <Result>(method: string, params: object = {}, name = 'board.dts'): Promise<Result> =>
    session.at<Result>(method, file(name), params);

  capability('textDocumentSync', async () => {
    const before = await session.diagnostics(file('board.dts'));
    const start = at('board.dts', '"ide test|');
    await session.change(file('board.dts'), [{ range: { start, end: start }, text: '"' }]);
    const broken = await session.diagnostics(file('board.dts'));
    assert.ok(broken.some((each) => each.code === 'syntax-error'));
    const end = { ...start, character: start.character + 1 };
    await session.change(file('board.dts'), [{ range: { start, end }, text: '' }]);
    assert.deepEqual(await session.diagnostics(file('board.dts')), before);
  });

  capability('hoverProvider', async () => {
    const hover = await session.hover(file('board.dts'), at('board.dts', '0x62|000000'));
    assert.match(JSON.stringify(hover), /0x62000000 – 0x63ffffff/);
  });

  capability('completionProvider', async () => {
    const items = await session.completion(file('board.dts'), at('board.dts', '&u|art {'));
    assert.ok(items?.some((item) => item.label === 'uart'));
    const include = await session.completion(file('board.dts'), at('board.dts', '"soc|.dtsi"'));
    assert.ok(include?.some((item) => item.label === 'soc.dtsi'));
    // In a reserved region what belongs there is at the top, and says what it means.
    await session.open(file('soc.dtsi'));
    const inRegion = await session.completion(
      file('soc.dtsi'),
      at('soc.dtsi', 'compatible = "ramoops";\n|'),
    );
    const sorted = (inRegion ?? [])
      .filter(({ kind }) => kind === CompletionItemKind.Property)
      .sort((a, b) => ((a.sortText ?? a.label) < (b.sortText ?? b.label) ? -1 : 1));
    // What is written already is not offered.
    assert.deepEqual(
      sorted.slice(0, 4).map(({ label }) => label),
      ['no-map', 'size', 'alignment', 'alloc-ranges'],
    );
    assert.match(
      JSON.stringify(sorted[0]?.documentation),
      /does not map the memory .* Devicetree Specification, 3\.5\.2\./,
    );
    await session.close(file('soc.dtsi'));
  });

  capability('signatureHelpProvider', async () => {
    const help = await ask<{ activeParameter: number; signatures: { label: string }[] }>(
      'textDocument/signatureHelp',
      { position: at('board.dts', '0x62|000000') },
    );
    assert.equal(help.signatures[0]?.label, 'reg = <address address size size>');
    assert.equal(help.activeParameter, 1);
  });

  capability('typeDefinitionProvider', async () => {
    const bindings = path.join(folder, 'Documentation/devicetree/bindings');
    mkdirSync(bindings, { recursive: true });
    const binding = path.join(bindings, 'board.yaml');
    writeFileSync(
      binding,
      '$id: http://devicetree.org/schemas/board.yaml#\nproperties:\n  compatible:\n    const: vendor,board\n',
    );
    await session.watched('created', binding);
    const define = async (): Promise<string | undefined> => {
      const found = await ask<{ uri: string }[] | null>('textDocument/typeDefinition', {
        position: at('board.dts', 'vendor,|board'),
      });
      return found?.[0]?.uri;
    };
    assert.equal(await poll('the binding', define), pathToFileURL(binding).href);
    // The boards of other tests have none.
    rmSync(binding);
    await session.watched('deleted', binding);
    await poll('no binding', async () => ((await define()) === undefined ? true : undefined));
  });

  for (const kind of ['definition', 'declaration'])
    capability(`${kind}Provider`, async () => {
      const found = await ask<{ uri: string; range: Range }[]>(`textDocument/${kind}`, {
        position: at('board.dts', '&vid|eo_mem'),
      });
      assert.deepEqual(
        found.map((each) => [each.uri, each.range.start]),
        [[uri('soc.dtsi'), at('soc.dtsi', '|video_mem: video')]],
      );
    });

  capability('referencesProvider', async () => {
    const all = await ask<unknown[]>('textDocument/references', {
      position: at('board.dts', '&vid|eo_mem'),
      context: { includeDeclaration: true },
    });
    const uses = await ask<unknown[]>('textDocument/references', {
      position: at('board.dts', '&vid|eo_mem'),
      context: { includeDeclaration: false },
    });
    assert.deepEqual([all.length, uses.length], [3, 2]);
  });

  capability('documentHighlightProvider', async () => {
    const found = await ask<{ range: Range }[]>('textDocument/documentHighlight', {
      position: at('board.dts', '&u|art {'),
    });
    assert.deepEqual(
      found.map((each) => each.range.start),
      [at('board.dts', '&|uart {')],
    );
  });

  capability('renameProvider', async () => {
    const position = at('board.dts', '&u|art {');
    const prepared = await ask<{ placeholder: string }>('textDocument/prepareRename', { position });
    assert.equal(prepared.placeholder, 'uart');
    const edit = await ask<WorkspaceEdit>('textDocument/rename', {
      position,
      newName: 'console_uart',
    });
    // other.dts is not open, but includes the same file and uses the label.
    assert.deepEqual([...editsOf(edit)].map(([each, edits]) => [each, edits.length]).sort(), [
      [uri('board.dts'), 1],
      [uri('other.dts'), 1],
      [uri('soc.dtsi'), 2],
    ]);
    await assert.rejects(
      ask('textDocument/rename', { position, newName: 'video_mem' }),
      /in use already/,
    );
    chmodSync(file('soc.dtsi'), 0o444);
    await assert.rejects(ask('textDocument/rename', { position, newName: 'x' }), /read-only/);
    chmodSync(file('soc.dtsi'), 0o644);
  });

  capability('documentSymbolProvider', async () => {
    const symbols = await ask<{ name: string }[]>('textDocument/documentSymbol');
    assert.deepEqual(
      symbols.map((each) => each.name),
      ['/', '&video_mem', '&uart', '&soc'],
    );
  });

  capability('workspaceSymbolProvider', async () => {
    const found = await ask<{ name: string; location: { uri: string } }[]>('workspace/symbol', {
      query: 'ramoops',
    });
    assert.deepEqual(
      found.map((each) => [each.name, each.location.uri]),
      [['ramoops@70000000', uri('soc.dtsi')]],
    );
  });

  capability('codeActionProvider', async () => {
    const name = 'fault.dts';
    const misnamed =
      '/ { reserved-memory { spare@78000000 { reg = <0x0 0x7a000000 0x0 0x1000>; }; }; };\n';
    const source =
      text('board.dts').replace('0x62000000 0x0 0x2000000', '0x6f800000 0x0 0x1000000') + misnamed;
    writeFileSync(file(name), source);
    await session.open(file(name));
    await session.diagnostics(file(name));
    const start = at(name, '0x6f8|00000');
    const actions = await session.codeActions(file(name), { start, end: start });
    const fixes = actions.filter((each) => each.kind === 'quickfix');
    assert.ok(
      fixes.some((each) => each.isPreferred && each.edit),
      JSON.stringify(actions),
    );
    const isAll = ({ kind }: CodeAction): boolean => kind === 'source.fixAll.dtmap';
    assert.ok(!actions.some(isAll), 'a move is not safe');
    const spare = at(name, 'spare@78|000000');
    const beside = await session.codeActions(file(name), { start: spare, end: spare });
    const all = beside.find(isAll);
    assert.ok(all);
    const resolved = await ask<CodeAction>('codeAction/resolve', all);
    const edits = editsOf(resolved.edit).get(uri(name)) ?? [];
    await session.change(file(name), apply(source, edits));
    const left = await session.diagnostics(file(name));
    const messages = left
      .map(({ code, message }) => `${code}: ${JSON.stringify(message)}`)
      .join('\n');
    assert.ok(!messages.includes('spare@78000000'), messages);
    assert.match(messages, /^reserved-overlap: /m);
    const inside = at('soc.dtsi', 'reserved-mem|ory');
    await session.open(file('soc.dtsi'));
    const offered = await session.codeActions(file('soc.dtsi'), { start: inside, end: inside });
    assert.ok(
      offered.some((each) => each.kind === 'refactor.rewrite'),
      JSON.stringify(offered),
    );
    await session.close(file('soc.dtsi'));
    await session.close(file(name));
    rmSync(file(name));
  });

  capability('codeLensProvider', async () => {
    const lenses = await ask<{ command: { title: string } }[]>('textDocument/codeLens');
    assert.ok(lenses.some((each) => /1 GiB RAM/.test(each.command.title)));
  });

  capability('inlayHintProvider', async () => {
    const hints = await ask<{ label: string }[]>('textDocument/inlayHint', { range: whole });
    assert.ok(hints.some((each) => each.label === '→ 0x63ffffff, 32 MiB'));
    await session.configure({
      dtmap: { targets: ['xen:4.18'], inlayHints: false, codeLenses: false },
    });
    const none = await session.request('dtmap/status', { uri: uri('board.dts') });
    assert.ok(none.targets.length > 0);
    assert.deepEqual(await ask('textDocument/inlayHint', { range: whole }), []);
    assert.deepEqual(await ask('textDocument/codeLens'), []);
    await session.configure({ dtmap: { targets: ['xen:4.18', 'linux:6.12'] } });
  });

  capability('semanticTokensProvider', async () => {
    const full = await ask<{ resultId: string; data: number[] }>(
      'textDocument/semanticTokens/full',
    );
    assert.ok(full.data.length > 100 && full.data.length % 5 === 0);
    const delta = await ask<{ edits: unknown[] }>('textDocument/semanticTokens/full/delta', {
      previousResultId: full.resultId,
    });
    assert.deepEqual(delta.edits, []);
    const range = await ask<{ data: number[] }>('textDocument/semanticTokens/range', {
      range: { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } },
    });
    assert.ok(range.data.length > 0 && range.data.length < full.data.length);
  });

  capability('foldingRangeProvider', async () => {
    const folds = await ask<{ startLine: number; endLine: number }[]>('textDocument/foldingRange');
    assert.ok(folds.some((each) => each.startLine === 5 && each.endLine === 27));
  });

  capability('selectionRangeProvider', async () => {
    const [selection] = await ask<{ range: Range; parent?: { range: Range } }[]>(
      'textDocument/selectionRange',
      { positions: [at('board.dts', '0x62|000000')] },
    );
    assert.deepEqual(selection?.range.start, at('board.dts', '|0x62000000'));
    assert.ok(selection?.parent);
  });

  capability('documentLinkProvider', async () => {
    const links = await ask<{ target: string }[]>('textDocument/documentLink');
    assert.deepEqual(
      links.map((each) => each.target),
      [uri('soc.dtsi')],
    );
  });

  capability('callHierarchyProvider', async () => {
    const [item] = await ask<{ uri: string }[]>(
      'textDocument/prepareCallHierarchy',
      { position: { line: 0, character: 0 } },
      'board.dts',
    );
    assert.equal(item?.uri, uri('board.dts'));
    const outgoing = await ask<{ to: { name: string } }[]>('callHierarchy/outgoingCalls', { item });
    assert.deepEqual(
      outgoing.map((each) => each.to.name),
      ['soc.dtsi'],
    );
    const incoming = await ask<{ from: { name: string } }[]>('callHierarchy/incomingCalls', {
      item: { ...item, uri: uri('soc.dtsi') },
    });
    assert.deepEqual(
      incoming.map((each) => each.from.name),
      ['board.dts', 'other.dts'],
    );
  });

  capability('documentFormattingProvider', async () => {
    const options = { tabSize: 8, insertSpaces: false };
    assert.deepEqual(await ask('textDocument/formatting', { options }), []);
    const source = text('board.dts').replaceAll('\t', '  ');
    await session.change(file('board.dts'), source);
    const edits = await ask<Edit[]>('textDocument/formatting', { options });
    assert.equal(apply(source, edits), text('board.dts'));
  });

  capability('documentRangeFormattingProvider', async () => {
    const options = { tabSize: 8, insertSpaces: false };
    const source = text('board.dts').replaceAll('\t', '  ');
    const edits = await ask<Edit[]>('textDocument/rangeFormatting', {
      options,
      range: { start: { line: 30, character: 0 }, end: { line: 33, character: 0 } },
    });
    const formatted = apply(source, edits).split('\n');
    assert.equal(formatted[31], text('board.dts').split('\n')[31]);
    assert.equal(formatted[6], source.split('\n')[6]);
  });

  capability('documentOnTypeFormattingProvider', async () => {
    const options = { tabSize: 8, insertSpaces: false };
    const source = text('board.dts').replaceAll('\t', '  ');
    const edits = await ask<Edit[]>('textDocument/onTypeFormatting', {
      options,
      ch: ';',
      position: positionOf(source, cursorAt(source, '"ide test board";|')),
    });
    assert.match(apply(source, edits), /\n\tmodel = "ide test board";\n {2}compatible/);
    await session.change(file('board.dts'), text('board.dts'));
    await session.diagnostics(file('board.dts'));
  });

  it('nothing is announced that is not tested', () => {
    const announced = Object.keys(session.initialized.capabilities).filter(
      (name) => name !== 'workspace' && name !== 'positionEncoding',
    );
    assert.deepEqual(announced.sort(), [...tested].sort());
  });

  it('beside another server of the language only what is about memory is announced and answered', async () => {
    const beside = await LspSession.start({
      folder,
      settings: { dtmap: { targets: ['xen:4.18', 'linux:6.12'] } },
      initializationOptions: { languageFeatures: 'memory' },
    });
    try {
      const announced = Object.keys(beside.initialized.capabilities).filter((name) =>
        name.endsWith('Provider'),
      );
      assert.deepEqual(announced.sort(), [
        'codeActionProvider',
        'codeLensProvider',
        'hoverProvider',
        'inlayHintProvider',
      ]);
      await beside.open(file('board.dts'));
      for (const each of [beside, session]) await each.open(file('soc.dtsi'));
      await beside.diagnostics(file('board.dts'));
      const hovers = async (name: string, needle: string): Promise<boolean> =>
        (await beside.at('textDocument/hover', file(name), { position: at(name, needle) })) !==
        null;
      for (const [name, needle] of [
        ['soc.dtsi', 'video@|60000000'],
        ['soc.dtsi', '<0x0 |0x70000000'],
        ['board.dts', '&video|_mem'],
        ['board.dts', 'memory|@40000000'],
        ['board.dts', 'device_|type'],
      ] as const)
        assert.equal(await hovers(name, needle), true, needle);
      for (const [name, needle] of [
        ['soc.dtsi', 'serial|@1000'],
        ['board.dts', '&ua|rt'],
        ['board.dts', '#include |"soc'],
      ] as const) {
        assert.equal(await hovers(name, needle), false, needle);
        const all = await session.at('textDocument/hover', file(name), {
          position: at(name, needle),
        });
        assert.notEqual(all, null, needle);
      }
    } finally {
      await session.close(file('soc.dtsi'));
      await beside.stop();
    }
  });

  describe('own requests', () => {
    it('status, targets, decode, boot log, comparison, Markdown', async () => {
      const status = await session.request('dtmap/status', { uri: uri('board.dts') });
      assert.deepEqual(
        [status.board?.uri, status.state, status.targets],
        [uri('board.dts'), 'ready', ['xen:4.18', 'linux:6.12']],
      );
      const targets = await session.request('dtmap/targets', {});
      assert.ok(targets.some((each) => each.id === 'xen:4.11'));
      const decoded = await session.request('dtmap/decode', {
        uri: uri('board.dts'),
        text: 'mfn 0x62000',
      });
      assert.match(decoded.title, /0x62000000/);
      assert.ok(decoded.owners.some((each) => each.at?.uri === uri('board.dts')));
      await assert.rejects(
        session.request('dtmap/decode', { uri: uri('board.dts'), text: 'nothing' }),
        /holds no address/,
      );
      for (const target of ['xen:4.18', 'xen:4.13']) {
        const log = await session.request('dtmap/bootLog', { uri: uri('board.dts'), target });
        assert.ok(
          log.lines.some((line) => line.text.startsWith('(XEN) RAM: ')),
          target,
        );
        const compared = await session.request('dtmap/compareBootLog', {
          uri: uri('board.dts'),
          target,
          log: log.lines.map((line) => line.text.replace(/ +# likely$/, '')).join('\n'),
        });
        assert.equal(compared.differs, false, compared.verdict);
      }
      const markdown = await session.request('dtmap/markdown', { uri: uri('board.dts') });
      assert.match(markdown, /^# Memory map of board\.dts/);
    });

    it('what was read, and why, in the log too', async () => {
      const lines = await session.request('dtmap/reading', { uri: uri('board.dts') });
      const said = (topic: string): string | undefined =>
        lines.find((line) => line.topic === topic)?.text;
      assert.equal(said('Board'), 'board.dts');
      assert.equal(said('Files'), '3 files, none missing');
      assert.equal(said('Work tree'), 'not recognised');
      assert.equal(said('Include folder'), path.basename(folder));
      assert.equal(said('Boot profile'), 'none');
      assert.equal(said('Targets'), 'Xen 4.18, Linux 6.12');
      assert.match(said('Time') ?? '', /^last analysis \d+ ms, first \d+ ms$/);
      await session.logged(/What dtmap read for board\.dts\n {2}Board: board\.dts/);
    });

    it('what is wrong with a text while it is typed', async () => {
      const faultOf = (isA: 'address' | 'size', text: string): Promise<string | null> =>
        session.request('dtmap/faultOf', { isA, text });
      assert.equal(await faultOf('address', 'mfn 0x1a02dc'), null);
      assert.match((await faultOf('address', 'dom0')) ?? '', /holds no address/);
      assert.equal(await faultOf('size', '16 MiB'), null);
      assert.match((await faultOf('size', '0x_')) ?? '', /is no size/);
    });

    it('an included file is read through a board, which can be changed', async () => {
      await session.open(file('soc.dtsi'));
      const { boards } = await session.request('dtmap/boards', { uri: uri('soc.dtsi') });
      assert.deepEqual(boards.map((each) => each.label).sort(), ['board.dts', 'other.dts']);
      const chosen = await session.request('dtmap/selectBoard', {
        uri: uri('soc.dtsi'),
        board: uri('other.dts'),
      });
      assert.equal(chosen.board?.uri, uri('other.dts'));
      await session.close(file('soc.dtsi'));
    });
  });

  describe('bad input', () => {
    const survives = async (name: string, content: string | Buffer): Promise<void> => {
      writeFileSync(file(name), content);
      await session.open(file(name), content.toString('latin1'));
      await session.diagnostics(file(name));
      await session.hover(file(name), { line: 0, character: 0 });
      await session.close(file(name));
      rmSync(file(name));
      assert.ok(!session.log.join('').includes('    at '), session.log.join(''));
    };
    it('binary garbage', () =>
      survives('garbage.dts', Buffer.from([0, 255, 1, 254, 60, 123, 10, 47, 42])));
    it('an include cycle', () =>
      survives('cycle.dts', '#include "cycle.dts"\n/dts-v1/;\n/ { };\n'));
    it('a missing include', () =>
      survives('missing.dts', '/dts-v1/;\n#include "nowhere.dtsi"\n/ { };\n'));
    it('an unclosed comment', () => survives('comment.dts', '/dts-v1/;\n/* \n/ { };\n'));
    it('a board that vanishes while open', async () => {
      writeFileSync(file('gone.dts'), '/dts-v1/;\n/ { };\n');
      await session.open(file('gone.dts'));
      await session.diagnostics(file('gone.dts'));
      rmSync(file('gone.dts'));
      await session.change(file('gone.dts'), '/dts-v1/;\n/ { a; };\n');
      assert.deepEqual(await session.diagnostics(file('gone.dts')), []);
      await session.close(file('gone.dts'));
    });
  });
});
