// What helps to change a text: completion, signatures, renaming, quick fixes and refactorings.

import {
  type CodeAction,
  type CodeActionParams,
  type Command,
  type CompletionItem,
  type CompletionList,
  CompletionItemKind,
  type ExecuteCommandParams,
  InsertTextFormat,
  type Range,
  type RenameParams,
  type SignatureHelp,
  type TextDocumentPositionParams,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { completeFromBindings, mergeCompletions } from '../ide/binding-completion.ts';
import { type Completion, complete, includeAt } from '../ide/completion.ts';
import { plainSnippet } from '../ide/plain-snippet.ts';
import { type RenameHost, prepareRename, rename } from '../ide/rename.ts';
import { providerSignature } from '../ide/provider-signature.ts';
import { signatureHelp } from '../ide/signature-help.ts';
import { printable } from '../text/printable.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import { type Asked, asking } from './asking.ts';
import type { Model } from './boards.ts';
import { codeActions, resolveCodeAction } from './code-actions.ts';
import { completeInclude } from './complete-include.ts';
import { applyAction, applyActionCommand, fitCodeActions } from './fit-code-actions.ts';
import type { Server } from './server-state.ts';
import { workspaceEditOf } from './to-protocol.ts';
import { isCurrent, reasonOf, tryFixes } from './try-fixes.ts';
import { BROKEN, UserError } from './user-error.ts';

/** Those requests, by method. */
export function editingRequests(server: Server) {
  const { files, boards, client, positions } = server;
  const { parsedOf, askAt, askNewest } = asking(server);
  const renameHost = ({ model }: Asked): RenameHost => ({
    board: model.board,
    sharing: (file) => filesSharing(server, model, file),
  });

  return {
    'textDocument/completion': async (
      params: TextDocumentPositionParams,
    ): Promise<CompletionItem[] | CompletionList | null> => {
      const source = await parsedOf(params);
      if (!source) return null;
      const offset = positions.offsetIn(source, params.position);
      const include = includeAt(source.text, offset);
      const model = boards.modelOf(source.id);
      const completions = include
        ? await completeInclude(files, source.id, include, model?.includePaths ?? [])
        : complete(model?.board, source, offset);
      const told = include ? undefined : completeFromBindings(model?.board, source, offset);
      const items = mergeCompletions(completions, told?.items ?? []).map((each) =>
        completionItem(server, source, each),
      );
      return told?.isIncomplete ? { isIncomplete: true, items } : items;
    },

    'textDocument/signatureHelp': async (
      params: TextDocumentPositionParams,
    ): Promise<SignatureHelp | null> => {
      const asked = await askAt(params);
      if (!asked) return null;
      const { source, model } = asked;
      const offset = positions.offsetIn(source, params.position);
      const signature =
        signatureHelp(model.board, source, offset) ??
        providerSignature(model.board, source, offset);
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

    'textDocument/prepareRename': async (
      params: TextDocumentPositionParams,
    ): Promise<{ range: Range; placeholder: string } | null> => {
      await parsedOf(params);
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
      await server.scan.wholeAround(server.fileOf(params.textDocument.uri), server.folders);
      await parsedOf(params);
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
    ...(completion.documentation !== undefined && { documentation: completion.documentation }),
    ...(completion.rank !== undefined && { sortText: sortTextOf(completion.rank) }),
    ...(completion.sort !== undefined && { sortText: completion.sort }),
    filterText: completion.label,
    textEdit: {
      range: positions.rangeIn(source, completion.start, completion.end),
      newText: completion.isSnippet && !isSnippet ? plainSnippet(insert) : insert,
    },
    insertTextFormat: isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
  };
}

/** Before any name: clients sort what has no text of its own by its label, and a label begins with a letter, `#` or `&`. */
function sortTextOf(rank: number): string {
  return `!${String(rank).padStart(3, '0')}`;
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
