// What an editor asks about a source: every question at a random place, of a text that may be newer than the board.

import fc from 'fast-check';
import type { Analysis } from '../../server/src/analysis/analyze.ts';
import { codeLenses } from '../../server/src/ide/code-lenses.ts';
import { complete, includeAt } from '../../server/src/ide/completion.ts';
import { declaration, definition } from '../../server/src/ide/definition.ts';
import { decodeAddress, readAddress } from '../../server/src/ide/decode-address.ts';
import { documentSymbols } from '../../server/src/ide/document-symbols.ts';
import { foldingRanges } from '../../server/src/ide/folding-ranges.ts';
import { formatText } from '../../server/src/ide/format.ts';
import { hover } from '../../server/src/ide/hover.ts';
import { inlayHints } from '../../server/src/ide/inlay-hints.ts';
import { mapMarkdown } from '../../server/src/ide/map-markdown.ts';
import { makeMapModel } from '../../server/src/map-view/make-map-model.ts';
import { writeMap } from '../../server/src/map-view/draw-map.ts';
import { defaultThemes, paletteFor } from '../../server/src/map-view/map-palette.ts';
import { refactorings } from '../../server/src/ide/refactorings.ts';
import { prepareRename, rename } from '../../server/src/ide/rename.ts';
import { selectionRanges } from '../../server/src/ide/selection-ranges.ts';
import { semanticTokens } from '../../server/src/ide/semantic-tokens.ts';
import { signatureHelp } from '../../server/src/ide/signature-help.ts';
import { readOutline } from '../../server/src/ide/source-outline.ts';
import { scanSource } from '../../server/src/syntax/scan-source.ts';
import { workspaceSymbols } from '../../server/src/ide/workspace-symbols.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { analyzeText, rootFile, TextFiles } from './analyze-text.ts';
import { corpusOf } from './corpus.ts';
import { sourcePieces } from './fuzz-sources.ts';
import { generatedSource } from './generate-source.ts';
import { mutateText, mutationsOf } from './mutate.ts';
import type { Target } from './target.ts';

interface Question {
  readonly text: string;
  /** Where, as a fraction of the text. */
  readonly places: readonly number[];
  readonly word: string;
}

/** Every feature of the editor. */
export function fuzzEditor(): Target<Question> {
  const corpus = corpusOf(/\.dts$/);
  return {
    inputs: fc.record({
      text: fc.oneof(
        mutationsOf(corpus.length, 3).map((each) => mutateText(each, corpus, sourcePieces)),
        generatedSource,
      ),
      places: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }),
      word: fc.constantFrom('', 'a', 'l9', 'memory@1', '0x1_0000', 'MFN 1', '0x', '-1', '&', '@'),
    }),
    corpus: corpusOf(/^(?:ide|tree|overlays)\/.*\.dts$/).map((text) => ({
      text,
      places: [0.5],
      word: 'MFN 1',
    })),
    check: ({ text, places, word }) => {
      const files = new TextFiles({ [rootFile]: text });
      const request = { targets: ['xen:4.18', 'linux:6.12'] };
      const analysis = analyzeText(files, request, new PreprocessCache());
      formatText(text);
      const outline = readOutline(scanSource(text));
      documentSymbols(outline);
      foldingRanges(outline);
      semanticTokens(outline, []);
      if (analysis.kind === 'complete') askBoard(analysis, files, places, word);
    },
    show: ({ text, places, word }) => `//- at ${places.join(' ')} ${word}\n${text}`,
  };
}

function askBoard(
  { board, findings }: Extract<Analysis, { kind: 'complete' }>,
  files: TextFiles,
  places: readonly number[],
  word: string,
): void {
  const source = files.get(rootFile);
  if (typeof source === 'string') return;
  const outline = readOutline(scanSource(source.text));
  const host = { board, sharing: () => [source], lockedBecause: () => undefined };
  for (const place of places) {
    const offset = Math.floor(place * source.text.length);
    hover(board, rootFile, offset, (_, text) => text);
    complete(board, source, offset);
    includeAt(source.text, offset);
    signatureHelp(board, source, offset);
    definition(board, rootFile, offset);
    declaration(board, rootFile, offset);
    refactorings(board, rootFile, offset);
    selectionRanges(outline, offset);
    prepareRename(host, rootFile, offset);
    rename(host, rootFile, offset, word);
  }
  inlayHints(board, rootFile, 0, source.text.length, 'all');
  codeLenses(board, rootFile);
  workspaceSymbols([board], word);
  const asked = readAddress(word);
  if (asked) decodeAddress(board, asked);
  mapMarkdown(board, 'board', findings);
  const model = makeMapModel(board, findings, { file: rootFile });
  writeMap(model, {
    width: 900,
    height: 600,
    palette: paletteFor('dark', defaultThemes.dark),
  });
}
