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
  type CompletionItem,
  type DocumentFormattingParams,
  type DocumentHighlight,
  type DocumentLink,
  type DocumentOnTypeFormattingParams,
  type DocumentRangeFormattingParams,
  type DocumentSymbol,
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
import { includesOf } from '../ide/include-index.ts';
import { inlayHints } from '../ide/inlay-hints.ts';
import { occurrencesOf } from '../ide/occurrences.ts';
import { fileName } from '../ide/paths.ts';
import { prepareRename, rename, type RenameHost } from '../ide/rename.ts';
import { selectionRanges } from '../ide/selection-ranges.ts';
import { semanticTokens, semanticTokenTypes } from '../ide/semantic-tokens.ts';
import { signatureHelp } from '../ide/signature-help.ts';
import { outlineOf, walkItems } from '../ide/source-outline.ts';
import { symbolAt } from '../ide/symbol-at.ts';
import { workspaceSymbols } from '../ide/workspace-symbols.ts';
import type { SourceFile } from '../text/source-file.ts';
import { markdownLink } from '../text/markdown.ts';
import type { FileId } from '../text/span.ts';
import type { Model } from './boards.ts';
import { codeActions, resolveCodeAction } from './code-actions.ts';
import { fileIdOf, uriOf } from './file-id.ts';
import { completeInclude } from './complete-include.ts';
import { lockedBecause } from './locked-files.ts';
import type { Server } from './server-state.ts';
import {
  offsetIn,
  positionIn,
  rangeIn,
  screenOf,
  workspaceEditOf,
  type Screen,
} from './to-protocol.ts';
import { UserError } from './user-error.ts';

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
  const { files, boards, index } = server;

  const sourceOf = (params: DocumentParams): SourceFile | undefined => {
    const source = files.get(fileIdOf(params.textDocument.uri));
    return typeof source === 'string' ? undefined : source;
  };
  const ask = async (params: DocumentParams): Promise<Asked | undefined> => {
    const source = sourceOf(params);
    if (!source) return undefined;
    const model = await boards.firstModelOf(source.id);
    if (!model) return undefined;
    return { file: source.id, source, model, screen: screenOf(files, model.board.files) };
  };
  const links = (screen: Screen, targets: readonly Target[]): LocationLink[] =>
    targets.map(({ at, whole }) => ({
      targetUri: uriOf(at.file),
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
      .map((edit) => ({ range: rangeIn(source, edit.start, edit.end), newText: edit.text }));
  const renameHost = ({ model }: Asked): RenameHost => ({
    board: model.board,
    sharing: (file) => filesSharing(server, model, file),
    lockedBecause: (file) => lockedBecause(server, file),
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
          const { line, character } = screen.rangeOf(span).start;
          return markdownLink(text, `${uriOf(span.file)}#L${line + 1},${character + 1}`);
        },
      );
      if (!shown) return null;
      return {
        contents: { kind: 'markdown', value: shown.markdown },
        range: screen.rangeOf(shown.at),
      };
    },

    'textDocument/completion': async (
      params: TextDocumentPositionParams,
    ): Promise<CompletionItem[] | null> => {
      const source = sourceOf(params);
      if (!source) return null;
      const offset = offsetIn(source, params.position);
      const include = includeAt(source.text, offset);
      const model = boards.modelOf(source.id);
      const completions = include
        ? await completeInclude(files, source.id, include, model?.includePaths ?? [])
        : complete(model?.board, source, offset);
      return completions.map((each) => completionItem(source, each));
    },

    'textDocument/signatureHelp': async (
      params: TextDocumentPositionParams,
    ): Promise<SignatureHelp | null> => {
      const asked = await ask(params);
      if (!asked) return null;
      const { source, model } = asked;
      const signature = signatureHelp(model.board, source, offsetIn(source, params.position));
      if (!signature) return null;
      return {
        signatures: [
          {
            label: signature.label,
            documentation: signature.why,
            parameters: signature.cells.map(({ start, end }) => ({ label: [start, end] })),
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
      const asked = await ask(params);
      if (!asked) return null;
      const { screen, file } = asked;
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
      const asked = await ask(params);
      if (!asked) return null;
      const { screen, file } = asked;
      // A label may be used by other boards that include the same file.
      server.scan.around(file, server.folders);
      await server.scan.finished();
      const edits = rename(
        renameHost(asked),
        file,
        screen.analysedOffsetAt(file, params.position),
        params.newName,
      );
      if (!edits.ok) throw new UserError(edits.because);
      return workspaceEditOf(screen, edits.value);
    },

    'textDocument/documentSymbol': (params: DocumentParams): DocumentSymbol[] | null => {
      const source = sourceOf(params);
      if (!source) return null;
      return documentSymbols(outlineOf(source)).map((each) => documentSymbol(source, each));
    },

    'workspace/symbol': (params: WorkspaceSymbolParams) => {
      const found = workspaceSymbols(
        boards.models.map((model) => model.board),
        params.query,
      );
      const screens = boards.models.map((model) => screenOf(files, model.board.files));
      return found.map((each) => ({
        name: each.name,
        kind: SymbolKind.Class,
        containerName: each.container,
        location: (screens[0] ?? screenOf(files, files)).locationOf(each.at),
      }));
    },

    'textDocument/codeAction': async (params: CodeActionParams): Promise<CodeAction[] | null> => {
      const asked = await ask(params);
      return asked ? codeActions(server, asked.model, asked.source, params) : null;
    },
    'codeAction/resolve': (action: CodeAction): Promise<CodeAction> =>
      resolveCodeAction(server, action),

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
      return { data: tokenData(server, source, offsetIn(source, start), offsetIn(source, end)) };
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
        startLine: positionIn(source, start).line,
        endLine: positionIn(source, end).line,
        ...(kind && { kind: kinds[kind] }),
      }));
    },

    'textDocument/selectionRange': (params: SelectionRangeParams): SelectionRange[] | null => {
      const source = sourceOf(params);
      if (!source) return null;
      return params.positions.map((position): SelectionRange => {
        const selections = selectionRanges(outlineOf(source), offsetIn(source, position));
        const nested = selections.reduceRight<SelectionRange | undefined>(
          (parent, { start, end }) => ({
            range: rangeIn(source, start, end),
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
        target: uriOf(target),
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
      return format(source, params.options, offsetIn(source, start), offsetIn(source, end));
    },

    'textDocument/onTypeFormatting': (
      params: DocumentOnTypeFormattingParams,
    ): TextEdit[] | null => {
      const source = sourceOf(params);
      if (!source) return null;
      // The statement that `;` or `}` has just ended.
      const end = offsetIn(source, params.position);
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
      return source ? [hierarchyItem(source.id)] : null;
    },

    'callHierarchy/incomingCalls': async ({
      item,
    }: CallHierarchyIncomingCallsParams): Promise<CallHierarchyIncomingCall[]> => {
      const file = fileIdOf(item.uri);
      server.scan.around(file, server.folders);
      await server.scan.finished();
      return index.includersOf(file).map((includer) => ({
        from: hierarchyItem(includer),
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
        to: hierarchyItem(target),
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

function completionItem(source: SourceFile, completion: Completion): CompletionItem {
  return {
    label: completion.label,
    kind: COMPLETION_KINDS[completion.kind],
    ...(completion.detail !== undefined && { detail: completion.detail }),
    filterText: completion.label,
    textEdit: {
      range: rangeIn(source, completion.start, completion.end),
      newText: completion.insert ?? completion.label,
    },
    insertTextFormat: completion.isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
  };
}

function documentSymbol(source: SourceFile, symbol: OurSymbol): DocumentSymbol {
  return {
    name: symbol.name,
    detail: symbol.detail,
    kind: symbol.kind === 'node' ? SymbolKind.Class : SymbolKind.Property,
    range: rangeIn(source, symbol.start, symbol.end),
    selectionRange: rangeIn(source, symbol.nameStart, symbol.nameEnd),
    children: symbol.children.map((child) => documentSymbol(source, child)),
  };
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
    const position = positionIn(source, token.start);
    data.push(
      position.line - line,
      position.line === line ? position.character - character : position.character,
      token.end - token.start,
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

function hierarchyItem(file: FileId): CallHierarchyItem {
  const top = { line: 0, character: 0 };
  return {
    name: fileName(file),
    detail: file.slice(0, file.lastIndexOf('/')),
    kind: SymbolKind.File,
    uri: uriOf(file),
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
    .filter((path) => fileName(path) === name)
    .map((path) => {
      const at = source.text.indexOf(path);
      return rangeIn(source, at, at + path.length);
    });
}
