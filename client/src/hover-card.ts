// Hovers with the picture of a region and its neighbours: the server draws it for the theme that is shown.

import * as vscode from 'vscode';
import { HoverRequest, type BaseLanguageClient, type HoverMiddleware } from 'vscode-languageclient';
import type { HoverExtras } from '../../server/src/lsp/custom-requests.ts';

/** A hover as the server words and draws it. */
export function withHoverCard(
  client: BaseLanguageClient,
): NonNullable<HoverMiddleware['provideHover']> {
  return async (document, position, token) => {
    const { code2ProtocolConverter: toServer, protocol2CodeConverter: fromServer } = client;
    const extras: HoverExtras = { theme: isDark() ? 'dark' : 'light' };
    const params = { ...toServer.asTextDocumentPositionParams(document, position), ...extras };
    try {
      return fromServer.asHover(await client.sendRequest(HoverRequest.type, params, token));
    } catch (error) {
      return client.handleFailedRequest(HoverRequest.type, token, error, null);
    }
  };
}

function isDark(): boolean {
  const { kind } = vscode.window.activeColorTheme;
  return kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast;
}
