// A work tree of a hundred thousand files: nobody waits for it to be read, neither for the first findings nor for a key.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LspSession } from '../support/lsp-session.ts';

const FOLDERS = 250;
const FILES = 400;
const SOURCES = 40;

describe('a tree of a hundred thousand files', function () {
  this.timeout(300_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-large-'));
    for (let at = 0; at < FOLDERS; at += 1) {
      const below = path.join(folder, `vendor${String(at)}`);
      mkdirSync(below);
      for (let file = 0; file < FILES; file += 1)
        if (file < SOURCES) writeFileSync(path.join(below, `part${String(file)}.dtsi`), PART);
        else writeFileSync(path.join(below, `driver${String(file)}.c`), '');
    }
    writeFileSync(path.join(folder, 'vendor77/soc.dtsi'), SOC);
    writeFileSync(path.join(folder, 'vendor77/board.dts'), BOARD);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is still being read when a part of a board has its findings, and twenty keys theirs', async () => {
    const session = await LspSession.start({ folder });
    const soc = path.join(folder, 'vendor77/soc.dtsi');
    await session.open(soc);
    let isWhole = false;
    // Answered when the tree has been read.
    const boards = session.request('dtmap/boards', { uri: session.uriOf(soc) }).then((answer) => {
      isWhole = true;
      return answer;
    });
    // A part without its board is judged by its text alone.
    await session.diagnosticsWhen(soc, (all) =>
      all.some(({ code }) => code === 'reserved-overlap'),
    );
    assert.equal(isWhole, false);
    const at = { line: 5, character: SOC.split('\n')[5]?.indexOf('0x100000>') ?? 0 };
    const digit = {
      start: { ...at, character: at.character + 2 },
      end: { ...at, character: at.character + 3 },
    };
    for (let key = 0; key < 20; key += 1) {
      await session.change(soc, [{ range: digit, text: String(1 + (key % 2)) }]);
      await session.diagnostics(soc);
    }
    assert.equal(isWhole, false);
    assert.equal((await boards).boards.length, 1);
    await session.stop();
  });
});

const PART = `/* ${'A part that no board of ours includes. '.repeat(20)} */\n#include "common.dtsi"\n/ { };\n`;
const SOC = `/ {
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		a: a@48000000 { reg = <0x48000000 0x100000>; };
		b: b@48080000 { reg = <0x48080000 0x100000>; };
	};
};
`;
const BOARD = `/dts-v1/;
#include "soc.dtsi"
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x10000000>; };
};
`;
