// Quick fixes of the findings at a place, fix-all, and refactorings.

import {
  CodeActionKind,
  type CodeAction,
  type CodeActionParams,
  type TextEdit,
} from 'vscode-languageserver';
import { fixAll } from '../ide/fix-all.ts';
import { refactorings } from '../ide/refactorings.ts';
import type { Finding } from '../rules/finding.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { Model } from './boards.ts';
import type { DiagnosticData } from './diagnostics.ts';
import { lockedBecause } from './locked-files.ts';
import type { Server } from './server-state.ts';
import { documentEditsOf, screenOf, workspaceEditOf, type Screen } from './to-protocol.ts';

const FIX_ALL = 'source.fixAll.dtmap';

interface FixAllData {
  readonly fixAll: FileId;
}

/** The actions for a range of a document. */
export function codeActions(
  server: Server,
  model: Model,
  source: SourceFile,
  params: CodeActionParams,
): CodeAction[] {
  const { only } = params.context;
  const wants = (kind: string): boolean =>
    !only || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  const actions: CodeAction[] = [];
  const screen = screenOf(server, model.files);
  const from = screen.analysedOffsetAt(source.id, params.range.start);
  const to = screen.analysedOffsetAt(source.id, params.range.end);
  const here = model.findings.filter(
    ({ at }) => at.file === source.id && at.start <= to && from <= at.end,
  );
  if (wants(CodeActionKind.QuickFix))
    for (const finding of here) actions.push(...fixesOf(server, model, screen, finding, params));
  // The board is that of an older text while the text is broken.
  if (wants(CodeActionKind.Refactor) && !model.stale) {
    const now = screenOf(server, model.board.files);
    for (const each of refactorings(
      model.board,
      source.id,
      now.analysedOffsetAt(source.id, params.range.start),
    ))
      actions.push(
        lockable(
          server,
          {
            title: each.title,
            kind: CodeActionKind.RefactorRewrite,
            edit: workspaceEditOf(now, each.edits),
          },
          each.edits.map((edit) => edit.at.file),
        ),
      );
  }
  const asksForAll = only?.some((each) => FIX_ALL === each || FIX_ALL.startsWith(`${each}.`));
  if (asksForAll || (!only && here.some((finding) => finding.fixes.some((fix) => fix.preferred))))
    actions.push({
      title: 'Fix all that can be fixed safely (dtmap)',
      kind: FIX_ALL,
      data: { fixAll: model.root } satisfies FixAllData,
    });
  return actions;
}

function fixesOf(
  server: Server,
  model: Model,
  screen: Screen,
  finding: Finding,
  params: CodeActionParams,
): CodeAction[] {
  const number = model.findings.indexOf(finding);
  const diagnostics = params.context.diagnostics.filter((each) => {
    const data = each.data as DiagnosticData | undefined;
    return (
      each.code === finding.rule &&
      (data === undefined || (data.root === model.root && data.finding === number))
    );
  });
  return finding.fixes.map((fix) =>
    lockable(
      server,
      {
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        ...(fix.preferred && { isPreferred: true }),
        edit: workspaceEditOf(screen, fix.edits),
      },
      fix.edits.map((edit) => edit.at.file),
    ),
  );
}

/** The action, or the same action greyed with the reason when it would change a file that must not be changed. */
function lockable(server: Server, action: CodeAction, files: readonly FileId[]): CodeAction {
  for (const file of files) {
    const reason = lockedBecause(server, file);
    if (reason === undefined) continue;
    const { title, kind, diagnostics } = action;
    return {
      title,
      ...(kind !== undefined && { kind }),
      ...(diagnostics && { diagnostics }),
      disabled: { reason },
    };
  }
  return action;
}

/** Fills in the edit of a fix-all action; other actions carry theirs from the start. */
export async function resolveCodeAction(server: Server, action: CodeAction): Promise<CodeAction> {
  const data = action.data as FixAllData | undefined;
  if (data?.fixAll === undefined) return action;
  const texts = fixAll(
    server.files,
    await server.boards.findingsOver(data.fixAll),
    (file) => lockedBecause(server, file) === undefined,
  );
  const edits = new Map<FileId, TextEdit[]>();
  for (const [file, text] of texts) {
    const source = server.files.get(file);
    if (typeof source === 'string' || source.text === text) continue;
    const range = server.positions.rangeIn(source, 0, source.text.length);
    edits.set(file, [{ range, newText: text }]);
  }
  return { ...action, edit: documentEditsOf(server, edits) };
}
