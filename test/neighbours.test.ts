// What lies next to a range, and by how much it overlaps.

import assert from 'node:assert/strict';
import { neighboursOf } from '../server/src/ide/neighbours.ts';
import { PreprocessCache } from '../server/src/preprocess/preprocess.ts';
import type { FileSet } from '../server/src/text/source-file.ts';
import { analyzeText, rootFile } from './fuzz/analyze-text.ts';

/** The neighbours of the region `own` among regions with these `reg`, in hexadecimal. */
function neighboursAmong(own: string, regions: Readonly<Record<string, string>>) {
  const nodes = Object.entries(regions).map(
    ([name, reg]) => `${name} { reg = <${reg.replace(/\w+/g, '0x$&')}>; };`,
  );
  const text = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x10000000>; };
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		${nodes.join('\n\t\t')}
	};
};
`;
  const files: FileSet = {
    get: (id) => (id === rootFile ? { id, text } : 'absent'),
    bytes: () => 'absent',
  };
  const analysis = analyzeText(files, { targets: [] }, new PreprocessCache());
  if (analysis.kind !== 'complete') assert.fail(analysis.kind);
  const region = analysis.board.map.reserved.find(({ node }) => node?.name === own);
  assert.ok(region);
  const { below, above } = neighboursOf(analysis.board, region, region.node);
  return [below, above].map((each) => each && `${each.name} ${each.gap.toString()}`);
}

describe('neighbours of a range', () => {
  const outer = { 'outer@42000000': '42000000 2000000' };
  it('overlap by the bytes that both have, also where one lies in the other', () => {
    const inside = { ...outer, 'inner@42800000': '42800000 100000' };
    assert.deepEqual(neighboursAmong('inner@42800000', inside), [
      'outer@42000000 -1048576',
      'outer@42000000 -1048576',
    ]);
    assert.deepEqual(neighboursAmong('outer@42000000', inside), [
      'the start of the bank 33554432',
      'inner@42800000 -1048576',
    ]);
  });

  it('overlap by the part that reaches in', () => {
    const crossing = { ...outer, 'next@43f00000': '43f00000 200000' };
    assert.deepEqual(neighboursAmong('outer@42000000', crossing), [
      'the start of the bank 33554432',
      'next@43f00000 -1048576',
    ]);
    assert.deepEqual(neighboursAmong('next@43f00000', crossing), [
      'outer@42000000 -1048576',
      'the end of the bank 200278016',
    ]);
  });

  it('are the nearest, with what is free between', () => {
    const apart = { ...outer, 'next@44100000': '44100000 100000' };
    assert.deepEqual(neighboursAmong('outer@42000000', apart), [
      'the start of the bank 33554432',
      'next@44100000 1048576',
    ]);
  });
});
