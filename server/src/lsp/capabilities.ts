// What the server says it can do.

import { TextDocumentSyncKind, type ServerCapabilities } from 'vscode-languageserver';
import { semanticTokenModifiers, semanticTokenTypes } from '../ide/semantic-tokens.ts';

/** The answer to `initialize`; every entry has a test. */
export function capabilitiesFor(): ServerCapabilities {
  return {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    hoverProvider: true,
    completionProvider: { triggerCharacters: ['&', '<', '"', '/', ' ', '='] },
    signatureHelpProvider: { triggerCharacters: ['<', ' ', ','] },
    definitionProvider: true,
    declarationProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    renameProvider: { prepareProvider: true },
    documentSymbolProvider: { label: 'dtmap' },
    workspaceSymbolProvider: true,
    codeActionProvider: {
      codeActionKinds: ['quickfix', 'refactor', 'refactor.rewrite', 'source.fixAll.dtmap'],
      resolveProvider: true,
    },
    codeLensProvider: {},
    inlayHintProvider: true,
    semanticTokensProvider: {
      legend: {
        tokenTypes: [...semanticTokenTypes],
        tokenModifiers: [...semanticTokenModifiers],
      },
      full: { delta: true },
      range: true,
    },
    foldingRangeProvider: true,
    selectionRangeProvider: true,
    documentLinkProvider: {},
    callHierarchyProvider: true,
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    documentOnTypeFormattingProvider: { firstTriggerCharacter: ';', moreTriggerCharacter: ['}'] },
    workspace: { workspaceFolders: { supported: true } },
  };
}
