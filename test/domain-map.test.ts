// The map of a domain that the tree describes: all that the domain sees, at its own addresses.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonMap } from '../server/src/cli/map-json.ts';
import { dtmap } from './support/run-dtmap.ts';
import { board, CELLS, domain, inChosen } from './xen-refusals/board.ts';

let folder = '';

function file(name: string, text: string): string {
  const full = path.join(folder, name);
  writeFileSync(full, text);
  return full;
}

/** The lines of the map without what is free and where it is written. */
async function lines(text: string, ...argv: string[]): Promise<string[]> {
  const name = file('board.dts', text);
  const ran = await dtmap(['map', name, '--for', 'domU1', ...argv]);
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !/ free$/.test(line))
    .map((line) => line.replace(/ {2}\S+\.dts:\S+$/, '').replace(/ {2,}/g, '  '));
}

const PLACES = {
  xen: { address: '0x40200000', size: '0x150000' },
  dtb: { address: '0x44000000', size: '0x4000' },
  cpus: 1,
  iommu: false,
};
const given = (): string => file('profile.json', JSON.stringify(PLACES));

describe('the map of a domain', () => {
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has its images, devices, shared memory and extended regions', async () => {
    const text = inChosen(
      domain(`cpus = <1>; memory = <0 0x20000>; xen,enhanced; vpl011;
        r { compatible = "multiboot,ramdisk", "multiboot,module"; reg = <0 0x52000000 0 0x300000>; };
        s { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "s";
          xen,shared-mem = <0 0x70000000 0 0x50000000 0 0x1000000>; };`),
    );
    assert.deepEqual(await lines(text, '--xen', '4.21', '--profile', given()), [
      'Memory map for domU1 (xen:4.21.2)',
      '0x3001000 - 0x3002000  4 KiB  device  /interrupt-controller@3001000',
      '0x3002000 - 0x3004000  8 KiB  device  /interrupt-controller@3001000',
      '0x22000000 - 0x22001000  4 KiB  device  /sbsa-uart@22000000',
      '0x38000000 - 0x39000000  16 MiB  grant-table  for its grant table',
      '0x39001000 - 0x39002000  4 KiB  xenstore  shared with Xenstore',
      '0x40000000 - 0x48000000  128 MiB  RAM  /chosen/domU1',
      '0x40000000 - 0x40100000  1 MiB  module  kernel',
      '0x47a00000 - 0x47a0060e  1.51 KiB  module  device-tree',
      '0x47c00000 - 0x47f00000  3 MiB  module  ramdisk',
      '0x48000000 - 0x50000000  128 MiB  extended-region  free for pages of other domains',
      '0x50000000 - 0x51000000  16 MiB  shared-mem  /chosen/domU1/s: shared with other domains, at 0x70000000 of the host',
      '0x51000000 - 0x1_0000_0000  2.73 GiB  extended-region  free for pages of other domains',
      '0x2_0000_0000 - 0x100_0000_0000  1016 GiB  extended-region  free for pages of other domains',
    ]);
  });

  it('has the addresses of the host where they are its own, and none of Xen before 4.17', async () => {
    const text = inChosen(
      domain(`cpus = <1>; memory = <0 0x10000>; direct-map; vpl011;
        xen,static-mem = <0 0x60000000 0 0x4000000>;`),
    );
    assert.deepEqual(await lines(text, '--xen', '4.18', '--profile', given()), [
      'Memory map for domU1 (xen:4.18.6)',
      '0x8000000 - 0x8010000  64 KiB  device  /interrupt-controller@8000000',
      '0x8010000 - 0x8020000  64 KiB  device  /interrupt-controller@8000000',
      '0x9000000 - 0x9001000  4 KiB  device  /sbsa-uart@9000000',
      '0x60000000 - 0x64000000  64 MiB  RAM  /chosen/domU1',
      '0x60000000 - 0x60100000  1 MiB  module  kernel',
      '0x63e00000 - 0x63e00430  1.05 KiB  module  device-tree',
    ]);
    const plain = inChosen(domain('cpus = <1>; memory = <0 0x10000>; xen,enhanced;'));
    const old = await lines(plain, '--xen', '4.14', '--profile', given());
    assert.ok(old.every((line) => !/grant-table|extended|xenstore/.test(line)));
  });

  it('has the devices that its own tree assigns, where that is given', async () => {
    const text = inChosen(
      domain(`cpus = <1>; memory = <0 0x10000>;
        t { compatible = "multiboot,device-tree", "multiboot,module"; reg = <0 0x52000000 0 0x1000>; };`),
    );
    const argv = ['--xen', '4.18', '--profile', given()];
    const without = await lines(text, ...argv);
    assert.ok(without.some((line) => /--guest gives the device tree that assigns/.test(line)));
    assert.ok(without.some((line) => /end of its DTB at 0x43e00000: it repeats/.test(line)));
    const guest = file(
      'guest.dts',
      `/dts-v1/;
/ { ${CELLS} passthrough { ${CELLS} compatible = "simple-bus"; ranges;
  rtc@50000000 { reg = <0 0x50000000 0 0x1000>; xen,path = "/pl031@9010000";
    xen,reg = <0 0x9010000 0 0x1000 0 0x50000000>; }; }; };`,
    );
    const known = await lines(text, ...argv, '--guest', guest);
    assert.ok(
      known.includes('0x50000000 - 0x50001000  4 KiB  device  /passthrough/rtc@50000000'),
      known.join('\n'),
    );
    assert.ok(known.every((line) => !/--guest/.test(line)));
  });

  it('is likely where it is, and absent where Xen stops', async () => {
    const text = inChosen(domain('cpus = <1>; memory = <0 0x10000>;'));
    const open = await lines(text, '--xen', '4.18');
    assert.ok(open.some((line) => /^not known: .*whether it is built: /.test(line)));
    const refused = inChosen(domain('cpus = <9>; memory = <0 0x10000>;'));
    const ran = await dtmap(['map', file('b.dts', refused), '--for', 'domU1', '--xen', '4.18']);
    assert.equal(ran.status, 2);
    assert.match(ran.stderr, /no domU1 under Xen 4\.18\.6: .*has 9 CPUs/);
  });

  it('is what its schema says, as JSON', async () => {
    const text = inChosen(domain('cpus = <1>; memory = <0 0x10000>; xen,enhanced;'));
    const argv = ['--for', 'domU1', '--xen', '4.21', '--profile', given(), '--format', 'json'];
    const { stdout } = await dtmap(['map', file('c.dts', text), ...argv]);
    const map = JSON.parse(stdout) as JsonMap;
    assert.equal(map.target, 'xen:4.21');
    assert.deepEqual(
      map.reserved.map(({ kind }) => kind),
      ['grant-table', 'xenstore', 'extended-region', 'extended-region'],
    );
    assert.deepEqual(
      map.modules.map(({ kind }) => kind),
      ['kernel', 'device-tree'],
    );
    assert.ok(board.length > 0 && map.unknown.length === 0, JSON.stringify(map.unknown));
  });
});
