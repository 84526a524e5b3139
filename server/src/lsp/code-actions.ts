// Quick fixes of the findings at a place, fix-all, and refactorings: each tried before it is offered.

import {
  CodeActionKind,
  CodeActionTriggerKind,
  type CodeAction,
  type CodeActionParams,
  type Diagnostic,
  type TextEdit,
} from 'vscode-languageserver';
import type { Offer } from '../analysis/try-proposals.ts';
import { allowHere } from '../ide/allow-here.ts';
import { fixAll } from '../ide/fix-all.ts';
import { refactorings } from '../ide/refactorings.ts';
import { isSafe } from '../rules/is-safe.ts';
import type { Proposal } from '../rules/proposal.ts';
import type { Finding } from '../rules/finding.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import type { Model } from './boards.ts';
import type { DiagnosticData } from './diagnostics.ts';
import { includePathActions } from './include-path-actions.ts';
import type { Server } from './server-state.ts';
import { documentEditsOf, screenOf, workspaceEditOf, type Screen } from './to-protocol.ts';
import { isCurrent, reasonOf, trialBoardOf, trialHostFor, tryFixes } from './try-fixes.ts';

const FIX_ALL = 'source.fixAll.dtmap';

interface FixAllData {
  /** An open document of the board. */
  readonly fixAll: FileId;
}

/** The actions for a range of a document; none when its text is changed while fixes are tried. */
export async function codeActions(
  server: Server,
  model: Model,
  source: SourceFile,
  params: CodeActionParams,
): Promise<CodeAction[]> {
  const { only } = params.context;
  const wants = (kind: string): boolean =>
    !only || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  const actions: CodeAction[] = [];
  const screen = screenOf(server, model.files);
  const from = screen.analysedOffsetAt(source.id, params.range.start);
  const to = screen.analysedOffsetAt(source.id, params.range.end);
  // The other places of a fault have its fixes too: people look at the node, or at the region it overlaps.
  const isAt = ({ file, start, end }: Span): boolean =>
    file === source.id && start <= to && from <= end;
  const here = model.findings.filter(({ at, related }) =>
    [at, ...related.map((each) => each.at)].some(isAt),
  );
  if (wants(CodeActionKind.QuickFix))
    for (const finding of here) {
      const isHere = isAt(finding.at);
      const proposals = [...finding.proposals, ...(isHere ? allowances(model, finding) : [])];
      const offers = await tryFixes(server, model, proposals, finding);
      const diagnostics = diagnosticsOf(model, finding, params);
      for (const [index, offer] of offers.entries()) {
        // Why nothing can be allowed while text is missing or broken is no news.
        const isAllowance = index >= finding.proposals.length;
        if (isAllowance && !offer.ok && offer.refusal.code === 'text-broken') continue;
        actions.push(actionOf(offer, CodeActionKind.QuickFix, screen, diagnostics));
      }
      actions.push(...includePathActions(server, model, finding, diagnostics));
    }
  // The board is that of an older text while the text is broken. What is offered without a fault is offered when it is asked
  // for: a bulb in every line would say nothing.
  const isAsked =
    only !== undefined || params.context.triggerKind !== CodeActionTriggerKind.Automatic;
  if (wants(CodeActionKind.Refactor) && isAsked && !model.stale) {
    const proposals = refactorings(model.board, source.id, from);
    for (const offer of await tryFixes(server, model, proposals, undefined))
      actions.push(actionOf(offer, CodeActionKind.RefactorRewrite, screen));
  }
  if (!isCurrent(server, model)) return [];
  const asksForAll = only?.some((each) => FIX_ALL === each || FIX_ALL.startsWith(`${each}.`));
  const { tree } = model.board;
  const hasSafe = here.some(({ proposals }) =>
    proposals.some(({ preferred, change }) => preferred && isSafe(change, tree)),
  );
  if (asksForAll || (!only && hasSafe))
    actions.push({
      title: 'Fix all that can be fixed safely (dtmap)',
      kind: FIX_ALL,
      data: { fixAll: source.id } satisfies FixAllData,
    });
  return actions;
}

/** The way to say that a finding is intended, where it stands itself; of a broken text nothing is intended. */
function allowances(model: Model, finding: Finding): Proposal[] {
  if (model.stale || UNINTENDED.has(finding.rule)) return [];
  const proposal = allowHere(model.files, finding);
  return proposal ? [proposal] : [];
}

/** What keeps a text from being read. */
const UNINTENDED: ReadonlySet<string> = new Set([
  'include-not-found',
  'preprocessor-error',
  'syntax-error',
  'too-large',
]);

/** The diagnostics among those asked about that show `finding`. */
function diagnosticsOf(model: Model, finding: Finding, params: CodeActionParams): Diagnostic[] {
  const number = model.findings.indexOf(finding);
  return params.context.diagnostics.filter((each) => {
    const data = each.data as DiagnosticData | undefined;
    return (
      each.code === finding.rule &&
      (data === undefined || (data.root === model.root && data.finding === number))
    );
  });
}

/** The action, or a disabled one with the reason when the trial found something against it. */
function actionOf(
  offer: Offer,
  kind: string,
  screen: Screen,
  diagnostics?: Diagnostic[],
): CodeAction {
  const common = { kind, ...(diagnostics && { diagnostics }) };
  if (!offer.ok)
    return { title: offer.title, ...common, disabled: { reason: reasonOf(offer.refusal) } };
  const { title, preferred, edits } = offer.fix;
  return {
    title,
    ...common,
    ...(preferred && { isPreferred: true }),
    edit: workspaceEditOf(screen, edits),
  };
}

/** Fills in the edit of a fix-all action; other actions carry theirs from the start. */
export async function resolveCodeAction(server: Server, action: CodeAction): Promise<CodeAction> {
  const data = action.data as FixAllData | undefined;
  if (data?.fixAll === undefined) return action;
  const model = await server.boards.newestModelOf(data.fixAll);
  const own = model && (await trialBoardOf(server, model));
  if (!own) return action;
  const { texts } = await fixAll(own, trialHostFor(server, model), 'safe');
  if (!isCurrent(server, model)) return action;
  const edits = new Map<FileId, TextEdit[]>();
  for (const [file, text] of texts) {
    const source = server.files.get(file);
    if (typeof source === 'string' || source.text === text) continue;
    const range = server.positions.rangeIn(source, 0, source.text.length);
    edits.set(file, [{ range, newText: text }]);
  }
  return { ...action, edit: documentEditsOf(server, edits) };
}
