// The page size of the kernel, which the tree does not say: what it decides, and that it is said to be assumed there.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dtmap } from './support/run-dtmap.ts';

/** A pool of 32 MiB that Linux places: below [0xbf000000, 0xc0000000) as near as pages let it. */
const board = (cpu: string): string => `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu@0 { compatible = "${cpu}"; device_type = "cpu"; reg = <0>; };
	};
	memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x80000000>; };
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		pool { compatible = "shared-dma-pool"; reusable; size = <0x0 0x2000000>; };
		fixed@bf000000 { reg = <0x0 0xbf000000 0x0 0x1000000>; no-map; };
	};
};
`;

interface Fact {
  readonly fact: string;
  readonly basis: string;
  readonly value?: unknown;
  readonly decides?: readonly unknown[];
}

describe('page size of the kernel', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-pages-'));
    writeFileSync(path.join(folder, 'board.dts'), board('arm,cortex-a53'));
    writeFileSync(path.join(folder, 'small.dts'), board('arm,cortex-a7'));
    for (const size of [4096, 16384, 65536])
      writeFileSync(
        path.join(folder, `${size}.json`),
        JSON.stringify({ kernel: { pageSize: size } }),
      );
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function json(...argv: string[]): Promise<unknown> {
    const ran = await dtmap([...argv, '--linux', '6.12', '--format', 'json'], { cwd: folder });
    assert.equal(ran.status, 0, ran.stderr);
    return JSON.parse(ran.stdout);
  }

  async function placeOfPool(...options: string[]): Promise<string | undefined> {
    const map = (await json('map', 'board.dts', '--for', 'linux', ...options)) as {
      reserved: { node: string; start: string }[];
    };
    return map.reserved.find(({ node }) => node.endsWith('/pool'))?.start;
  }

  async function factOf(file: string, ...options: string[]): Promise<Fact | undefined> {
    const { facts } = (await json('facts', file, ...options)) as { facts: Fact[] };
    return facts.find(({ fact }) => fact === 'kernel.pageSize');
  }

  it('decides where Linux places a CMA area', async () => {
    assert.equal(await placeOfPool(), '0xbd000000');
    assert.equal(await placeOfPool('--profile', '4096.json'), '0xbd000000');
    assert.equal(await placeOfPool('--profile', '16384.json'), '0xbc000000');
    assert.equal(await placeOfPool('--profile', '65536.json'), '0xa0000000');
  });

  it('decides whether Linux takes the area', async () => {
    const check = async (...options: string[]): Promise<string> =>
      (await dtmap(['check', 'board.dts', '--linux', '6.12', ...options], { cwd: folder })).stdout;
    assert.doesNotMatch(await check(), /cma-alignment/);
    assert.doesNotMatch(await check('--profile', '16384.json'), /cma-alignment/);
    assert.match(
      await check('--profile', '65536.json'),
      /size 32 MiB not aligned to 512 MiB: Linux with 64 KiB pages refuses the CMA area/,
    );
  });

  it('is assumed, and said to decide something, only where it does and nobody gave it', async () => {
    const assumed = await factOf('board.dts');
    assert.equal(assumed?.basis, 'assumed');
    assert.equal(assumed.value, 4096);
    assert.notDeepEqual(assumed.decides ?? [], []);
    const given = await factOf('board.dts', '--profile', '16384.json');
    assert.deepEqual([given?.basis, given?.value], ['given', 16384]);
    assert.deepEqual(given?.decides ?? [], []);
    // 32-bit kernels have pages of 4 KiB.
    const small = await factOf('small.dts');
    assert.deepEqual([small?.basis, small?.value], ['tree', 4096]);
    assert.deepEqual(small?.decides ?? [], []);
  });
});
