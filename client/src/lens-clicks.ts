// A click on a lens puts the caret on what it is about and opens the memory map there.

import * as vscode from 'vscode';
import type { CodeLensMiddleware } from 'vscode-languageclient';
import { showMemoryMap } from './memory-map-panel.ts';
import { reveal, type Session } from './session.ts';

/** The server's lenses with a command behind each: the protocol has none that opens a view. */
export const withClicks: NonNullable<CodeLensMiddleware['provideCodeLenses']> = async (
  document,
  token,
  next,
) => {
  const lenses = await next(document, token);
  for (const lens of lenses ?? [])
    if (lens.command)
      lens.command = {
        ...lens.command,
        command: 'dtmap.showMapAt',
        arguments: [document.uri.toString(), lens.range.start.line, lens.range.start.character],
      };
  return lenses;
};

/** Opens the map of a document at a place of it, which the map follows as it follows every movement of the caret. */
export async function showMapAt(
  session: Session,
  uri: string,
  line: number,
  character: number,
): Promise<void> {
  const at = { line, character };
  await reveal({ uri, range: { start: at, end: at } });
  await showMemoryMap(session, await vscode.workspace.openTextDocument(vscode.Uri.parse(uri)));
}
