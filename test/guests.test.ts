// What is said of guests: xl tests what it is given, a dom0less Xen reads properties that xl copies.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { formatRange } from '../server/src/addresses/format.ts';
import { analyzeFile } from './support/analyze-file.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures/guests');

/** What rules about guests say under one release, with their severity. */
function saidOf(guests: string, release: string, host = 'host.dts'): string[] {
  const options = new Map([
    ['guests', guests],
    ['targets', `xen:${release}`],
  ]);
  const { findings } = analyzeFile(join(FIXTURES, host), options);
  return findings
    .filter(({ rule }) => /^(?:guest|passthrough)-/.test(rule))
    .map(({ severity, message }) => `${severity}: ${message}`);
}

const range = (start: bigint, end: bigint): string => formatRange({ start, end });

const REFUSED_RAM = [
  `error: Xen refuses ${range(0x48000000n, 0x48010000n)} to xl.cfg: there is RAM of the host`,
  `error: Xen refuses ${range(0x60080000n, 0x60180000n)} to xl.cfg: there is RAM of the host`,
];
const NOTHING = `warning: xl.cfg is given ${range(0xa000000n, 0xa001000n)}, where no device of the host is`;

const SINCE_4_13 = [
  `information: passthrough.dtso is given ${range(0xa0000000n, 0xa0001000n)}, where no device of the host is`,
  `warning: passthrough.dtso is given ${range(0x9050000n, 0x9051000n)}, where no device of the host is`,
  'error: Xen refuses pathless@26000000: it has xen,reg without xen,path or xen,force-assign-without-iommu',
  'error: Xen refuses regless: it has xen,path without xen,reg',
  'error: Xen refuses crooked@27000100: an address of its xen,reg is not page-aligned',
  'error: Xen maps nothing of short: xen,reg is shorter than (host address, size, guest address)',
  'warning: xen,reg of long@28000000 is not a multiple of (host address, size, guest address): Xen ignores the rest',
];
const DIVIDES =
  'error: Xen maps nothing of child: #address-cells and #size-cells of its parent are 0';
const REFUSES_CELLS =
  'error: Xen refuses child: #address-cells and #size-cells of its parent are not 1 or 2';

describe('guests', () => {
  it('xl gives only what dom0 may access: reserved memory until 4.12, a reserved device always', () => {
    assert.deepEqual(saidOf('xl.cfg', '4.12').sort(), [...REFUSED_RAM, NOTHING].sort());
    assert.deepEqual(
      saidOf('xl.cfg', '4.13').sort(),
      [
        ...REFUSED_RAM,
        `error: Xen refuses ${range(0x60000000n, 0x60100000n)} to xl.cfg: ipc@60000000 reserves it`,
        `error: Xen refuses ${range(0x62000000n, 0x62001000n)} to xl.cfg: off@62000000 reserves it`,
        NOTHING,
      ].sort(),
    );
  });

  for (const [release, expected] of [
    ['4.12', []],
    ['4.13', [...SINCE_4_13, DIVIDES]],
    ['4.20.3', [...SINCE_4_13, DIVIDES]],
    ['4.20.4', [...SINCE_4_13, REFUSES_CELLS, REFUSES_CELLS, REFUSES_CELLS]],
    ['4.21.1', [...SINCE_4_13, DIVIDES]],
    ['4.22', [...SINCE_4_13, REFUSES_CELLS, REFUSES_CELLS, REFUSES_CELLS]],
  ] as const) {
    it(`${release} takes a carve-out from a partial tree, and tells what it does not take`, () => {
      const said = saidOf('passthrough.dtso', release);
      assert.deepEqual(said.sort(), [...expected].sort());
    });
  }

  it('modules are free for guests once they have been used', () => {
    assert.deepEqual(saidOf('fits.cfg', '4.22', 'large-module.dts'), []);
    const said = saidOf('too-large.cfg', '4.22', 'large-module.dts');
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^error: with too-large\.cfg the guests ask for 900 MiB/);
  });
});
