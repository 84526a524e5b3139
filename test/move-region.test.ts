// Moving a region that an override places: the override is edited, the SoC file is left alone, and no finding is new.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Finding } from '../server/src/rules/finding.ts';
import { applyEdits, type Fix } from '../server/src/text/edit.ts';
import { analyzeFile } from './support/analyze-file.ts';

const SOC = `/ {
	#address-cells = <2>;
	#size-cells = <2>;

	memory@80000000 {
		device_type = "memory";
		reg = <0x0 0x80000000 0x0 0x40000000>;
	};

	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		mpss_mem: modem: mpss@86000000 {
			reg = <0x0 0x86000000 0x0 0x100000>;
			no-map;
			vendor,ids = <1>,
				     <2>;
		};

		ipa_mem: ipa@86200000 {
			reg = <0x0 0x86200000 0x0 0x10000>;
			no-map;
		};
	};

	modem-user {
		memory-region = <&mpss_mem>;
	};
};
`;

describe('moving a region', () => {
  let folder = '';
  const board = (): string => path.join(folder, 'board.dts');
  const soc = (): string => path.join(folder, 'soc.dtsi');
  const options = new Map([['targets', 'linux:6.12']]);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-move-'));
    writeFileSync(soc(), SOC);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const serious = (findings: readonly Finding[]): string[] =>
    findings.filter(({ severity }) => severity !== 'hint').map(({ rule }) => rule);

  /** The moves offered for the region in a board with this end; applied one by one, each must leave nothing but what `kept` lists. */
  async function moves(end: string, kept: readonly string[] = []): Promise<[Fix, string][]> {
    const text = `/dts-v1/;\n#include "soc.dtsi"\n${end}`;
    writeFileSync(board(), text);
    const before = analyzeFile(board(), options);
    assert.ok(serious(before.findings).includes('reserved-overlap'));
    const at = before.findings.find(
      (each) => each.rule === 'reserved-overlap' && each.at.file === board(),
    );
    const fixes = (at ? await before.fixesOf(at) : []).filter(({ title }) =>
      title.startsWith('Move mpss'),
    );
    const done: [Fix, string][] = [];
    for (const fix of fixes) {
      assert.ok(fix.edits.every((edit) => edit.at.file === board()));
      const changed = applyEdits(text, fix.edits);
      writeFileSync(board(), changed);
      const { findings } = analyzeFile(board(), options);
      assert.deepEqual(serious(findings), kept, `${fix.title}\n${changed}`);
      done.push([fix, changed]);
    }
    assert.equal(readFileSync(soc(), 'utf8'), SOC);
    return done;
  }

  it('states the node anew when its name is in the SoC file', async () => {
    const done = await moves('&mpss_mem {\n\treg = <0x0 0x86000000 0x0 0x300000>;\n};\n');
    assert.equal(done.length, 3);
    const [[fix, changed] = [undefined, '']] = done;
    assert.equal(
      fix?.title,
      'Move mpss@86000000 to 0x85f00000 (nearest free in its bank, 4 KiB aligned), deleted and stated anew as mpss@85f00000',
    );
    assert.equal(
      changed,
      `/dts-v1/;
#include "soc.dtsi"
/delete-node/ &mpss_mem;

/ {
	reserved-memory {
		mpss_mem: modem: mpss@85f00000 {
			reg = <0x0 0x85f00000 0x0 0x300000>;
			no-map;
			vendor,ids = <1>,
			             <2>;
		};
	};
};
`,
    );
  });

  it('does so too where the board opens it by its name', async () => {
    const [[, changed] = [undefined, '']] = await moves(
      '/ {\n\treserved-memory {\n\t\tmpss@86000000 {\n\t\t\treg = <0x0 0x86000000 0x0 0x300000>;\n\t\t};\n\t};\n};\n',
    );
    assert.match(
      changed,
      /\t\t\/delete-node\/ mpss@86000000;\n\n\t\tmpss_mem: modem: mpss@85f00000 \{\n\t\t\treg = /,
    );
  });

  it('edits an override whose name is stale already', async () => {
    const [[fix, changed] = [undefined, '']] = await moves(
      '&mpss_mem {\n\treg = <0x0 0x86100000 0x0 0x300000>;\n};\n',
      ['unit-address-mismatch'],
    );
    assert.match(
      fix?.title ?? '',
      /^Move mpss@86000000 to 0x8[0-9a-f]+ \(nearest free in its bank, 4 KiB aligned\)$/,
    );
    assert.match(changed, /&mpss_mem \{\n\treg = <0x0 0x86210000 0x0 0x300000>;\n\};/);
  });

  it('is not offered where the node cannot be stated anew', async () => {
    for (const end of [
      '&mpss_mem {\n\treg = <0x0 0x86000000 0x0 0x300000>;\n\tchild { };\n};\n',
      '&mpss_mem {\n\treg = <0x0 0x86000000 0x0 0x300000>;\n};\n&modem {\n\tvendor,late;\n};\n',
      '/ { aliases { m = "/reserved-memory/mpss@86000000"; }; };\n&mpss_mem {\n\treg = <0x0 0x86000000 0x0 0x300000>;\n};\n',
    ])
      assert.deepEqual(await moves(end), []);
  });

  it('renames a node whose name and override are in one file', async () => {
    writeFileSync(soc(), SOC.replace(/\t\tmpss_mem:[^}]*\};\n/, ''));
    const text = `/dts-v1/;\n#include "soc.dtsi"\n/ {\n\treserved-memory {\n\t\tmpss_mem: mpss@86000000 {\n\t\t\treg = <0x0 0x86000000 0x0 0x100000>;\n\t\t};\n\t};\n};\n&mpss_mem {\n\treg = <0x0 0x86000000 0x0 0x300000>;\n};\n`;
    writeFileSync(board(), text);
    const { findings, fixesOf } = analyzeFile(board(), options);
    const fix = (await Promise.all(findings.map(fixesOf)))
      .flat()
      .find(({ title }) => title.startsWith('Move mpss'));
    writeFileSync(board(), applyEdits(text, fix?.edits ?? []));
    assert.deepEqual(serious(analyzeFile(board(), options).findings), []);
    assert.match(
      readFileSync(board(), 'utf8'),
      /mpss_mem: mpss@85f00000 \{[^]*reg = <0x0 0x85f00000 /,
    );
  });
});
