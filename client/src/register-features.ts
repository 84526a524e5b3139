// Puts the commands and the status bar item in place: everything but the protocol itself.

import * as vscode from 'vscode';
import { addIncludePath } from './add-include-path.ts';
import { addRegion } from './add-region.ts';
import { compareBootLog, explainBootLog, predictBootLog, serveBootLogs } from './boot-log.ts';
import { showBootFacts } from './boot-facts.ts';
import { decodeAddress } from './decode-address.ts';
import { dimInactiveRegions } from './inactive-regions.ts';
import { showMapAt } from './lens-clicks.ts';
import { copyMarkdown, showMemoryMap } from './memory-map-panel.ts';
import { serveRulePages } from './rule-pages.ts';
import { selectBoard } from './select-board.ts';
import { selectTargets } from './select-targets.ts';
import { documentMeant, type Session } from './session.ts';
import { showBindings } from './bindings-status.ts';
import { showStatus } from './status-bar.ts';

type DocumentCommand = (session: Session, document: vscode.TextDocument) => Promise<void>;

const documentCommands: Record<string, DocumentCommand> = {
  'dtmap.showMemoryMap': showMemoryMap,
  'dtmap.showBootFacts': showBootFacts,
  'dtmap.decodeAddress': decodeAddress,
  'dtmap.predictBootLog': predictBootLog,
  'dtmap.compareBootLog': compareBootLog,
  'dtmap.addRegion': addRegion,
  'dtmap.copyMarkdown': copyMarkdown,
  'dtmap.selectBoard': selectBoard,
};

export function registerFeatures(session: Session): void {
  const { subscriptions } = session.extension;
  for (const [id, run] of Object.entries(documentCommands)) {
    const command = async (): Promise<void> => {
      const document = documentMeant();
      if (document) await run(session, document);
      else void vscode.window.showInformationMessage('dtmap: open a devicetree file first.');
    };
    subscriptions.push(vscode.commands.registerCommand(id, () => reportErrors(command)));
  }
  subscriptions.push(
    vscode.commands.registerCommand('dtmap.selectTargets', () =>
      reportErrors(() => selectTargets(session)),
    ),
    vscode.commands.registerCommand('dtmap.explainBootLog', () =>
      reportErrors(() => explainBootLog(session)),
    ),
    vscode.commands.registerCommand(
      'dtmap.showMapAt',
      (uri: string, line: number, character: number) =>
        reportErrors(() => showMapAt(session, uri, line, character)),
    ),
    vscode.commands.registerCommand('dtmap.addIncludePath', (document: string, folder: string) =>
      reportErrors(() => addIncludePath(document, folder)),
    ),
    vscode.commands.registerCommand('dtmap.restartServer', () =>
      reportErrors(() => session.restart()),
    ),
  );
  serveBootLogs(session);
  serveRulePages(session.extension);
  showStatus(session);
  showBindings(session);
  dimInactiveRegions(session);
}

/** What the server could not do is told in its own words, without VS Code's frame of "command failed". */
async function reportErrors(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`dtmap: ${reason}`);
  }
}
