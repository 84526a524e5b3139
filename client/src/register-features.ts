// Puts the commands and the status bar item in place: everything but the protocol itself.

import * as vscode from 'vscode';
import { addIncludePath, chooseIncludePath } from './add-include-path.ts';
import { addRegion } from './add-region.ts';
import { compareBootLog, explainBootLog, predictBootLog, serveBootLogs } from './boot-log.ts';
import { showBootFacts } from './boot-facts.ts';
import { decodeAddress } from './decode-address.ts';
import { dimInactiveRegions } from './inactive-regions.ts';
import { watchLanguageFeatures } from './language-features.ts';
import { showMapAt } from './lens-clicks.ts';
import { followDocuments } from './documents-open.ts';
import { copyMarkdown, exportMemoryMap, showMemoryMap } from './memory-map-panel.ts';
import { openSample } from './open-sample.ts';
import { filterMergedTree, serveMergedTrees, showMergedTree } from './merged-tree.ts';
import { serveRulePages } from './rule-pages.ts';
import { offerBoards, selectBoard } from './select-board.ts';
import { selectTargets } from './select-targets.ts';
import { documentMeant, type Session } from './session.ts';
import { showReading } from './show-reading.ts';
import { showSettings } from './show-settings.ts';
import { showBindings } from './bindings-status.ts';
import { showStatus } from './status-bar.ts';

type DocumentCommand = (session: Session, document: vscode.TextDocument) => Promise<void>;

const documentCommands: Record<string, DocumentCommand> = {
  'dtmap.showMemoryMap': showMemoryMap,
  'dtmap.showBootFacts': showBootFacts,
  'dtmap.showSettings': showSettings,
  'dtmap.showMergedTree': showMergedTree,
  'dtmap.decodeAddress': decodeAddress,
  'dtmap.predictBootLog': predictBootLog,
  'dtmap.compareBootLog': compareBootLog,
  'dtmap.addRegion': addRegion,
  'dtmap.copyMarkdown': copyMarkdown,
  'dtmap.exportMemoryMap': exportMemoryMap,
  'dtmap.selectBoard': selectBoard,
  'dtmap.showReading': showReading,
};

export function registerFeatures(session: Session): void {
  const { subscriptions } = session.extension;
  for (const [id, run] of Object.entries(documentCommands)) {
    const command = async (): Promise<void> => {
      const document = documentMeant();
      if (document && !session.serves(document))
        throw new Error('only files on the disk are read here; open a copy of this one.');
      if (document) await run(session, document);
      else await askForDocument();
    };
    subscriptions.push(vscode.commands.registerCommand(id, () => reportErrors(command)));
  }
  subscriptions.push(
    vscode.commands.registerCommand('dtmap.selectTargets', () =>
      reportErrors(() => selectTargets(session)),
    ),
    vscode.commands.registerCommand('dtmap.openSample', () =>
      reportErrors(() => openSample(session)),
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
    vscode.commands.registerCommand('dtmap.chooseIncludePath', (document: string, path: string) =>
      reportErrors(() => chooseIncludePath(document, path)),
    ),
    vscode.commands.registerCommand('dtmap.filterMergedTree', () =>
      reportErrors(() => filterMergedTree()),
    ),
    vscode.commands.registerCommand('dtmap.restartServer', () =>
      reportErrors(() => session.restart()),
    ),
  );
  // Files that a dtmap.json names are read once the folder is trusted.
  subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(() => void reportErrors(() => session.restart())),
  );
  serveBootLogs(session);
  serveMergedTrees(session);
  serveRulePages(session.extension);
  showStatus(session);
  offerBoards(session);
  showBindings(session);
  dimInactiveRegions(session);
  followDocuments(session);
  // What a server serves is settled when it starts.
  watchLanguageFeatures(session.extension, () => void reportErrors(() => session.restart()));
}

/** A command of the welcome page, say, that needs a document while there is none. */
async function askForDocument(): Promise<void> {
  const sample = 'Open the sample board';
  const chosen = await vscode.window.showInformationMessage(
    'dtmap: open a devicetree file (.dts) first.',
    sample,
  );
  if (chosen === sample) await vscode.commands.executeCommand('dtmap.openSample');
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
