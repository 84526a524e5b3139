// Every request about a document, asked of one server, with the answers by method.

import type { CodeAction, CodeLens, Position } from 'vscode-languageserver/node';
import type { ReportLine } from '../../server/src/lsp/custom-requests.ts';
import type { LspSession } from '../support/lsp-session.ts';

const options = { tabSize: 8, insertSpaces: false };

/** Requests about a document, each with what it takes besides: a place in a label, the whole text, a place in cells. */
const requests: Readonly<
  Record<string, (at: Position, all: { start: Position; end: Position }, cell: Position) => object>
> = {
  'textDocument/hover': (position) => ({ position }),
  'textDocument/completion': (position) => ({ position }),
  'textDocument/signatureHelp': (_at, _all, cell) => ({ position: cell }),
  'textDocument/definition': (position) => ({ position }),
  'textDocument/declaration': (position) => ({ position }),
  'textDocument/references': (position) => ({
    position,
    context: { includeDeclaration: true },
  }),
  'textDocument/documentHighlight': (position) => ({ position }),
  'textDocument/prepareRename': (position) => ({ position }),
  'textDocument/rename': (position) => ({ position, newName: 'renamed' }),
  'textDocument/prepareCallHierarchy': (position) => ({ position }),
  'textDocument/documentSymbol': () => ({}),
  'textDocument/documentLink': () => ({}),
  'textDocument/codeLens': () => ({}),
  'textDocument/inlayHint': (_, range) => ({ range }),
  'textDocument/foldingRange': () => ({}),
  'textDocument/selectionRange': (position) => ({ positions: [position] }),
  'textDocument/semanticTokens/full': () => ({}),
  'textDocument/semanticTokens/full/delta': () => ({ previousResultId: 'none' }),
  'textDocument/semanticTokens/range': (_, range) => ({ range }),
  'textDocument/formatting': () => ({ options }),
  'textDocument/rangeFormatting': (_, range) => ({ range, options }),
  'textDocument/onTypeFormatting': (_at, _all, cell) => ({
    position: { ...cell, character: 200 },
    ch: ';',
    options,
  }),
};

/** Our own requests about a document. */
const own: Readonly<Record<string, (uri: string, at: Position) => object>> = {
  'dtmap/status': (uri) => ({ uri }),
  'dtmap/boards': (uri) => ({ uri }),
  'dtmap/selectBoard': (uri) => ({ uri, board: uri }),
  'dtmap/facts': (uri) => ({ uri }),
  'dtmap/settings': (uri) => ({ uri }),
  'dtmap/decode': (uri) => ({ uri, text: '0x60000000' }),
  'dtmap/bootLog': (uri) => ({ uri, target: 'xen:4.18' }),
  'dtmap/compareBootLog': (uri) => ({ uri, log: '(XEN) RAM: 0000000040000000 - 000000007fffffff' }),
  'dtmap/explainLog': (uri) => ({ uri, log: '(XEN) RAM: 0000000040000000 - 000000007fffffff' }),
  'dtmap/placesForRegion': (uri) => ({ uri, size: '16M' }),
  'dtmap/inactiveRegions': (uri) => ({ uri }),
  'dtmap/memoryMap': (uri) => ({ uri }),
  'dtmap/mergedTree': (uri) => ({ uri, filter: '' }),
};

/** Methods that are asked with what another one answered. */
const following = [
  'codeAction/resolve',
  'callHierarchy/incomingCalls',
  'callHierarchy/outgoingCalls',
];

/** All methods that are asked, and those that are about no document. */
export const asked: readonly string[] = [
  ...Object.keys(requests),
  ...Object.keys(own),
  ...following,
  'textDocument/codeAction',
  'dtmap/findingFixes',
  'dtmap/markdown',
  'dtmap/reading',
  'workspace/symbol',
];
export const notAboutDocuments: readonly string[] = [
  ...[
    // Answered where a tree has bindings: lsp-bindings.test.ts.
    'textDocument/typeDefinition',
    'dtmap/targets',
    'dtmap/faultOf',
    'dtmap/readFile',
    'dtmap/readDirectory',
    'workspace/executeCommand',
  ],
];

/** Opens the document and asks all; what an answer says of the time or of the order of requests is left out. */
export async function askEverything(
  session: LspSession,
  file: string,
  text: string,
): Promise<Readonly<Record<string, unknown>>> {
  await session.open(file, text);
  const answers: Record<string, unknown> = { diagnostics: await session.diagnostics(file) };
  const before = text.slice(0, text.indexOf('camera:') + 2);
  const line = before.split('\n').length - 1;
  const at = { line, character: before.length - before.lastIndexOf('\n') - 1 };
  const all = {
    start: { line: 0, character: 0 },
    end: { line: text.split('\n').length, character: 0 },
  };
  const cells = text.split('\n').findIndex((each) => each.includes('CAMERA'));
  const cell = { line: cells, character: text.split('\n')[cells]?.indexOf('CAMERA') ?? 0 };
  const uri = session.uriOf(file);
  for (const [method, params] of Object.entries(requests))
    answers[method] = await session.at(method, file, params(at, all, cell));
  for (const [method, params] of Object.entries(own))
    answers[method] = await session.ask(method, params(uri, at));
  answers['workspace/symbol'] = await session.ask('workspace/symbol', { query: 'camera' });
  const [item] = answers['textDocument/prepareCallHierarchy'] as readonly object[];
  const calls = (await session.ask('callHierarchy/outgoingCalls', { item })) as { to: object }[];
  answers['callHierarchy/outgoingCalls'] = calls;
  answers['callHierarchy/incomingCalls'] = await session.ask('callHierarchy/incomingCalls', {
    item: calls[0]?.to,
  });
  const actions = await session.codeActions(file, all);
  answers['textDocument/codeAction'] = actions;
  const resolved: CodeAction[] = [];
  for (const action of actions)
    resolved.push((await session.ask('codeAction/resolve', action)) as CodeAction);
  answers['codeAction/resolve'] = resolved;
  const map = JSON.stringify(answers['dtmap/memoryMap']);
  const finding = /"id":"([^"]*reserved-overlap[^"]*)"/.exec(map)?.[1] ?? '';
  answers['dtmap/findingFixes'] = await session.ask('dtmap/findingFixes', { uri, finding });
  answers['dtmap/markdown'] = await session.ask('dtmap/markdown', { uri });
  const lines = (await session.ask('dtmap/reading', { uri })) as readonly ReportLine[];
  answers['dtmap/reading'] = lines.filter(({ topic }) => topic !== 'Time');
  for (const lens of answers['textDocument/codeLens'] as readonly CodeLens[]) delete lens.data;
  return withoutResultIds(answers);
}

function withoutResultIds(answers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(answers, (key, value: unknown) => (key === 'resultId' ? undefined : value)),
  ) as Record<string, unknown>;
}
