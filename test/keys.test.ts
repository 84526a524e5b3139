// What a key leaves as it is: the analysis after it against one from nothing, and what was not looked for again.

import assert from 'node:assert/strict';
import { analyze, type BoardRequest } from '../server/src/analysis/analyze.ts';
import { PreprocessCache } from '../server/src/preprocess/preprocess.ts';
import { parseTargets } from '../server/src/systems/targets.ts';
import type { FileSet } from '../server/src/text/source-file.ts';
import { editedFrom } from '../server/src/tree/edit-tree.ts';
import { describeAnalysis } from './support/check-edited-board.ts';

const ROOT = '/b/board.dts';
const source = `/dts-v1/;
/memreserve/ 0x50000000 0x1000;
/* A board. */
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	memory@40000000 {
		device_type = "memory";
		reg = <0 0x40000000 0 0x40000000>;
	};
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		low@41000000 { reg = <0 0x41000000 0 0x100000>; no-map; };
		lower@41080000 { reg = <0 0x41080000 0 0x100000>; no-map; };
	};
	clock: clock {
		compatible = "fixed-clock";
		#clock-cells = <0>;
		clock-frequency = <24000000>;
	};
	soc {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0 0 0x10000000 0x10000000>;
		serial@1000 {
			compatible = "vendor,uart";
			reg = <0x1000 0x100>;
			clocks = <&clock>;
			fifo-depth = <16>;
		};
		timer@2000 { reg = <0x3000 0x100>; };
	};
};
&clock { clock-accuracy = <50>; };
`;

/** The files with `text` for the board. */
function filesOf(text: string): FileSet {
  const file = { id: ROOT, text };
  return { get: (id) => (id === ROOT ? file : 'absent'), bytes: () => 'absent' };
}

const request: BoardRequest = {
  root: ROOT,
  overlays: [],
  preprocessor: { includePaths: [], defines: new Map() },
  facts: [],
  targets: parseTargets(['xen:4.14', 'xen:4.22', 'linux:6.12']).targets,
  rules: new Map(),
};

type What = 'tree and findings' | 'tree' | 'nothing';

describe('after a key all is as from nothing, and what is kept is', () => {
  /** What becomes what, and what is kept of the analysis before. */
  const cases: readonly (readonly [string, string, What])[] = [
    ['A board', 'My board', 'tree and findings'],
    ['<24000000>', '<240000000>', 'tree and findings'],
    ['<16>', '<160>', 'tree and findings'],
    ['<50>', '< 0x5 >', 'tree and findings'],
    ['<0 0x41000000 0 0x100000>', '<0 0x41000000 0 0x10000>', 'tree'],
    ['0x41080000 0 0x', '0x71080000 0 0x', 'tree'],
    ['<0x1000 0x100>', '<0x1000 0x1000>', 'tree'],
    ['"vendor,uart"', '"vendor,uar"', 'tree'],
    ['#clock-cells = <0>', '#clock-cells = <1>', 'tree'],
    ['<&clock>', '<&clock 1>', 'tree'],
    ['"fixed-clock"', '"fixed-clocks"', 'tree'],
    ['0x40000000 0 0x40000000', '0x40000000 0 0x4000000', 'tree'],
    ['clock-frequency', 'clock-frequencies', 'nothing'],
    ['serial@1000', 'serial@2000', 'nothing'],
    ['<16>', '<16', 'nothing'],
    ['<16>', '<&clock>', 'nothing'],
    ['<16>', 'l: <16>', 'nothing'],
    ['no-map; };\n\t\tlower', ' no-map; };\n\n\t\tlower', 'nothing'],
    ['0x50000000 0x1000', '0x50000000 0x2000', 'nothing'],
  ];
  for (const [from, to, kept] of cases)
    it(`${kept} where ${JSON.stringify(from)} becomes ${JSON.stringify(to)}`, () => {
      assert.equal(source.split(from).length, 2, from);
      const cache = new PreprocessCache();
      const before = analyze(request, filesOf(source), cache);
      assert.equal(before.kind, 'complete');
      assert.ok(before.findings.length > 2);
      const now = filesOf(source.replace(from, to));
      const after = analyze(request, now, cache, before);
      const fresh = analyze(request, now, new PreprocessCache());
      assert.equal(after.kind, 'complete');
      assert.deepEqual(describeAnalysis(after), describeAnalysis(fresh));
      const found = [...after.foundBy.values()].flatMap(({ merged }) => merged);
      const isKept = editedFrom(after.board.tree) !== undefined;
      const isCarried = found.length > 0 && found.every(({ isMoved }) => isMoved);
      assert.equal(isKept ? (isCarried ? 'tree and findings' : 'tree') : 'nothing', kept);
      // And a key that takes it back, from there.
      const again = analyze(request, filesOf(source), cache, after);
      assert.deepEqual(describeAnalysis(again), describeAnalysis(before));
    });

  it('nothing of findings when somebody asks for other systems', () => {
    const cache = new PreprocessCache();
    const before = analyze(request, filesOf(source), cache);
    const files = filesOf(source.replace('<16>', '<17>'));
    const other = { ...request, targets: request.targets.slice(1) };
    const after = analyze(other, files, cache, before);
    const fresh = analyze(other, files, new PreprocessCache());
    assert.deepEqual(describeAnalysis(after), describeAnalysis(fresh));
  });

  it('right after many keys in many places', () => {
    const cache = new PreprocessCache();
    let text = source;
    let before = analyze(request, filesOf(text), cache);
    for (let round = 0; round < 3; round += 1)
      for (const match of [...source.matchAll(/<[^>&]*/g)]) {
        text = text.replace(`${match[0]}>`, `${match[0]} 1>`).replace(' 1 1>', ' 1>');
        const files = filesOf(text);
        before = analyze(request, files, cache, before);
        const fresh = analyze(request, files, new PreprocessCache());
        assert.deepEqual(describeAnalysis(before), describeAnalysis(fresh));
      }
  });
});
