// What the server says it can do.

import { TextDocumentSyncKind, type ServerCapabilities } from 'vscode-languageserver';
import type { ClientAbilities } from './client-abilities.ts';
import { applyActionCommand } from './fit-code-actions.ts';
import { semanticTokenModifiers, semanticTokenTypes } from '../ide/semantic-tokens.ts';

/** The answer to `initialize`; every entry has a test. */
export function capabilitiesFor(client: ClientAbilities): ServerCapabilities {
  return {
    positionEncoding: client.positionEncoding,
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    hoverProvider: true,
    completionProvider: { triggerCharacters: ['&', '<', '"', '/', ' ', '='] },
    signatureHelpProvider: { triggerCharacters: ['<', ' ', ','] },
    definitionProvider: true,
    declarationProvider: true,
    typeDefinitionProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    renameProvider: client.preparesRename ? { prepareProvider: true } : true,
    documentSymbolProvider: { label: 'dtmap' },
    workspaceSymbolProvider: true,
    // Options are for clients that know more than commands.
    ...(client.codeActions.literals
      ? {
          codeActionProvider: {
            codeActionKinds: ['quickfix', 'refactor', 'refactor.rewrite', 'source.fixAll.dtmap'],
            resolveProvider: client.codeActions.resolvesEdits,
          },
        }
      : {
          codeActionProvider: true,
          executeCommandProvider: { commands: [applyActionCommand] },
        }),
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
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}
