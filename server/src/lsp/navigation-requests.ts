// Where a name leads: definitions, references, symbols of the work tree, links, and who includes a file.

import {
  type CallHierarchyIncomingCall,
  type CallHierarchyIncomingCallsParams,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type CallHierarchyOutgoingCallsParams,
  type DocumentHighlight,
  type DocumentLink,
  type Location,
  type Range,
  type ReferenceParams,
  SymbolKind,
  type TextDocumentPositionParams,
  type WorkspaceSymbolParams,
} from 'vscode-languageserver';
import { coreSchemaScheme } from '../bindings/binding-index.ts';
import { bindingLinks, bindingPlacesAt } from '../ide/binding-hover.ts';
import { declaration, definition } from '../ide/definition.ts';
import { addressOfBinding } from '../ide/describe-binding.ts';
import { documentLinks } from '../ide/document-links.ts';
import { includesOf } from '../ide/includes-of.ts';
import { occurrencesOf } from '../ide/occurrences.ts';
import { fileName } from '../ide/paths.ts';
import { symbolAt } from '../ide/symbol-at.ts';
import { workspaceSymbols } from '../ide/workspace-symbols.ts';
import type { FileId } from '../text/span.ts';
import { type DocumentParams, asking } from './asking.ts';
import type { Server } from './server-state.ts';
import { screenOf } from './to-protocol.ts';

/** Those requests, by method. */
export function navigationRequests(server: Server) {
  const { files, boards, index } = server;
  const { sourceOf, ask, askAt } = asking(server);
  const goTo = async (
    params: TextDocumentPositionParams,
    find: typeof definition,
  ): Promise<Location[] | null> => {
    const asked = await askAt(params);
    if (!asked) return null;
    const { model, screen, file } = asked;
    return find(model.board, file, screen.analysedOffsetAt(file, params.position)).map(({ at }) =>
      screen.locationOf(at),
    );
  };

  return {
    'textDocument/definition': (params: TextDocumentPositionParams) => goTo(params, definition),

    'textDocument/declaration': (params: TextDocumentPositionParams) => goTo(params, declaration),

    'textDocument/typeDefinition': async (
      params: TextDocumentPositionParams,
    ): Promise<Location[] | null> => {
      const asked = await askAt(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      return bindingPlacesAt(model.board, file, screen.analysedOffsetAt(file, params.position))
        .filter((place) => !place.file.startsWith(coreSchemaScheme))
        .map((place) => {
          const start = { line: place.line - 1, character: 0 };
          return { uri: server.uriOf(place.file), range: { start, end: start } };
        });
    },

    'textDocument/references': async (params: ReferenceParams): Promise<Location[] | null> => {
      const asked = await askAt(params);
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
      const asked = await askAt(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      const symbol = symbolAt(model.board, file, screen.analysedOffsetAt(file, params.position));
      if (!symbol) return null;
      return occurrencesOf(model.board, symbol)
        .filter((each) => each.at.file === file)
        .map((each) => ({ range: screen.rangeOf(each.at), kind: each.isDeclaration ? 3 : 2 }));
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

    'textDocument/documentLink': async (params: DocumentParams): Promise<DocumentLink[] | null> => {
      const asked = await ask(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      const includes = documentLinks(model.board.source?.includes ?? [], file);
      return [
        ...includes.map(({ at, target }) => ({
          range: screen.rangeOf(at),
          target: server.uriOf(target),
        })),
        ...bindingLinks(model.board, file).map(({ at, place }) => ({
          range: screen.rangeOf(at),
          target: addressOfBinding(place, (each) => server.uriOf(each)),
        })),
      ];
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
      const file = server.fileOf(item.uri);
      await server.scan.wholeAround(file, server.folders);
      return index.includersOf(file).map((includer) => ({
        from: hierarchyItem(server, includer),
        fromRanges: includeRanges(server, includer, file),
      }));
    },

    'callHierarchy/outgoingCalls': async ({
      item,
    }: CallHierarchyOutgoingCallsParams): Promise<CallHierarchyOutgoingCall[]> => {
      const file = server.fileOf(item.uri);
      await server.scan.wholeAround(file, server.folders);
      return index.includedBy(file).map((target) => ({
        to: hierarchyItem(server, target),
        fromRanges: includeRanges(server, file, target),
      }));
    },
  };
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
