// A server that was used at random knows what a new one learns from the same texts.
//   npx mocha test/faults/run-random-client.ts
//   DTMAP_CLIENT_SEED (1), DTMAP_CLIENT_SECONDS (0): for so long, seed after seed, and at least the first one whole

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomNumbers } from '../support/random-edits.ts';
import { RandomClient } from './random-client.ts';

const seconds = Number(process.env['DTMAP_CLIENT_SECONDS'] ?? 0);
const firstSeed = Number(process.env['DTMAP_CLIENT_SEED'] ?? 1);
/** Messages between two comparisons, and comparisons of one server. */
const BETWEEN = 50;
const COMPARISONS = 6;

const files = {
  'board.dts': `/dts-v1/;
#include "soc.dtsi"
#include "sizes.h"
/ {
	model = "a";
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
};
&video { reg = <0x60000000 SIZE>; };
`,
  'soc.dtsi': `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		video: video@60000000 { reg = <0x60000000 0x1000000>; };
		camera: camera@64000000 { reg = <0x64000000 0x2000000>; no-map; };
	};
	soc { ranges; #address-cells = <1>; #size-cells = <1>;
		uart@10000 { reg = <0x10000 0x1000>; memory-region = <&camera>; }; };
};
`,
  'sizes.h': '#ifndef SIZE\n#define SIZE 0x5000000\n#endif\n',
  'camera.dtso': '/dts-v1/;\n/plugin/;\n&camera { status = "okay"; };\n',
};

describe(`a client with DTMAP_CLIENT_SEED=${firstSeed} for ${seconds} s`, function () {
  this.timeout(seconds * 1000 + 300_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-client-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('leaves the server in the state of a new one', async () => {
    const end = Date.now() + seconds * 1000;
    let messages = 0;
    let comparisons = 0;
    for (let seed = firstSeed; seed === firstSeed || Date.now() < end; seed += 1) {
      const own = path.join(folder, String(seed));
      const client = await RandomClient.start(own, files, randomNumbers(seed));
      try {
        for (let at = 0; at < COMPARISONS; at += 1) {
          while (client.messages < (at + 1) * BETWEEN) await client.act();
          const compared = await client.compare();
          const state = `seed ${seed}, after ${client.messages} messages\n${client.texts()}`;
          assert.equal(compared.own, compared.fresh, state);
          comparisons += 1;
        }
        messages += client.messages;
      } finally {
        await client.stop();
      }
    }
    console.log(`      ${messages} messages, ${comparisons} comparisons`);
  });
});
