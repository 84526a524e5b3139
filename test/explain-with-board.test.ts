// What a board adds to the explanation of a captured line: whose memory an address is.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { explainLog } from '../server/src/console/explain-log.ts';
import { readBootLog } from '../server/src/console/read-boot-log.ts';
import { explainWithBoard } from '../server/src/ide/explain-with-board.ts';
import { analyzeFile } from './support/analyze-file.ts';

const BOARD = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	chosen {
		#address-cells = <1>;
		#size-cells = <1>;
		module@44000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x44000000 0x1a00000>; };
		domU1 {
			compatible = "xen,domain";
			#address-cells = <1>;
			#size-cells = <1>;
			cpus = <1>;
			memory = <0 0x20000>;
			xen,static-mem = <0x70000000 0x8000000>;
			module@46000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x46000000 0x1a00000>; };
		};
	};
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
};
`;

describe('explain-with-board', () => {
  let folder: string;
  let explain: (address: string) => { cause: string; cure?: string; node?: string };

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-explain-'));
    const file = path.join(folder, 'board.dts');
    writeFileSync(file, BOARD);
    const { board } = analyzeFile(file, new Map([['targets', 'xen:4.18']]));
    explain = (address) => {
      const text = `(XEN) traps.c:2013:d0v0 HSR=0x00000092000045 pc=0xffffffc0105300ec gva=0xfffffffdfda3b000 gpa=${address}\n`;
      const [line] = explainLog(readBootLog(text));
      assert.ok(line);
      const { line: said, owner } = explainWithBoard(line, board);
      return { ...said, ...(owner?.node ? { node: owner.node.path } : {}) };
    };
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('names the domain whose memory it is, and does not look for a device there', () => {
    const { cause, cure, node } = explain('0x00000077fff000');
    assert.match(cause, /The address is RAM: static memory of domU1, as Xen 4\.18\.6 has it\.$/);
    assert.doesNotMatch(cure ?? '', /device/);
    assert.equal(node, '/chosen/domU1');
  });

  it('looks for a device where no RAM is', () => {
    assert.match(explain('0x00000009000000').cure ?? '', /device/);
  });
});
