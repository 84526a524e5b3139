// What the client can do, read once from what it says at `initialize`.

import type { ClientCapabilities } from 'vscode-languageserver';
import type { PositionEncoding } from './positions.ts';

/** Everything the server decides by; what a client does not mention it cannot do. */
export interface ClientAbilities {
  readonly positionEncoding: PositionEncoding;
  /** Answers `workspace/configuration`. */
  readonly givesSettings: boolean;
  /** Tells of changed settings or files when asked to. */
  readonly watchesSettings: boolean;
  readonly watchesFiles: boolean;
  /** Also outside of its folders. */
  readonly watchesFilesAnywhere: boolean;
  readonly showsProgress: boolean;
  readonly redrawsInlayHints: boolean;
  readonly redrawsCodeLenses: boolean;
  /** Makes the edits of `workspace/applyEdit`. */
  readonly appliesEdits: boolean;
  /** Takes edits that name the version of the text they are for. */
  readonly takesVersionedEdits: boolean;
  /** Takes edits with a part to be written over. */
  readonly takesSnippetEdits: boolean;
  readonly hover: 'markdown' | 'plaintext';
  readonly takesSnippets: boolean;
  /** The numbers of the kinds of completions that have an icon. */
  readonly completionKinds: ReadonlySet<number>;
  /** Finds a parameter in the label of its signature by offsets. */
  readonly takesLabelOffsets: boolean;
  readonly nestsSymbols: boolean;
  readonly preparesRename: boolean;
  readonly codeActions: {
    /** Takes more than commands. */
    readonly literals: boolean;
    readonly disabled: boolean;
    readonly preferred: boolean;
    /** Asks for the edit of an action when it is chosen. */
    readonly resolvesEdits: boolean;
  };
  readonly diagnostics: {
    readonly related: boolean;
    /** Links the rule to its page. */
    readonly pages: boolean;
    readonly version: boolean;
    /** Hands `data` back with the diagnostic. */
    readonly data: boolean;
  };
}

/** The kinds of the protocol's first version, which every client has: Text to Reference. */
const FIRST_KINDS = Array.from({ length: 18 }, (_, index) => index + 1);

/** What the capabilities of `initialize` amount to. */
export function clientAbilities(sent: ClientCapabilities): ClientAbilities {
  const { workspace, textDocument, window, general } = sent;
  const { codeAction, completion, publishDiagnostics, signatureHelp } = textDocument ?? {};
  const offers = general?.positionEncodings ?? [];
  const [hover] = textDocument?.hover?.contentFormat ?? [];
  return {
    // The client's list is in the order of its preference.
    positionEncoding: offers.find(isPositionEncoding) ?? 'utf-16',
    givesSettings: workspace?.configuration === true,
    watchesSettings: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    watchesFilesAnywhere: workspace?.didChangeWatchedFiles?.relativePatternSupport === true,
    showsProgress: window?.workDoneProgress === true,
    redrawsInlayHints: workspace?.inlayHint?.refreshSupport === true,
    redrawsCodeLenses: workspace?.codeLens?.refreshSupport === true,
    appliesEdits: workspace?.applyEdit === true,
    takesSnippetEdits: workspace?.workspaceEdit?.snippetEditSupport === true,
    takesVersionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    hover: hover === 'markdown' ? 'markdown' : 'plaintext',
    takesSnippets: completion?.completionItem?.snippetSupport === true,
    completionKinds: new Set<number>(completion?.completionItemKind?.valueSet ?? FIRST_KINDS),
    takesLabelOffsets:
      signatureHelp?.signatureInformation?.parameterInformation?.labelOffsetSupport === true,
    nestsSymbols: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    preparesRename: textDocument?.rename?.prepareSupport === true,
    codeActions: {
      literals: codeAction?.codeActionLiteralSupport !== undefined,
      disabled: codeAction?.disabledSupport === true,
      preferred: codeAction?.isPreferredSupport === true,
      resolvesEdits:
        codeAction?.dataSupport === true &&
        codeAction.resolveSupport?.properties.includes('edit') === true,
    },
    diagnostics: {
      related: publishDiagnostics?.relatedInformation === true,
      pages: publishDiagnostics?.codeDescriptionSupport === true,
      version: publishDiagnostics?.versionSupport === true,
      data: publishDiagnostics?.dataSupport === true,
    },
  };
}

function isPositionEncoding(name: string): name is PositionEncoding {
  return name === 'utf-8' || name === 'utf-16' || name === 'utf-32';
}
