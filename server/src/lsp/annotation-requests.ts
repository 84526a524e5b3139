// What is shown beside a text: hovers, lenses and inlay hints.

import {
  type CodeLens,
  type Hover,
  type InlayHint,
  InlayHintKind,
  type InlayHintParams,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { withBindingHover } from '../ide/binding-hover.ts';
import { codeLenses } from '../ide/code-lenses.ts';
import { addressOfBinding } from '../ide/describe-binding.ts';
import { hover } from '../ide/hover.ts';
import { isAboutMemory } from '../ide/is-about-memory.ts';
import { inlayHints } from '../ide/inlay-hints.ts';
import { plainText } from '../ide/plain-text.ts';
import { markdownLink } from '../text/markdown.ts';
import { type DocumentParams, asking } from './asking.ts';
import type { HoverExtras } from './custom-requests.ts';
import { hoverPictureOf } from './memory-map-requests.ts';
import type { Server } from './server-state.ts';

/** Those requests, by method. */
export function annotationRequests(server: Server) {
  const { client } = server;
  const { ask, askAt } = asking(server);

  return {
    'textDocument/hover': async (
      params: TextDocumentPositionParams & HoverExtras,
    ): Promise<Hover | null> => {
      const asked = await askAt(params);
      if (!asked) return null;
      const { file, model, screen } = asked;
      const offset = screen.analysedOffsetAt(file, params.position);
      if (server.languageFeatures === 'memory' && !isAboutMemory(model.board, file, offset))
        return null;
      const own = hover(model.board, file, offset, (span, text) => {
        if (client.hover === 'plaintext') return text;
        const { line, character } = screen.rangeOf(span).start;
        return markdownLink(text, `${server.uriOf(span.file)}#L${line + 1},${character + 1}`);
      });
      const shown = withBindingHover(own, model.board, file, offset, (place) =>
        client.hover === 'plaintext'
          ? undefined
          : addressOfBinding(place, (file) => server.uriOf(file)),
      );
      if (!shown) return null;
      const { theme } = params;
      const picture =
        theme === undefined || !shown.subject
          ? undefined
          : await hoverPictureOf(server, model, shown.subject, theme);
      const verdict = shown.verdict === undefined ? undefined : `**${shown.verdict}**`;
      const markdown = [verdict, picture, shown.markdown]
        .filter((each) => each !== undefined)
        .join('\n\n');
      const value = client.hover === 'markdown' ? markdown : plainText(markdown);
      return {
        contents: { kind: client.hover, value },
        range: screen.rangeOf(shown.at),
      };
    },

    'textDocument/codeLens': async (params: DocumentParams): Promise<CodeLens[] | null> => {
      if (!server.settings.codeLenses) return [];
      const asked = await ask(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      return codeLenses(model.board, file).map(({ at, title }) => ({
        range: screen.rangeOf(at),
        command: { title, command: '' },
      }));
    },

    'textDocument/inlayHint': async (params: InlayHintParams): Promise<InlayHint[] | null> => {
      const { inlayHints: of } = server.settings;
      if (of === 'off') return [];
      const asked = await ask(params);
      if (!asked) return null;
      const { model, screen, file } = asked;
      const from = screen.analysedOffsetAt(file, params.range.start);
      const to = screen.analysedOffsetAt(file, params.range.end);
      return inlayHints(model.board, file, from, to, of).map((hint) => ({
        position: screen.rangeOf({ file, start: hint.offset, end: hint.offset }).start,
        label: hint.text,
        kind: InlayHintKind.Type,
        paddingLeft: true,
      }));
    },
  };
}
