// How much of the language dtmap serves: all of it, or only what is about memory, beside an extension that serves the rest.

import * as vscode from 'vscode';
import { servesDevicetree } from './serves-devicetree.ts';

/** What is served, and beside which extension. */
export interface LanguageFeatures {
  readonly serves: 'all' | 'memory';
  /** The other extension's name, where there is one. */
  readonly beside?: string;
}

/** What `dtmap.languageFeatures` and the extensions that are enabled amount to now. */
export function languageFeatures(extension: vscode.ExtensionContext): LanguageFeatures {
  const own = extension.extension.id;
  const others = vscode.extensions.all.filter(({ id }) => id !== own);
  const beside = servesDevicetree(
    others.map(({ id, packageJSON }) => ({ id, manifest: packageJSON as unknown })),
  );
  const wanted = vscode.workspace.getConfiguration('dtmap').get<string>('languageFeatures');
  const serves =
    wanted === 'all' || wanted === 'memory' ? wanted : beside === undefined ? 'all' : 'memory';
  return { serves, ...(beside !== undefined && { beside }) };
}

/** One sentence for the status bar; undefined when dtmap serves the language alone. */
export function wordLanguageFeatures({ serves, beside }: LanguageFeatures): string | undefined {
  const other = beside ?? 'another extension';
  if (serves === 'memory')
    return `Beside ${other}: dtmap has the memory, ${other} has names, formatting and completion.`;
  return beside === undefined
    ? undefined
    : `Beside ${other}: both serve names, formatting and completion.`;
}

/** Calls `changed` when what is served has changed, by a setting or by an extension that came or went. */
export function watchLanguageFeatures(
  extension: vscode.ExtensionContext,
  changed: () => void,
): void {
  let before = languageFeatures(extension);
  const look = (): void => {
    const now = languageFeatures(extension);
    if (now.serves === before.serves && now.beside === before.beside) return;
    before = now;
    changed();
  };
  extension.subscriptions.push(
    vscode.extensions.onDidChange(look),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('dtmap.languageFeatures')) look();
    }),
  );
}
