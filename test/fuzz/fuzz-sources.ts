// Sources to findings: nothing throws, and edit after edit gives what a fresh analysis of the same text gives.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Analysis } from '../../server/src/analysis/analyze.ts';
import { bootJson } from '../../server/src/cli/boot-json.ts';
import { certainPart } from '../../server/src/xen/certain.ts';
import { readDtb } from '../../server/src/dtb/read-dtb.ts';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { applyEdits } from '../../server/src/text/edit.ts';
import { printDts } from '../../server/src/tree/print-dts.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { analyzeText, describeAnalysis, overlayFile, rootFile, TextFiles } from './analyze-text.ts';
import { corpusOf } from './corpus.ts';
import { generatedSource } from './generate-source.ts';
import { mutateText, mutationsOf, type Mutation } from './mutate.ts';
import type { Target } from './target.ts';
import { xenBoots } from '../../server/src/xen/xen-boots.ts';

/** What fits into a source. */
export const sourcePieces = [
  ...['{', '}', ';', '"', "'", '<', '>', '[', ']', '(', ')', '/', '*', '/*', '*/', '//', '\\'],
  ...['\n', '\r\n', '\r', '\0', '\ufeff', '\ud800', '\udc80', 'ü', '\u2028', '&', '&{', '}', ':'],
  ...['};', '= <', '>;', '/delete-node/ ', '/delete-property/ ', '/bits/ 64 ', '/omit-if-no-ref/ '],
  ...['/dts-v1/;\n', '/plugin/;\n', '/memreserve/ 0 0;\n', '/include/ "soc.dtsi"\n', '&{/} { };'],
  ...['\n#include "soc.dtsi"\n', '\n#include "board.dts"\n', '\n#define X X X\n', '\n#if 1\n'],
  ...['\n#endif\n', '\n#else\n', '\n#define F(a, ...) a ## a #a F\n', 'F(F(1,2),', '__COUNTER__'],
  ...[
    '/ {',
    'node@1 {\n',
    'status = "disabled";',
    'reg = <0 0>;',
    'ranges;',
    'no-map;',
    'size = <0>;',
  ],
  ...['#address-cells = <2>;', '#size-cells = <0>;', '#address-cells = <4294967295>;', 'reusable;'],
  ...['/incbin/("b.bin", 4294967295, 2)', 'label: ', 'phandle = <1>;', '0xffffffffffffffff'],
  ...['__proto__ = <1>;', 'constructor { };', 'toString;', 'hasOwnProperty@0 { reg = <0>; };'],
  ...[
    '// dtmap-allow: reserved-overlap — because\n',
    '#pragma once\n',
    '\n#line 9 "x"\n',
    'memory@0 {',
  ],
];

/** The systems a source is judged for in one run. */
const targetLists = [
  ['xen:4.22', 'linux:6.12'],
  ['xen:4.11', 'linux:5.4'],
  ['xen:4.15', 'xen:4.18', 'linux:6.1'],
  ['xen:4.19', 'xen:4.20', 'linux:current'],
  ['xen:unstable'],
];

interface SourceInput {
  /** The texts of one file after each edit. */
  readonly texts: readonly string[];
  readonly overlay: string | undefined;
  readonly targets: readonly string[];
}

/** Sources to findings. */
export function fuzzSources(): Target<SourceInput> {
  const corpus = corpusOf(/\.(?:dts|dtso)$/);
  const overlays = corpusOf(/overlays\/[^/]*\.dts$|overlay-not-applied\/.*\.dtso$/);
  const mutated = mutationsOf(corpus.length, 4).map((mutation) => [
    mutateText({ ...mutation, damage: [] }, corpus, sourcePieces),
    ...mutation.damage.map((_, index) =>
      mutateText(
        { ...mutation, damage: mutation.damage.slice(0, index + 1) },
        corpus,
        sourcePieces,
      ),
    ),
  ]);
  const generated = fc
    .tuple(generatedSource, mutationsOf(1, 2))
    .map(([text, { damage }]) => [text, mutateText(onlyBase(damage), [text], sourcePieces)]);
  return {
    inputs: fc.record({
      texts: fc.oneof({ weight: 3, arbitrary: mutated }, { weight: 2, arbitrary: generated }),
      overlay: fc.option(
        mutationsOf(overlays.length, 2).map((each) => mutateText(each, overlays, sourcePieces)),
        { nil: undefined, freq: 6 },
      ),
      targets: fc.constantFrom(...targetLists),
    }),
    // Those of the rules are judged by the rules' own test.
    corpus: corpusOf(/^(?!rules|xen).*\.(?:dts|dtso)$/).map((text) => ({
      texts: [text],
      overlay: undefined,
      targets: ['xen:4.18', 'linux:6.12'],
    })),
    check: ({ texts, overlay, targets }) => {
      const files = new TextFiles();
      if (overlay !== undefined) files.set(overlayFile, overlay);
      const request = { targets, overlays: overlay === undefined ? [] : [overlayFile] };
      const cache = new PreprocessCache();
      let previous: Analysis | undefined;
      for (const text of texts) {
        files.set(rootFile, text);
        previous = analyzeText(files.snapshot(), request, cache, previous);
      }
      assert.ok(previous);
      const fresh = analyzeText(files.snapshot(), request, new PreprocessCache());
      assert.equal(describeAnalysis(previous), describeAnalysis(fresh));
      if (previous.kind === 'complete') examine(previous, texts.at(-1) ?? '');
    },
    show: ({ texts, overlay, targets }) =>
      [
        `//- targets: ${targets.join(' ')}`,
        ...texts,
        ...(overlay ? ['//- overlay', overlay] : []),
      ].join('\n//- then\n'),
  };
}

function onlyBase(damage: Mutation['damage']): Mutation {
  return { base: 0, other: 0, damage };
}

/** What is made of a result: fixes, blobs and printed trees. */
function examine(analysis: Extract<Analysis, { kind: 'complete' }>, text: string): void {
  const { board, findings } = analysis;
  for (const finding of findings.slice(0, 20)) {
    assert.ok(finding.at.start <= finding.at.end, `${finding.rule} ends before it starts`);
    assert.notEqual(finding.message, '');
    for (const edits of finding.proposals.flatMap(({ ways }) => ways)) {
      const own = edits.filter(({ at }) => at.file === rootFile);
      assert.equal(typeof applyEdits(text, own), 'string');
    }
  }
  printDts(board.tree);
  const blob = writeDtb(board.tree);
  if (!board.tree.problems.some(({ level }) => level === 'error')) {
    const read = readDtb('/board/board.dtb', blob);
    assert.ok(!('because' in read), 'because' in read ? read.because : '');
  }
  for (const boot of xenBoots(board))
    JSON.stringify(bootJson(certainPart(boot, board.facts), board.facts));
}
