// How the client introduces itself to the server, in every kind of VS Code.

import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  type LanguageClientOptions,
} from 'vscode-languageclient';
import type { InitializationOptions } from '../../server/src/lsp/custom-requests.ts';
import { languageFeatures } from './language-features.ts';
import { withClicks } from './lens-clicks.ts';
import { restartAfterCrash } from './restart-after-crash.ts';
import { rulePageBase } from './rule-pages.ts';
import { chosenBoards } from './select-board.ts';
import { languages } from './session.ts';

/** `schemes`: of the documents worth analysing; others are views of old revisions. */
export function clientOptions(
  extension: vscode.ExtensionContext,
  schemes: readonly string[],
  assets?: vscode.Uri,
): LanguageClientOptions {
  const initializationOptions: InitializationOptions = {
    boards: chosenBoards(extension),
    rulePages: rulePageBase,
    addsIncludePaths: true,
    languageFeatures: languageFeatures(extension).serves,
    isTrusted: vscode.workspace.isTrusted,
    ...(assets && { assets: assets.toString() }),
  };
  return {
    documentSelector: schemes.flatMap((scheme) =>
      languages.map((language) => ({ scheme, language })),
    ),
    diagnosticCollectionName: 'dtmap',
    errorHandler: errorHandler(),
    initializationOptions,
    middleware: { provideCodeLenses: withClicks },
  };
}

function errorHandler(): ErrorHandler {
  const afterCrash = restartAfterCrash(() => performance.now());
  return {
    // A message that could not be read or written: the connection goes on with the next.
    error: () => ({ action: ErrorAction.Continue }),
    closed: () => {
      const { restarts, message } = afterCrash();
      void tell(restarts, message);
      const action = restarts ? CloseAction.Restart : CloseAction.DoNotRestart;
      return { action, message, handled: true };
    },
  };
}

/** Says what became of the server; by itself the client would tell only its log of a restart. */
async function tell(restarts: boolean, message: string): Promise<void> {
  if (restarts) {
    await vscode.window.showWarningMessage(`dtmap: ${message}`);
    return;
  }
  const restart = 'Restart';
  const chosen = await vscode.window.showErrorMessage(`dtmap: ${message}`, restart);
  if (chosen === restart) await vscode.commands.executeCommand('dtmap.restartServer');
}
