// A file that links give several names has one in reports and in an editor: the one that people open.

import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LspSession } from './support/lsp-session.ts';
import { dtmap } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

const soc = `#include "../ram.dtsi"
/ {
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		a@41000000 {
			reg = <0x41000000 0x200000>;
		};
		b@41100000 {
			reg = <0x41100000 0x200000>;
		};
	};
};
`;
const ram = `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x10000000>;
	};
};
`;
const board = `/dts-v1/;
#include <arm/acme/soc.dtsi>
#include "vendor.dtsi"
`;
const files = {
  'outside/vendor.dtsi': `/ {
	reserved-memory {
		c@41100000 {
			reg = <0x41180000 0x200000>;
		};
	};
};
`,
  'tree/arch/arm64/boot/dts/acme/board.dts': board,
  'tree/arch/arm64/boot/dts/acme/vendor.dtsi': '-> ../../../../../../outside/vendor.dtsi',
  'tree/arch/arm/boot/dts/acme/soc.dtsi': soc,
  // Beside the folder that the link leads to, and beside the link.
  'tree/arch/arm/boot/dts/ram.dtsi': ram,
  'tree/scripts/dtc/include-prefixes/ram.dtsi': '#error "not beside the link"\n',
  'tree/scripts/dtc/include-prefixes/arm': '-> ../../../arch/arm/boot/dts',
  'tree/scripts/dtc/include-prefixes/arm64': '-> ../../../arch/arm64/boot/dts',
  linked: '-> tree',
};

describe('the name of a file in its tree', () => {
  let folder = '';
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'dtmap-names-')));
    writeFiles(folder, files);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const placesOf = async (name: string): Promise<ReadonlySet<string>> => {
    const { stdout } = await dtmap(['check', '--format', 'json', name], { cwd: folder });
    const { findings } = JSON.parse(stdout) as { findings: { at: { file: string } }[] };
    return new Set(findings.map(({ at }) => at.file));
  };

  it('is the one behind the links of the tree; what comes from outside keeps the link’s', async () => {
    for (const tree of ['tree', 'linked'])
      assert.deepEqual(
        await placesOf(`${tree}/arch/arm64/boot/dts/acme/board.dts`),
        new Set(
          ['arch/arm/boot/dts/acme/soc.dtsi', 'arch/arm64/boot/dts/acme/vendor.dtsi'].map(
            (name) => `${tree}/${name}`,
          ),
        ),
      );
  });

  it('is the one whose open text the board is read with', async () => {
    const tree = path.join(folder, 'linked');
    const root = path.join(tree, 'arch/arm64/boot/dts/acme/board.dts');
    const names = ['arch/arm/boot/dts', 'scripts/dtc/include-prefixes/arm'];
    const session = await LspSession.start({ folder: tree });
    await session.open(root, board);
    const overlaps = (all: readonly { code?: unknown }[]): number =>
      all.filter(({ code }) => code === 'reserved-overlap').length;
    for (const name of names) {
      const part = path.join(tree, name, 'acme/soc.dtsi');
      await session.open(part, soc);
      await session.diagnosticsWhen(part, (all) => overlaps(all) === 1);
      const line = soc.split('\n').findIndex((each) => each.includes('b@'));
      assert.ok(await session.hover(part, { line, character: 4 }));
      await session.change(part, soc.replace('<0x41100000 ', '<0x41800000 '));
      await session.diagnosticsWhen(part, (all) => overlaps(all) === 0);
      await session.close(part);
    }
    await session.stop();
  });
});
