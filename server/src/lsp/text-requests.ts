// What a text alone answers, its board read or not: symbols, tokens, folding, selection, formatting.

import {
  type DocumentFormattingParams,
  type DocumentOnTypeFormattingParams,
  type DocumentRangeFormattingParams,
  type DocumentSymbol,
  type FoldingRange,
  FoldingRangeKind,
  type SelectionRange,
  type SelectionRangeParams,
  type SemanticTokens,
  type SemanticTokensDelta,
  type SemanticTokensDeltaParams,
  type SemanticTokensRangeParams,
  type SymbolInformation,
  SymbolKind,
  type TextEdit,
} from 'vscode-languageserver';
import { type DocumentSymbol as OurSymbol, documentSymbols } from '../ide/document-symbols.ts';
import { foldingRanges } from '../ide/folding-ranges.ts';
import { type FormatOptions, formatEdits } from '../ide/format.ts';
import { selectionRanges } from '../ide/selection-ranges.ts';
import { semanticTokenTypes, semanticTokens } from '../ide/semantic-tokens.ts';
import { outlineOf, walkItems } from '../ide/source-outline.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import { type DocumentParams, asking } from './asking.ts';
import type { Positions } from './positions.ts';
import type { Server } from './server-state.ts';

/** Those requests, by method. */
export function textRequests(server: Server) {
  const { client, positions } = server;
  const { parsedOf } = asking(server);
  const format = (
    source: SourceFile,
    options: FormatOptions,
    start = 0,
    end = source.text.length,
  ): TextEdit[] =>
    formatEdits(outlineOf(source), options)
      // The white space before a line's first token begins on the line before.
      .filter((edit) => edit.end >= start && edit.end <= end)
      .map((edit) => ({
        range: positions.rangeIn(source, edit.start, edit.end),
        newText: edit.text,
      }));
  const tokensSent = new Map<FileId, { id: string; data: number[] }>();
  let resultIds = 0;

  return {
    'textDocument/documentSymbol': async (
      params: DocumentParams,
    ): Promise<DocumentSymbol[] | SymbolInformation[] | null> => {
      const source = await parsedOf(params);
      if (!source) return null;
      const symbols = documentSymbols(outlineOf(source));
      return client.nestsSymbols
        ? symbols.map((each) => documentSymbol(positions, source, each))
        : symbols.flatMap((each) => flatSymbols(server, source, each));
    },

    'textDocument/semanticTokens/full': async (
      params: DocumentParams,
    ): Promise<SemanticTokens | null> => {
      const source = await parsedOf(params);
      if (!source) return null;
      const data = tokenData(server, source, 0, source.text.length);
      const id = String((resultIds += 1));
      tokensSent.set(source.id, { id, data });
      return { resultId: id, data };
    },

    'textDocument/semanticTokens/full/delta': async (
      params: SemanticTokensDeltaParams,
    ): Promise<SemanticTokens | SemanticTokensDelta | null> => {
      const source = await parsedOf(params);
      if (!source) return null;
      const before = tokensSent.get(source.id);
      const data = tokenData(server, source, 0, source.text.length);
      const id = String((resultIds += 1));
      tokensSent.set(source.id, { id, data });
      if (before?.id !== params.previousResultId) return { resultId: id, data };
      return { resultId: id, edits: tokenDelta(before.data, data) };
    },

    'textDocument/semanticTokens/range': async (
      params: SemanticTokensRangeParams,
    ): Promise<SemanticTokens | null> => {
      const source = await parsedOf(params);
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

    'textDocument/foldingRange': async (params: DocumentParams): Promise<FoldingRange[] | null> => {
      const source = await parsedOf(params);
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

    'textDocument/selectionRange': async (
      params: SelectionRangeParams,
    ): Promise<SelectionRange[] | null> => {
      const source = await parsedOf(params);
      if (!source) return null;
      const chosen = params.positions.map(async (position): Promise<SelectionRange> => {
        const offset = positions.offsetIn(source, position);
        const around = await server.texts.around(source, offset);
        const selections = selectionRanges(outlineOf(source), offset, around);
        const nested = selections.reduceRight<SelectionRange | undefined>(
          (parent, { start, end }) => ({
            range: positions.rangeIn(source, start, end),
            ...(parent && { parent }),
          }),
          undefined,
        );
        return nested ?? { range: { start: position, end: position } };
      });
      return Promise.all(chosen);
    },

    'textDocument/formatting': async (
      params: DocumentFormattingParams,
    ): Promise<TextEdit[] | null> => {
      const source = await parsedOf(params);
      return source ? format(source, params.options) : null;
    },

    'textDocument/rangeFormatting': async (
      params: DocumentRangeFormattingParams,
    ): Promise<TextEdit[] | null> => {
      const source = await parsedOf(params);
      if (!source) return null;
      const { start, end } = params.range;
      return format(
        source,
        params.options,
        positions.offsetIn(source, start),
        positions.offsetIn(source, end),
      );
    },

    'textDocument/onTypeFormatting': async (
      params: DocumentOnTypeFormattingParams,
    ): Promise<TextEdit[] | null> => {
      const source = await parsedOf(params);
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
