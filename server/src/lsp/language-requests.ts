// The protocol's own requests: from a method to the function of `ide/` that answers it.

import {
  CompletionItemKind,
  FoldingRangeKind,
  InlayHintKind,
  InsertTextFormat,
  SymbolKind,
  type CallHierarchyIncomingCall,
  type CallHierarchyIncomingCallsParams,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type CallHierarchyOutgoingCallsParams,
  type CodeAction,
  type CodeActionParams,
  type CodeLens,
  type Command,
  type CompletionItem,
  type DocumentFormattingParams,
  type DocumentHighlight,
  type DocumentLink,
  type DocumentOnTypeFormattingParams,
  type DocumentRangeFormattingParams,
  type DocumentSymbol,
  type ExecuteCommandParams,
  type FoldingRange,
  type Hover,
  type InlayHint,
  type InlayHintParams,
  type Location,
  type LocationLink,
  type Range,
  type ReferenceParams,
  type RenameParams,
  type SelectionRange,
  type SelectionRangeParams,
  type SemanticTokens,
  type SemanticTokensDelta,
  type SemanticTokensDeltaParams,
  type SemanticTokensRangeParams,
  type SignatureHelp,
  type SymbolInformation,
  type TextDocumentPositionParams,
  type TextEdit,
  type WorkspaceEdit,
  type WorkspaceSymbolParams,
} from 'vscode-languageserver';
import { codeLenses } from '../ide/code-lenses.ts';
import { complete, includeAt, type Completion } from '../ide/completion.ts';
import { declaration, definition, type Target } from '../ide/definition.ts';
import { documentLinks } from '../ide/document-links.ts';
import { documentSymbols, type DocumentSymbol as OurSymbol } from '../ide/document-symbols.ts';
import { foldingRanges } from '../ide/folding-ranges.ts';
import { formatEdits, type FormatOptions } from '../ide/format.ts';
import { hover } from '../ide/hover.ts';
import { includesOf } from '../ide/includes-of.ts';
import { inlayHints } from '../ide/inlay-hints.ts';
import { occurrencesOf } from '../ide/occurrences.ts';
import { fileName } from '../ide/paths.ts';
import { plainSnippet } from '../ide/plain-snippet.ts';
import { plainText } from '../ide/plain-text.ts';
import { prepareRename, rename, type RenameHost } from '../ide/rename.ts';
import { selectionRanges } from '../ide/selection-ranges.ts';
import { semanticTokens, semanticTokenTypes } from '../ide/semantic-tokens.ts';
import { signatureHelp } from '../ide/signature-help.ts';
import { outlineOf, walkItems } from '../ide/source-outline.ts';
import { symbolAt } from '../ide/symbol-at.ts';
import { workspaceSymbols } from '../ide/workspace-symbols.ts';
import { printable } from '../text/printable.ts';
import type { SourceFile } from '../text/source-file.ts';
import { markdownLink } from '../text/markdown.ts';
import type { FileId } from '../text/span.ts';
import type { Model } from './boards.ts';
import { codeActions, resolveCodeAction } from './code-actions.ts';
import { completeInclude } from './complete-include.ts';
import { fileIdOf } from './file-id.ts';
import { applyAction, applyActionCommand, fitCodeActions } from './fit-code-actions.ts';
import type { Positions } from './positions.ts';
import type { Server } from './server-state.ts';
import { screenOf, workspaceEditOf, type Screen } from './to-protocol.ts';
import { isCurrent, reasonOf, tryFixes } from './try-fixes.ts';
import { BROKEN, UserError } from './user-error.ts';

interface DocumentParams {
  readonly textDocument: { readonly uri: string };
}

/** What most requests start from. */
interface Asked {
  readonly file: FileId;
  readonly source: SourceFile;
  readonly model: Model;
  readonly screen: Screen;
}

/** Every request of the protocol that is answered, by method. Requests never wait for more than a first analysis. */
export function languageRequests(server: Server) {
  const { files, boards, index, client, positions } = server;

  const sourceOf = (params: DocumentParams): SourceFile | undefined => {
    const source = files.get(fileIdOf(params.textDocument.uri));
    return typeof source === 'string' ? undefined : source;
  };
  const askModel = async (
    params: DocumentParams,
    modelOf: (file: FileId) => Promise<Model | undefined>,
  ): Promise<Asked | undefined> => {
    const source = sourceOf(params);
    if (!source) return undefined;
    const model = await modelOf(source.id);
    if (!model) return undefined;
    return { file: source.id, source, model, screen: screenOf(server, model.board.files) };
  };
  const ask = (params: DocumentParams): Promise<Asked | undefined> =>
    askModel(params, (file) => boards.firstModelOf(file));
  /** For what is to be changed: never from an older text than the one on screen. */
  const askNewest = (params: DocumentParams): Promise<Asked | undefined> =>
    askModel(params, (file) => boards.newestModelOf(file));
  const links = (screen: Screen, targets: readonly Target[]): LocationLink[] =>
    targets.map(({ at, whole }) => ({
      targetUri: server.uriOf(at.file),
      targetRange: screen.rangeOf(whole),
      targetSelectionRange: screen.rangeOf(at),
    }));
  const goTo = async (
    params: TextDocumentPositionParams,
    find: typeof definition,
  ): Promise<Location[] | null> => {
    const asked = await ask(params);
    if (!asked) return null;
    const { model, screen, file } = asked;
    const targets = find(model.board, file, screen.analysedOffsetAt(file, params.position));
    return links(screen, targets).map((link) => ({
      uri: link.targetUri,
      range: link.targetSelectionRange,
    }));
  };
  const format = (
    source: SourceFile,
    options: FormatOptions,
    start = 0,
    end = source.text.length,
  ): TextEdit[] =>
    formatEdits(source.text, options)
      // The white space before a line's first token begins on the line before.
      .filter((edit) => edit.end >= start && edit.end <= end)
      .map((edit) => ({
        range: positions.rangeIn(source, edit.start, edit.end),
        newText: edit.text,
      }));
  const renameHost = ({ model }: Asked): RenameHost => ({
    board: model.board,
    sharing: (file) => filesSharing(server, model, file),
  });
  const tokensSent = new Map<FileId, { id: string; data: number[] }>();
  let resultIds = 0;

  return {
    'textDocument/hover': async (params: TextDocumentPositionParams): Promise<Hover | null> => {
      const asked = await ask(params);
      if (!asked) return null;
      const { file, model, screen } = asked;
      const shown = hover(
        model.board,
        file,
        screen.analysedOffsetAt(file, params.position),
        (span, text) => {
          if (client.hover === 'plaintext') return text;
          const { line, character } = screen.rangeOf(span).start;
          return markdownLink(text, `${server.uriOf(span.file)}#L${line + 1},${character + 1}`);
        },
      );
      if (!shown) return null;
      const value = client.hover === 'markdown' ? shown.markdown : plainText(shown.markdown);
      return {
        contents: { kind: client.hover, value },
        range: screen.rangeOf(shown.at),
      };
    },

    'textDocument/completion': async (
      params: TextDocumentPositionParams,
    ): Promise<CompletionItem[] | null> => {
      const source = sourceOf(params);
      if (!source) return null;
      const offset = positions.offsetIn(source, params.position);
      const include = includeAt(source.text, offset);
      const model = boards.modelOf(source.id);
      const completions = include
        ? await completeInclude(files, source.id, include, model?.includePaths ?? [])
        : complete(model?.board, source, offset);
      return completions.map((each) => completionItem(server, source, each));
    },

    'textDocument/signatureHelp': async (
      params: TextDocumentPositionParams,
    ): Promise<SignatureHelp | null> => {
      const asked = await ask(params);
      if (!asked) return null;
      const { source, model } = asked;
      const signature = signatureHelp(
        model.board,
        source,
        positions.offsetIn(source, params.position),
      );
      if (!signature) return null;
      return {
        signatures: [
          {
            label: signature.label,
            documentation: signature.why,
            parameters: signature.cells.map(({ start, end }) => ({
              label: client.takesLabelOffsets ? [start, end] : signature.label.slice(start, end),
            })),
          },
        ],
        activeSignature: 0,
        activeParameter: signature.active,
      };
    },

    'textDocument/definition': (params: TextDocumentPositionParams) => goTo(params, definition),
    'textDocument/declaration': (params: TextDocumentPositionParams) => goTo(params, declaration),

    'textDocument/references': async (params: ReferenceParams): Promise<Location[] | null> => {
      const asked = await ask(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      const symbol = symbolAt(model.board, file, screen.analysedOffsetAt(file, params.position));
      if (!symbol) return null;
      return occurrencesOf(model.board, symbol)
        .filter((each) => params.context.includeDeclaration || !each.isDeclaration)
        .map((each) => screen.locationOf(each.at));
    },

    'textDocument/documentHighlight': async (
      params: TextDocumentPositionParams,
    ): Promise<DocumentHighlight[] | null> => {
      const asked = await ask(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      const symbol = symbolAt(model.board, file, screen.analysedOffsetAt(file, params.position));
      if (!symbol) return null;
      return occurrencesOf(model.board, symbol)
        .filter((each) => each.at.file === file)
        .map((each) => ({ range: screen.rangeOf(each.at), kind: each.isDeclaration ? 3 : 2 }));
    },

    'textDocument/prepareRename': async (
      params: TextDocumentPositionParams,
    ): Promise<{ range: Range; placeholder: string } | null> => {
      const asked = await askNewest(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      if (model.stale) throw new UserError(BROKEN);
      const prepared = prepareRename(
        renameHost(asked),
        file,
        screen.analysedOffsetAt(file, params.position),
      );
      if (!prepared.ok) throw new UserError(prepared.because);
      const { at, name } = prepared.value;
      return { range: screen.rangeOf(at), placeholder: name };
    },

    'textDocument/rename': async (params: RenameParams): Promise<WorkspaceEdit | null> => {
      // A label may be used by other boards that include the same file.
      server.scan.around(fileIdOf(params.textDocument.uri), server.folders);
      await server.scan.finished();
      const asked = await askNewest(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      if (model.stale) throw new UserError(BROKEN);
      const proposed = rename(
        renameHost(asked),
        file,
        screen.analysedOffsetAt(file, params.position),
        params.newName,
      );
      if (!proposed.ok) throw new UserError(proposed.because);
      const [offer] = await tryFixes(server, asked.model, [proposed.value], undefined);
      if (offer?.ok === false) throw new UserError(reasonOf(offer.refusal));
      if (!offer) return null;
      if (!isCurrent(server, asked.model))
        throw new UserError('The text was changed meanwhile; rename again.');
      return workspaceEditOf(screen, offer.fix.edits);
    },

    'textDocument/documentSymbol': (
      params: DocumentParams,
    ): DocumentSymbol[] | SymbolInformation[] | null => {
      const source = sourceOf(params);
      if (!source) return null;
      const symbols = documentSymbols(outlineOf(source));
      return client.nestsSymbols
        ? symbols.map((each) => documentSymbol(positions, source, each))
        : symbols.flatMap((each) => flatSymbols(server, source, each));
    },

    'workspace/symbol': (params: WorkspaceSymbolParams) => {
      const found = workspaceSymbols(
        boards.models.map((model) => model.board),
        params.query,
      );
      const screens = boards.models.map((model) => screenOf(server, model.board.files));
      return found.map((each) => ({
        name: each.name,
        kind: SymbolKind.Class,
        containerName: each.container,
        location: (screens[0] ?? screenOf(server, files)).locationOf(each.at),
      }));
    },

    'textDocument/codeAction': async (
      params: CodeActionParams,
    ): Promise<(CodeAction | Command)[] | null> => {
      const asked = await askNewest(params);
      if (!asked) return null;
      const actions = await codeActions(server, asked.model, asked.source, params);
      return fitCodeActions(server, actions);
    },
    'codeAction/resolve': (action: CodeAction): Promise<CodeAction> =>
      resolveCodeAction(server, action),
    'workspace/executeCommand': (params: ExecuteCommandParams): Promise<null> => {
      if (params.command !== applyActionCommand)
        throw new UserError(`There is no command ${params.command}.`);
      return applyAction(server, params.arguments?.[0]);
    },

    'textDocument/codeLens': async (params: DocumentParams): Promise<CodeLens[] | null> => {
      if (!server.settings.codeLenses) return [];
      const asked = await ask(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      return codeLenses(model.board, file).map(({ at, title }) => ({
        range: screen.rangeOf(at),
        command: { title, command: '' },
      }));
    },

    'textDocument/inlayHint': async (params: InlayHintParams): Promise<InlayHint[] | null> => {
      if (!server.settings.inlayHints) return [];
      const asked = await ask(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      const from = screen.analysedOffsetAt(file, params.range.start);
      const to = screen.analysedOffsetAt(file, params.range.end);
      return inlayHints(model.board, file, from, to).map((hint) => ({
        position: screen.rangeOf({ file, start: hint.offset, end: hint.offset }).start,
        label: hint.text,
        kind: InlayHintKind.Type,
        paddingLeft: true,
      }));
    },

    'textDocument/semanticTokens/full': (params: DocumentParams): SemanticTokens | null => {
      const source = sourceOf(params);
      if (!source) return null;
      const data = tokenData(server, source, 0, source.text.length);
      const id = String((resultIds += 1));
      tokensSent.set(source.id, { id, data });
      return { resultId: id, data };
    },

    'textDocument/semanticTokens/full/delta': (
      params: SemanticTokensDeltaParams,
    ): SemanticTokens | SemanticTokensDelta | null => {
      const source = sourceOf(params);
      if (!source) return null;
      const before = tokensSent.get(source.id);
      const data = tokenData(server, source, 0, source.text.length);
      const id = String((resultIds += 1));
      tokensSent.set(source.id, { id, data });
      if (before?.id !== params.previousResultId) return { resultId: id, data };
      return { resultId: id, edits: tokenDelta(before.data, data) };
    },

    'textDocument/semanticTokens/range': (
      params: SemanticTokensRangeParams,
    ): SemanticTokens | null => {
      const source = sourceOf(params);
      if (!source) return null;
      const { start, end } = params.range;
      return {
        data: tokenData(
          server,
          source,
          positions.offsetIn(source, start),
          positions.offsetIn(source, end),
        ),
      };
    },

    'textDocument/foldingRange': (params: DocumentParams): FoldingRange[] | null => {
      const source = sourceOf(params);
      if (!source) return null;
      const kinds = {
        comment: FoldingRangeKind.Comment,
        imports: FoldingRangeKind.Imports,
        region: FoldingRangeKind.Region,
      };
      return foldingRanges(outlineOf(source)).map(({ start, end, kind }) => ({
        startLine: positions.positionIn(source, start).line,
        endLine: positions.positionIn(source, end).line,
        ...(kind && { kind: kinds[kind] }),
      }));
    },

    'textDocument/selectionRange': (params: SelectionRangeParams): SelectionRange[] | null => {
      const source = sourceOf(params);
      if (!source) return null;
      return params.positions.map((position): SelectionRange => {
        const selections = selectionRanges(outlineOf(source), positions.offsetIn(source, position));
        const nested = selections.reduceRight<SelectionRange | undefined>(
          (parent, { start, end }) => ({
            range: positions.rangeIn(source, start, end),
            ...(parent && { parent }),
          }),
          undefined,
        );
        return nested ?? { range: { start: position, end: position } };
      });
    },

    'textDocument/documentLink': async (params: DocumentParams): Promise<DocumentLink[] | null> => {
      const asked = await ask(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      return documentLinks(model.board.source?.includes ?? [], file).map(({ at, target }) => ({
        range: screen.rangeOf(at),
        target: server.uriOf(target),
      }));
    },

    'textDocument/formatting': (params: DocumentFormattingParams): TextEdit[] | null => {
      const source = sourceOf(params);
      return source ? format(source, params.options) : null;
    },

    'textDocument/rangeFormatting': (params: DocumentRangeFormattingParams): TextEdit[] | null => {
      const source = sourceOf(params);
      if (!source) return null;
      const { start, end } = params.range;
      return format(
        source,
        params.options,
        positions.offsetIn(source, start),
        positions.offsetIn(source, end),
      );
    },

    'textDocument/onTypeFormatting': (
      params: DocumentOnTypeFormattingParams,
    ): TextEdit[] | null => {
      const source = sourceOf(params);
      if (!source) return null;
      // The statement that `;` or `}` has just ended.
      const end = positions.offsetIn(source, params.position);
      const ended = [...walkItems(outlineOf(source).items)].findLast(
        (item) => item.start < end && item.end >= end - 1 && item.end <= end,
      );
      if (!ended) return [];
      const lineStart = source.text.lastIndexOf('\n', ended.start) + 1;
      return format(source, params.options, lineStart, end);
    },

    'textDocument/prepareCallHierarchy': (
      params: TextDocumentPositionParams,
    ): CallHierarchyItem[] | null => {
      const source = sourceOf(params);
      return source ? [hierarchyItem(server, source.id)] : null;
    },

    'callHierarchy/incomingCalls': async ({
      item,
    }: CallHierarchyIncomingCallsParams): Promise<CallHierarchyIncomingCall[]> => {
      const file = fileIdOf(item.uri);
      server.scan.around(file, server.folders);
      await server.scan.finished();
      return index.includersOf(file).map((includer) => ({
        from: hierarchyItem(server, includer),
        fromRanges: includeRanges(server, includer, file),
      }));
    },

    'callHierarchy/outgoingCalls': async ({
      item,
    }: CallHierarchyOutgoingCallsParams): Promise<CallHierarchyOutgoingCall[]> => {
      const file = fileIdOf(item.uri);
      server.scan.around(file, server.folders);
      await server.scan.finished();
      return index.includedBy(file).map((target) => ({
        to: hierarchyItem(server, target),
        fromRanges: includeRanges(server, file, target),
      }));
    },
  };
}

const COMPLETION_KINDS: Readonly<Record<Completion['kind'], CompletionItem['kind'] & number>> = {
  label: CompletionItemKind.Reference,
  property: CompletionItemKind.Property,
  node: CompletionItemKind.Class,
  value: CompletionItemKind.Value,
  macro: CompletionItemKind.Constant,
  keyword: CompletionItemKind.Keyword,
  snippet: CompletionItemKind.Snippet,
  file: CompletionItemKind.File,
  folder: CompletionItemKind.Folder,
};

function completionItem(
  { client, positions }: Server,
  source: SourceFile,
  completion: Completion,
): CompletionItem {
  const kind = COMPLETION_KINDS[completion.kind];
  const insert = completion.insert ?? completion.label;
  const isSnippet = completion.isSnippet === true && client.takesSnippets;
  return {
    label: completion.label,
    ...(client.completionKinds.has(kind) && { kind }),
    ...(completion.detail !== undefined && { detail: printable(completion.detail) }),
    filterText: completion.label,
    textEdit: {
      range: positions.rangeIn(source, completion.start, completion.end),
      newText: completion.isSnippet && !isSnippet ? plainSnippet(insert) : insert,
    },
    insertTextFormat: isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
  };
}

const SYMBOL_KINDS = { node: SymbolKind.Class, property: SymbolKind.Property } as const;

function documentSymbol(
  positions: Positions,
  source: SourceFile,
  symbol: OurSymbol,
): DocumentSymbol {
  return {
    name: symbol.name,
    detail: symbol.detail,
    kind: SYMBOL_KINDS[symbol.kind],
    range: positions.rangeIn(source, symbol.start, symbol.end),
    selectionRange: positions.rangeIn(source, symbol.nameStart, symbol.nameEnd),
    children: symbol.children.map((child) => documentSymbol(positions, source, child)),
  };
}

/** A symbol and those in it, one after the other. */
function flatSymbols(
  server: Server,
  source: SourceFile,
  symbol: OurSymbol,
  containerName?: string,
): SymbolInformation[] {
  const range = server.positions.rangeIn(source, symbol.start, symbol.end);
  return [
    {
      name: symbol.name,
      kind: SYMBOL_KINDS[symbol.kind],
      location: { uri: server.uriOf(source.id), range },
      ...(containerName !== undefined && { containerName }),
    },
    ...symbol.children.flatMap((child) => flatSymbols(server, source, child, symbol.name)),
  ];
}

/** Tokens as the protocol packs them: five numbers each, relative to the one before. */
function tokenData(server: Server, source: SourceFile, from: number, to: number): number[] {
  const model = server.boards.modelOf(source.id);
  const inactive = (model?.board.source?.inactive ?? []).filter(
    (span) => span.file === source.id && model?.files.get(source.id) === source,
  );
  const data: number[] = [];
  let line = 0;
  let character = 0;
  for (const token of semanticTokens(outlineOf(source), inactive, from, to)) {
    const position = server.positions.positionIn(source, token.start);
    data.push(
      position.line - line,
      position.line === line ? position.character - character : position.character,
      server.positions.lengthIn(source, token.start, token.end),
      semanticTokenTypes.indexOf(token.type),
      token.isDeclaration ? 1 : 0,
    );
    ({ line, character } = position);
  }
  return data;
}

/** The one stretch in which two token arrays differ. */
function tokenDelta(
  before: readonly number[],
  after: readonly number[],
): { start: number; deleteCount: number; data?: number[] }[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  if (start === before.length && start === after.length) return [];
  const data = after.slice(start, after.length - tail);
  return [
    {
      start,
      deleteCount: before.length - tail - start,
      ...(data.length > 0 && { data: [...data] }),
    },
  ];
}

/** The files of every board that includes `file`, those of `model` first. */
function filesSharing(server: Server, model: Model, file: FileId): SourceFile[] {
  const { index, files } = server;
  const ids = new Set<FileId>([...model.members, file]);
  const up = new Set<FileId>([file]);
  for (const each of up) for (const includer of index.includersOf(each)) up.add(includer);
  // What uses a label may be a sibling: any file that a board above includes.
  const down = new Set<FileId>(up);
  for (const each of down) for (const included of index.includedBy(each)) down.add(included);
  for (const each of down) ids.add(each);
  return [...ids].flatMap((id) => {
    const source = files.get(id);
    return typeof source === 'string' ? [] : [source];
  });
}

function hierarchyItem(server: Server, file: FileId): CallHierarchyItem {
  const top = { line: 0, character: 0 };
  return {
    name: fileName(file),
    detail: file.slice(0, file.lastIndexOf('/')),
    kind: SymbolKind.File,
    uri: server.uriOf(file),
    range: { start: top, end: top },
    selectionRange: { start: top, end: top },
  };
}

/** Where `includer` includes `target`. */
function includeRanges(server: Server, includer: FileId, target: FileId): Range[] {
  const source = server.files.get(includer);
  if (typeof source === 'string') return [];
  const name = fileName(target);
  return includesOf(source.text)
    .includes.filter(({ path, isPlain }) => isPlain && fileName(path) === name)
    .map(({ path }) => {
      const at = source.text.indexOf(path);
      return server.positions.rangeIn(source, at, at + path.length);
    });
}
