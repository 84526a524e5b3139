// What the server says it can do.

import { TextDocumentSyncKind, type ServerCapabilities } from 'vscode-languageserver';
import type { ClientAbilities } from './client-abilities.ts';
import { applyActionCommand } from './fit-code-actions.ts';
import { semanticTokenModifiers, semanticTokenTypes } from '../ide/semantic-tokens.ts';

/** The answer to `initialize`; every entry has a test. */
export function capabilitiesFor(
  client: ClientAbilities,
  features: 'all' | 'memory',
): ServerCapabilities {
  const memory = memoryCapabilities(client);
  return features === 'memory' ? memory : { ...memory, ...languageCapabilities(client) };
}

/** What nobody else has: served in any case. */
function memoryCapabilities(client: ClientAbilities): ServerCapabilities {
  return {
    positionEncoding: client.positionEncoding,
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    hoverProvider: true,
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
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}

/** What any server of the language has; twice it would be a question which formatter to take, and each name two times. */
function languageCapabilities(client: ClientAbilities): ServerCapabilities {
  return {
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
  };
}
