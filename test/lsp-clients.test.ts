// What clients may do and may not be able to do: each is served, and none is waited for. The bundled server over stdio.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  ClientCapabilities,
  CodeAction,
  Command,
  CompletionItem,
  Diagnostic,
  DocumentSymbol,
  Hover,
  InitializeResult,
  SignatureHelp,
  SymbolInformation,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { cursorAt } from './support/cursor.ts';
import { editsOf, everyAbility } from './support/lsp-session.ts';
import { RawServer, type Message } from './support/raw-server.ts';

const SOC = `/ {
	#address-cells = <1>;
	#size-cells = <1>;

	memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x40000000>;
	};

	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;

		video: video@60000000 {
			reg = <0x60000000 0x5000000>;
		};

		camera: camera@64000000 {
			reg = <0x64000000 0x2000000>;
		};
	};
};
`;
const BOARD = `/dts-v1/;\n${SOC}`;
/** With a fix that is safe beside those that move a region. */
const MISNAMED = BOARD.replace('camera@64000000', 'camera@64800000');
/** Settings that are asked for and not given would be waited for a little. */
const ALL_BUT_SETTINGS: ClientCapabilities = {
  ...everyAbility,
  workspace: { ...everyAbility.workspace, configuration: false },
};
const COURTESIES = [
  'client/registerCapability',
  'workspace/configuration',
  'window/workDoneProgress/create',
  'workspace/inlayHint/refresh',
  'workspace/codeLens/refresh',
];

describe('language server, clients', () => {
  let folder = '';
  const servers: RawServer[] = [];
  const file = (name: string): string => path.join(folder, name);
  const uri = (name: string): string => pathToFileURL(file(name)).href;

  function write(name: string, text: string): void {
    mkdirSync(path.dirname(file(name)), { recursive: true });
    writeFileSync(file(name), text);
  }
  async function start(
    capabilities: ClientCapabilities,
    folders: readonly string[] = [''],
  ): Promise<RawServer> {
    const server = new RawServer();
    servers.push(server);
    await server.ask('initialize', {
      processId: null,
      rootUri: null,
      workspaceFolders: folders.map((name) => ({ uri: uri(name), name })),
      capabilities,
    });
    server.send({ method: 'initialized', params: {} });
    return server;
  }
  function open(server: RawServer, name: string, text: string): void {
    server.send({
      method: 'textDocument/didOpen',
      params: {
        textDocument: { uri: uri(name), languageId: 'devicetree', version: 1, text },
      },
    });
  }
  /** Diagnostics of a document, once some that `accept` likes were published. */
  async function diagnostics(
    server: RawServer,
    name: string,
    accept: (found: readonly Diagnostic[]) => boolean,
  ): Promise<Diagnostic[]> {
    const message = await server.receive(
      ({ method, params }) =>
        method === 'textDocument/publishDiagnostics' &&
        params?.['uri'] === uri(name) &&
        accept(params['diagnostics'] as Diagnostic[]),
    );
    return message.params?.['diagnostics'] as Diagnostic[];
  }
  const overlaps = (found: readonly Diagnostic[]): boolean =>
    found.some(({ code }) => code === 'reserved-overlap');
  async function ask<Result>(
    server: RawServer,
    method: string,
    params: object,
    id = method,
  ): Promise<Result> {
    const { result, error } = await server.ask(method, params, id);
    assert.equal(error, undefined, JSON.stringify(error));
    return result as Result;
  }
  const textDocument = (name: string): object => ({ textDocument: { uri: uri(name) } });
  function at(text: string, needle: string): { line: number; character: number } {
    const before = text.slice(0, cursorAt(text, needle)).split('\n');
    return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  }

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-clients-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    rmSync(folder, { recursive: true });
  });

  describe('courtesies', () => {
    const capabilities: ClientCapabilities = {
      ...everyAbility,
      workspace: {
        ...everyAbility.workspace,
        didChangeWatchedFiles: { dynamicRegistration: true },
      },
    };
    const asked = (server: RawServer, method: string): Promise<Message> =>
      server.receive((message) => message.method === method);
    /** An included file is read through its board, and all else works. */
    async function assertServes(server: RawServer): Promise<void> {
      open(server, 'inc/soc.dtsi', SOC);
      await diagnostics(server, 'inc/soc.dtsi', overlaps);
      await server.receive(
        ({ method, params }) =>
          method === 'dtmap/status' &&
          (params?.['board'] as { uri: string } | undefined)?.uri === uri('board.dts'),
      );
      const position = at(SOC, 'vi|deo: ');
      const params = { ...textDocument('inc/soc.dtsi'), position };
      assert.ok(await ask(server, 'textDocument/hover', params));
      const edit = await ask<WorkspaceEdit>(server, 'textDocument/rename', {
        ...params,
        newName: 'vpu',
      });
      assert.deepEqual([...editsOf(edit).keys()].sort(), [uri('board.dts'), uri('inc/soc.dtsi')]);
    }
    beforeEach(() => {
      write('board.dts', '/dts-v1/;\n#include "inc/soc.dtsi"\n&video { };\n');
      write('inc/soc.dtsi', SOC);
    });

    it('a client that refuses all of them is served', async () => {
      const server = await start(capabilities);
      const refuse = async (method: string): Promise<void> => {
        const { id } = await asked(server, method);
        server.send({ ...(id !== undefined && { id }), error: { code: -32601, message: 'no' } });
      };
      const refused = COURTESIES.slice(0, 3).map(refuse);
      await assertServes(server);
      await Promise.all(refused);
      // What is sent along counts when the question is refused.
      server.send({
        method: 'workspace/didChangeConfiguration',
        params: { settings: { dtmap: { severity: { 'reserved-overlap': 'off' } } } },
      });
      const first = await asked(server, 'workspace/configuration');
      const { id } = await server.receive(
        (message) => message.method === first.method && message.id !== first.id,
      );
      server.send({ ...(id !== undefined && { id }), error: { code: -32601, message: 'no' } });
      await diagnostics(server, 'inc/soc.dtsi', (found) => !overlaps(found));
      for (const method of COURTESIES.slice(3)) await refuse(method);
      assert.ok(await ask(server, 'dtmap/status', { uri: uri('inc/soc.dtsi') }));
    });

    it('a client that answers none of them is served, and both views are to be drawn anew', async () => {
      const server = await start(capabilities);
      await assertServes(server);
      for (const method of COURTESIES.slice(0, 3)) await asked(server, method);
      server.send({
        method: 'workspace/didChangeConfiguration',
        params: { settings: { dtmap: { severity: { 'reserved-overlap': 'off' } } } },
      });
      await diagnostics(server, 'inc/soc.dtsi', (found) => !overlaps(found));
      for (const method of COURTESIES.slice(3)) await asked(server, method);
    });

    it('a client that answers late is served, and its settings count from then on', async () => {
      const server = await start(capabilities);
      await assertServes(server);
      for (const method of COURTESIES.slice(0, 3)) {
        const { id } = await asked(server, method);
        const sent = { severity: { 'reserved-overlap': 'off' }, targets: ['linux:6.12'] };
        const result = method === 'workspace/configuration' ? [sent, null] : null;
        server.send({ ...(id !== undefined && { id }), result });
      }
      await diagnostics(server, 'inc/soc.dtsi', (found) => !overlaps(found));
      const status = await ask<{ targets: string[] }>(server, 'dtmap/status', {
        uri: uri('inc/soc.dtsi'),
      });
      assert.deepEqual(status.targets, ['linux:6.12']);
      // The place for progress came when there was nothing left to show.
      assert.ok(!server.received.some(({ method }) => method === '$/progress'));
    });

    it('an answer that makes no sense is none', async () => {
      const server = await start(capabilities);
      const { id } = await asked(server, 'workspace/configuration');
      server.send({ ...(id !== undefined && { id }), result: null });
      await assertServes(server);
    });

    it('a client that never says it is initialized is served', async () => {
      const server = new RawServer();
      servers.push(server);
      await server.ask('initialize', { processId: null, rootUri: null, capabilities: {} });
      open(server, 'board.dts', BOARD);
      await diagnostics(server, 'board.dts', overlaps);
    });
  });

  describe('abilities', () => {
    beforeEach(() => {
      write('board.dts', BOARD);
    });

    it('a client that can do nothing gets what everybody can take', async () => {
      const server = await start({});
      const { capabilities } = (await server.answer('initialize')).result as InitializeResult;
      assert.equal(capabilities.positionEncoding, 'utf-16');
      assert.equal(capabilities.renameProvider, true);
      assert.equal(capabilities.codeActionProvider, true);
      open(server, 'board.dts', BOARD);
      const found = await diagnostics(server, 'board.dts', overlaps);
      const unknown = ['relatedInformation', 'codeDescription', 'data', 'tags'];
      for (const each of found)
        assert.deepEqual(
          unknown.filter((name) => name in each),
          [],
        );
      const published = server.received.filter(({ params }) => params?.['diagnostics']);
      assert.ok(published.every(({ params }) => !('version' in (params ?? {}))));

      const place = { ...textDocument('board.dts'), position: at(BOARD, '0x64|000000 0x2') };
      const hover = await ask<Hover>(server, 'textDocument/hover', place);
      const contents = hover.contents as { kind: string; value: string };
      assert.equal(contents.kind, 'plaintext');
      assert.match(contents.value, /^reg of \/reserved-memory\/camera@64000000$/m);
      assert.match(contents.value, /^Range: 0x64000000 – 0x65ffffff, end 0x66000000$/m);
      assert.doesNotMatch(contents.value, /\*\*|`|---|^\|/m);

      const symbols = await ask<SymbolInformation[]>(
        server,
        'textDocument/documentSymbol',
        textDocument('board.dts'),
      );
      const inside = symbols.find(({ name }) => name === 'camera@64000000');
      assert.equal(inside?.containerName, 'reserved-memory');
      assert.equal(inside.location.uri, uri('board.dts'));
      assert.ok(!symbols.some((each) => 'children' in each));

      const help = await ask<SignatureHelp>(server, 'textDocument/signatureHelp', place);
      assert.deepEqual(
        help.signatures[0]?.parameters?.map(({ label }) => label),
        ['address', 'size'],
      );
      const rename = await ask<WorkspaceEdit>(server, 'textDocument/rename', {
        ...textDocument('board.dts'),
        position: at(BOARD, 'vi|deo: '),
        newName: 'vpu',
      });
      assert.equal(rename.documentChanges, undefined);
      assert.equal(rename.changes?.[uri('board.dts')]?.length, 1);
      // There would be no way to make the edit of a command.
      const context = { diagnostics: found };
      const range = { start: place.position, end: place.position };
      assert.deepEqual(
        await ask(server, 'textDocument/codeAction', {
          ...textDocument('board.dts'),
          range,
          context,
        }),
        [],
      );
    });

    it('nothing that is inserted has places of a snippet without snippetSupport', async () => {
      const server = await start({});
      const insertions: string[] = [];
      const places = [
        ['property', BOARD.replace('0x2000000>;\n', '0x2000000>;\n\t\t\t|\n')],
        ['region', BOARD.replace('ranges;\n', 'ranges;\n\t\t|\n')],
        ['top', `${BOARD}|\n`],
        ['chosen', BOARD.replace('/ {\n', '/ {\n\tchosen { | };\n')],
        ['reference', `${BOARD}&|\n`],
        ['cells', BOARD.replace('<0x64000000', '<|0x64000000')],
        ['keyword', `${BOARD}/|\n`],
      ] as const;
      for (const [name, marked] of places) {
        const offset = marked.indexOf('|');
        const text = marked.replace('|', '');
        open(server, `${name}.dts`, text);
        const before = text.slice(0, offset).split('\n');
        const items = await ask<CompletionItem[]>(
          server,
          'textDocument/completion',
          {
            ...textDocument(`${name}.dts`),
            position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
          },
          name,
        );
        assert.ok(items.length > 0, name);
        for (const { label, insertTextFormat, textEdit, kind } of items) {
          assert.equal(insertTextFormat, 1, label);
          assert.ok(kind === undefined || kind <= 18, label);
          insertions.push(textEdit?.newText ?? '');
        }
      }
      assert.deepEqual(
        insertions.filter((text) => text.includes('$') || text.includes('\\')),
        [],
      );
      assert.ok(insertions.includes('alignment = <>;'));
      assert.ok(insertions.includes('status = "";'));
      assert.ok(insertions.includes('no-map;'));
      const region = insertions.find((text) => text.startsWith('firmware'));
      assert.match(
        region ?? '',
        /^firmware: firmware@80000000 \{\n\tno-map;\n\treg = <(?:0x0 )?0x80000000 (?:0x0 )?0x100000>;\n\};$/,
      );
    });

    it('a client that knows only commands gets commands, and is asked to make their edits', async () => {
      const { workspaceEdit } = everyAbility.workspace;
      const server = await start({ workspace: { applyEdit: true, workspaceEdit } });
      const { capabilities } = (await server.answer('initialize')).result as InitializeResult;
      open(server, 'board.dts', MISNAMED);
      const found = await diagnostics(server, 'board.dts', overlaps);
      const commands = await ask<Command[]>(server, 'textDocument/codeAction', {
        ...textDocument('board.dts'),
        range: { start: at(MISNAMED, 'camera@64|'), end: at(MISNAMED, '0x64|000000 0x2') },
        context: { diagnostics: found },
      });
      assert.ok(commands.length > 1);
      for (const each of commands) {
        assert.equal(typeof each.command, 'string', JSON.stringify(each));
        assert.ok(capabilities.executeCommandProvider?.commands.includes(each.command));
      }
      // Both a fix that carries its edit and the one whose edit is worked out when it is chosen.
      const all = commands.find(({ title }) => /^Fix all/.test(title));
      assert.ok(all && commands[0] && commands[0] !== all);
      for (const { title, command, arguments: given } of [commands[0], all]) {
        const params = { command, arguments: given };
        // The client never says whether it has made the edit.
        assert.equal(await ask(server, 'workspace/executeCommand', params, title), null);
        const { params: applied } = await server.receive(
          (message) =>
            message.method === 'workspace/applyEdit' && message.params?.['label'] === title,
        );
        const edit = applied?.['edit'] as WorkspaceEdit;
        assert.ok((editsOf(edit).get(uri('board.dts')) ?? []).length > 0);
        assert.deepEqual(versionsOf(edit), [1]);
      }
      server.send({
        method: 'textDocument/didChange',
        params: {
          textDocument: { uri: uri('board.dts'), version: 2 },
          contentChanges: [{ text: `\n${BOARD}` }],
        },
      });
      const { command, arguments: given } = commands[0];
      const late = await server.ask('workspace/executeCommand', { command, arguments: given }, 'x');
      assert.match(late.error?.message ?? '', /text has changed/);
      for (const [id, params] of [
        ['none', { command }],
        ['null', { command, arguments: [null] }],
        ['other', { command: 'other', arguments: given }],
      ] as const)
        assert.ok((await server.ask('workspace/executeCommand', params, id)).error, id);
    });

    it('a client that resolves nothing gets each edit at once, and nothing it does not know', async () => {
      write('soc.dtsi', SOC);
      write('board.dts', '/dts-v1/;\n#include "soc.dtsi"\n');
      chmodSync(file('soc.dtsi'), 0o444);
      const { codeActionLiteralSupport } = everyAbility.textDocument.codeAction;
      for (const [disabled, title] of [
        [false, 'plain'],
        [true, 'with disabled'],
      ] as const) {
        const server = await start({
          textDocument: {
            codeAction: { codeActionLiteralSupport, ...(disabled && { disabledSupport: true }) },
          },
        });
        open(server, 'own.dts', MISNAMED);
        const found = await diagnostics(server, 'own.dts', overlaps);
        const actions = await ask<CodeAction[]>(server, 'textDocument/codeAction', {
          ...textDocument('own.dts'),
          range: { start: at(MISNAMED, 'camera@64|'), end: at(MISNAMED, '0x64|000000 0x2') },
          context: { diagnostics: found },
        });
        assert.ok(actions.some(({ kind }) => kind === 'source.fixAll.dtmap'));
        for (const action of actions) {
          assert.ok(editsOf(action.edit).size > 0, action.title);
          assert.equal(action.isPreferred, undefined);
          assert.equal(action.edit?.documentChanges, undefined);
        }
        open(server, 'soc.dtsi', SOC);
        await diagnostics(server, 'soc.dtsi', overlaps);
        const there = at(SOC, '0x64|000000 0x2');
        const locked = await ask<CodeAction[]>(
          server,
          'textDocument/codeAction',
          {
            ...textDocument('soc.dtsi'),
            range: { start: there, end: there },
            context: { diagnostics: [], only: ['quickfix'] },
          },
          title,
        );
        assert.equal(
          locked.some((action) => action.disabled !== undefined),
          disabled,
        );
        assert.ok(locked.every((action) => action.disabled ?? action.edit));
      }
    });

    it('a client that can do all gets all, with the version of the text an edit is for', async () => {
      const server = await start(ALL_BUT_SETTINGS);
      open(server, 'board.dts', BOARD);
      const found = await diagnostics(server, 'board.dts', overlaps);
      const overlap = found.find(({ code }) => code === 'reserved-overlap');
      assert.ok(overlap?.relatedInformation?.length === 1 && overlap.data !== undefined);
      assert.match(overlap.codeDescription?.href ?? '', /reserved-overlap\.md$/);
      server.send({
        method: 'textDocument/didChange',
        params: {
          textDocument: { uri: uri('board.dts'), version: 7 },
          contentChanges: [{ text: `\n${BOARD}` }],
        },
      });
      // Asked before the newer text was analysed: the edits are for the newer one all the same.
      const here = at(`\n${BOARD}`, '0x64|000000 0x2');
      const actions = await ask<CodeAction[]>(server, 'textDocument/codeAction', {
        ...textDocument('board.dts'),
        range: { start: here, end: here },
        context: { diagnostics: [] },
      });
      const fix = actions.find(({ isPreferred }) => isPreferred);
      assert.deepEqual(versionsOf(fix?.edit), [7]);
      const items = await ask<CompletionItem[]>(server, 'textDocument/completion', {
        ...textDocument('board.dts'),
        position: { ...here, character: 3 },
      });
      assert.ok(items.some(({ insertTextFormat }) => insertTextFormat === 2));
      const symbols = await ask<DocumentSymbol[]>(
        server,
        'textDocument/documentSymbol',
        textDocument('board.dts'),
      );
      assert.ok(symbols.some(({ children }) => (children?.length ?? 0) > 0));
    });

    it('no edit is made from what was known before the text was broken', async () => {
      const server = await start(ALL_BUT_SETTINGS);
      open(server, 'board.dts', BOARD);
      await diagnostics(server, 'board.dts', overlaps);
      const broken = BOARD.replace('ranges;', 'ranges = <;');
      server.send({
        method: 'textDocument/didChange',
        params: {
          textDocument: { uri: uri('board.dts'), version: 2 },
          contentChanges: [{ text: broken }],
        },
      });
      const position = at(broken, 'vi|deo: ');
      const rename = await server.ask('textDocument/rename', {
        ...textDocument('board.dts'),
        position,
        newName: 'vpu',
      });
      assert.match(rename.error?.message ?? '', /syntax error/);
      const place = await server.ask('dtmap/placesForRegion', {
        uri: uri('board.dts'),
        size: '1M',
      });
      assert.match(place.error?.message ?? '', /syntax error/);
      const actions = await ask<CodeAction[]>(server, 'textDocument/codeAction', {
        ...textDocument('board.dts'),
        range: { start: position, end: position },
        context: { diagnostics: [], only: ['refactor', 'quickfix'] },
      });
      assert.deepEqual(actions, []);
    });
  });

  describe('folders', () => {
    const boardOf = (server: RawServer, name: string): Promise<unknown> => {
      const from = server.received.length;
      return server.receive(
        (message) =>
          server.received.indexOf(message) >= from &&
          message.method === 'dtmap/status' &&
          (message.params?.['board'] as { uri: string } | undefined)?.uri === uri(name),
      );
    };
    const change = (added: readonly unknown[], removed: readonly unknown[]): Message => ({
      method: 'workspace/didChangeWorkspaceFolders',
      params: { event: { added, removed } },
    });

    it('that are added are searched for boards, and those removed no longer', async () => {
      write('one/board.dts', BOARD);
      write('two/board.dts', '/dts-v1/;\n#include "inc/soc.dtsi"\n');
      write('two/inc/soc.dtsi', SOC);
      const server = await start(ALL_BUT_SETTINGS, ['one']);
      const { capabilities } = (await server.answer('initialize')).result as InitializeResult;
      assert.deepEqual(capabilities.workspace?.workspaceFolders, {
        supported: true,
        changeNotifications: true,
      });
      const alone = boardOf(server, 'two/inc/soc.dtsi');
      open(server, 'two/inc/soc.dtsi', SOC);
      await alone;
      const two = { uri: uri('two'), name: 'two' };
      for (let round = 0; round < 2; round += 1) {
        const through = boardOf(server, 'two/board.dts');
        server.send(change([{ uri: 7 }, two], [{ uri: 'no such folder' }]));
        await through;
        // What is open stays as it is; opened anew it is read as by a server that never knew the folder.
        const again = boardOf(server, 'two/inc/soc.dtsi');
        server.send(change([], [two]), {
          method: 'textDocument/didClose',
          params: textDocument('two/inc/soc.dtsi') as Message['params'] & object,
        });
        open(server, 'two/inc/soc.dtsi', SOC);
        await again;
      }
    });

    it('decide which files may be changed', async () => {
      write('one/board.dts', '/dts-v1/;\n#include "../two/soc.dtsi"\n');
      write('two/soc.dtsi', SOC);
      const server = await start(ALL_BUT_SETTINGS, ['one']);
      open(server, 'one/board.dts', `/dts-v1/;\n#include "../two/soc.dtsi"\n&video { };\n`);
      const params = {
        ...textDocument('one/board.dts'),
        position: { line: 2, character: 2 },
        newName: 'vpu',
      };
      const outside = await server.ask('textDocument/rename', params, 'outside');
      assert.match(outside.error?.message ?? '', /outside the workspace/);
      server.send(change([{ uri: uri('two'), name: 'two' }], []));
      const edit = await ask<WorkspaceEdit>(server, 'textDocument/rename', params, 'inside');
      assert.deepEqual([...editsOf(edit).keys()].sort(), [
        uri('one/board.dts'),
        uri('two/soc.dtsi'),
      ]);
    });
  });

  describe('URIs', () => {
    it('a bad one among changed files does not keep the others from being told of', async () => {
      const server = await start(ALL_BUT_SETTINGS);
      open(server, 'board.dts', '/dts-v1/;\n#include "soc.dtsi"\n');
      await diagnostics(server, 'board.dts', (found) =>
        found.some(({ code }) => code === 'include-not-found'),
      );
      write('soc.dtsi', SOC);
      const bad = [
        'file:///%zz',
        'file:///%E0%A4%A.dts',
        'no uri',
        '',
        'x-y:z.dts',
        'file:',
        7,
        null,
      ];
      const uris = [
        ...bad,
        uri('soc.dtsi'),
        ...bad,
        `${uri('')}/%00.dtsi`,
        'file://%zz/share/x.dts',
      ];
      for (const type of [1, 2])
        server.send({
          method: 'workspace/didChangeWatchedFiles',
          params: { changes: uris.map((each) => ({ uri: each, type })) },
        });
      await diagnostics(server, 'soc.dtsi', overlaps);
      server.send({
        method: 'workspace/didChangeWatchedFiles',
        params: { changes: bad.map((each) => ({ uri: each, type: 3 })) },
      });
      const place = { ...textDocument('board.dts'), position: { line: 1, character: 12 } };
      assert.ok(await ask(server, 'textDocument/hover', place));
    });

    it('files of another machine keep its name', async () => {
      const server = await start(ALL_BUT_SETTINGS);
      for (const host of ['wsl.localhost/Ubuntu', 'server/share']) {
        const soc = `file://${host}/inc/soc%20a.dtsi`;
        const board = `file://${host}/board.dts`;
        for (const [each, text] of [
          [soc, SOC],
          [board, '/dts-v1/;\n#include "inc/soc a.dtsi"\n&video { };\n'],
        ] as const)
          server.send({
            method: 'textDocument/didOpen',
            params: { textDocument: { uri: each, languageId: 'dts', version: 1, text } },
          });
        const found = await ask<{ uri: string }[]>(
          server,
          'textDocument/definition',
          { textDocument: { uri: board }, position: { line: 2, character: 2 } },
          host,
        );
        assert.deepEqual(
          found.map((each) => each.uri),
          [soc],
        );
      }
      assert.ok(!server.received.some((message) => JSON.stringify(message).includes('file:////')));
    });
  });
});

function versionsOf(edit: WorkspaceEdit | undefined): (number | null)[] {
  return (edit?.documentChanges ?? []).flatMap((each) =>
    'textDocument' in each ? [each.textDocument.version] : [],
  );
}
