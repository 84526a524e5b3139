// Adds the picture of a region and its neighbours to hovers.

import * as vscode from 'vscode';
import type { HoverMiddleware } from 'vscode-languageclient';
import type { HoverCard, HoverCardParams } from '../../server/src/lsp/custom-requests.ts';

/** A hover as the server words it, with the card above where it stands in a region. */
export function withHoverCard(
  ask: (params: HoverCardParams) => Promise<HoverCard | null>,
): NonNullable<HoverMiddleware['provideHover']> {
  return async (document, position, token, next) => {
    const hover = await next(document, position, token);
    if (!hover || token.isCancellationRequested) return hover;
    const { line, character } = position;
    // The words stand without their picture.
    const card = await ask({
      uri: document.uri.toString(),
      position: { line, character },
    }).catch(() => null);
    if (!card) return hover;
    const image = `data:image/svg+xml;base64,${btoa(card.svg)}`;
    const readers = card.readers.join(' · ');
    hover.contents.unshift(
      new vscode.MarkdownString(`${readers}, top to bottom\n\n![${readers}](${image})`),
    );
    return hover;
  };
}
