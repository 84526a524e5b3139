// Hover and signature help on what is rare on a board: empty and refused ranges, static memory, values of every kind.

import assert from 'node:assert/strict';
import path from 'node:path';
import { hover } from '../server/src/ide/hover.ts';
import { signatureHelp } from '../server/src/ide/signature-help.ts';
import type { Board } from '../server/src/rules/board.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { cursorAt } from './support/cursor.ts';

const text = `/dts-v1/;

#define BASE 0x48000000
#define NAMES "one", "two"

/delete-node/ &nothing;

/ {
	#address-cells = <1>;
	#size-cells = <1>;

	chosen {
		#address-cells = <1>;
		#size-cells = <1>;
		linux,initrd-start = <0x46000000>;
		linux,initrd-end = <0x46100000>;
		bootargs = "console=ttyAMA0", "more";
		xen,xen-bootargs = "dom0_mem=256M:512m,max:1g sync_console";

		module@44000000 {
			compatible = "multiboot,kernel", "multiboot,module";
			reg = <0x44000000 0x1000000>;
		};

		domU1 {
			compatible = "xen,domain";
			#address-cells = <1>;
			#size-cells = <1>;
			cpus = <1>;
			memory = <0x0 0x10000>;
			xen,static-mem = <0x60000000 0x2000000 0x64000000 0x2000000>;
		};
	};

	ram: memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x40000000>;
	};

	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;

		base@48000000 {
			reg = <BASE 0x100000>;
			no-map;
		};

		five@70000000 {
			reg = <0x70000000 0x1000 0x70002000 0x1000 0x70004000 0x1000 0x70006000 0x1000 0x70008000 0x1000>;
		};

		edge@7ff00000 {
			compatible = "shared-dma-pool";
			reusable;
			reg = <0x7ff00000 0x200000>;
		};

		outside@90000000 {
			reg = <0x90000000 0x100000>;
			status = "reserved";
		};

		empty@71000000 {
			reg = <0x71000000 0x0>;
		};

		anywhere {
			size = <0x100000>;
			alignment = <0x100000>;
		};

		nowhere {
			size = <0x100000>;
			alloc-ranges = <0x90000000 0x100000>;
		};
	};

	bus@10000000 {
		compatible = "simple-bus";
		ranges = <0x0 0x10000000 0x100000>;
		#address-cells = <1>;
		#size-cells = <1>;

		five@1000 {
			compatible = "vendor,five";
			reg = <0x1000 0x100>, <0x2000 0x0>;
			status = "disabled";
			flag;
			names = NAMES;
			bytes = [00 01 02 03];
			long = <1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17>;
			path = &ram;
			handle = <&ram>;
			short = /bits/ 16 <0x1234>;
		};

		opaque {
			#address-cells = <1>;
			#size-cells = <1>;

			inner@0 {
				reg = <0x0 0x100>;
			};
		};
	};

	i2c@20000000 {
		#address-cells = <1>;
		#size-cells = <0>;
		reg = <0x20000000 0x1000>;

		sensor@48 {
			reg = <0x48>;
		};
	};
};
`;

const file = path.join(import.meta.dirname, 'board.dts');

function boardOf(source: string): Board {
  const options = new Map([['targets', 'xen:4.18 linux:6.12']]);
  return analyzeFile(file, options, source).board;
}

describe('hover on odd boards', () => {
  let board: Board;
  before(() => {
    board = boardOf(text);
  });
  const show = (needle: string): string =>
    hover(board, file, cursorAt(text, needle), (_, label) => label)?.markdown ?? 'nothing';

  const cases: readonly (readonly [string, ...RegExp[]])[] = [
    ['/delete-|node/', /^nothing$/],
    ['&noth|ing', /^`&nothing` refers to no node of this board\.$/],
    ['linux,initrd-|start', /0x46000000\n\n\| \| \|/, /Above \| 31 MiB free, then base@48000000/],
    // Xen stops at /bus@10000000/opaque, so that dom0 gets nothing.
    ['boot|args = "console', /`"console=ttyAMA0"`, `"more"`$/],
    ['xen,xen-boot|args', /asks for 256 MiB \/ 512 MiB \/ 1 GiB/],
    ['module@|44', /— boot module/, /Range \| `0x44000000 – 0x44ffffff`/],
    ['0x60000|000 ', /\*\*xen,static-mem\*\* of/, /0x60000000 – 0x61ffffff/],
    ['0x64000|000 ', /Range \| `0x64000000 – 0x65ffffff`/],
    ['ram: mem|ory', /Bank \| is one/, /Reserved \| 66 MiB in 10 regions/, /dom0 \(Xen 4\.18/],
    ['&ram|;', /^\*\*\/memory@40000000\*\* \(`ram`\) — RAM/],
    ['&ram|>', /^\*\*\/memory@40000000\*\*/],
    ['BA|SE 0x100000', /^`BASE` = 0x48000000 \(1207959552\), defined in board\.dts:3/],
    ['five@|7000', /0x70006000 – 0x70006fff/, /… and 1 more ranges$/m],
    ['edge@|7ff', /region, `reusable`/, /`0x40000000 – 0x7fffffff`, \*\*only partly\*\*/],
    ['outside@|9', /status "reserved"/, /Bank \| none: outside all RAM/, /Above \| nothing/],
    ['empty@|71', /0x71000000, size 0: reserves nothing$/m],
    ['0x71000|000', /Address 0x71000000 \(cells 0 of tuple 0\)/, /reserves nothing$/],
    ['any|where', /placed by the kernel/, /Allowed in \| any RAM/, /Linux 6\.12 \| likely `0x7fe/],
    ['now|here', /Allowed in \| `0x90000000 – 0x900fffff`/, /Linux 6\.12 \| cannot be placed/],
    ['alignment = <0x100|000', /Alignment \| 1 MiB/],
    ['ranges = <0x|0 ', /- `0x0 – 0xfffff` → `0x10000000 – 0x100fffff`, 1 MiB$/],
    ['ran|ges;', /Addresses below are the same as above this bus\.$/],
    [
      'five@|1000',
      /status "disabled"/,
      /0x100010ff`, 256 B \(bus address 0x1000, after `ranges`\)/,
      /Disabled: no driver uses it\.$/m,
    ],
    ['0x20|00 0x0', /0x10002000 \(empty\), 0 B \(bus address 0x2000/],
    ['fl|ag', /Present, without a value\.$/],
    ['names = NAM|ES', /^`NAMES`, defined in board\.dts:4/, /`"one"`, `"two"`$/],
    ['bytes = [0|0', /`\[00 01 02 03\]` 4 bytes$/],
    ['lon|g', /0xf 0x10 …>` 68 bytes$/],
    ['0x12|34', /0x1234 = 4660$/],
    ['sho|rt', /`\[12 34\]` 2 bytes$/],
    ['path = &|ram', /^\*\*\/memory@40000000\*\*/],
    [
      '0x0 0x|100>',
      /Size 256 B = 0x100/,
      /The CPU cannot address it: \/bus@10000000\/opaque has no/,
    ],
    ['0x4|8>', /Unit 0x48$/],
  ];
  for (const [needle, ...expected] of cases)
    it(needle, () => {
      const shown = show(needle);
      for (const each of expected) assert.match(shown, each);
    });

  it('says of RAM that nobody states that it is not known', () => {
    const source = text
      .replace('reg = <0x40000000 0x40000000>;', '')
      .replace('compatible = "xen,domain-shared-memory-v1";', '');
    const offset = cursorAt(source, 'base@|48');
    const shown = hover(boardOf(source), file, offset, (_, label) => label)?.markdown ?? '';
    assert.match(shown, /Bank \| not known: firmware fills in the RAM size/);
  });

  it('says of static heap which tuple the cursor is in', () => {
    const heap = 'xen,static-heap = <0x50000000 0x1000000 0x52000000 0x2000000>;';
    const source = text.replace('chosen {', `chosen {\n\t\t${heap}`);
    const offset = cursorAt(source, '0x52000|000');
    const shown = hover(boardOf(source), file, offset, (_, label) => label)?.markdown ?? '';
    assert.match(shown, /Range \| `0x52000000 – 0x53ffffff`/);
    assert.doesNotMatch(shown, /0x50000000 –/);
  });
});

describe('hover on ramoops', () => {
  const regions = `/dts-v1/;

/ {
	#address-cells = <1>;
	#size-cells = <1>;

	memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x40000000>;
	};

	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;

		tight@50000000 {
			compatible = "ramoops";
			reg = <0x50000000 0x10000>;
			record-size = <0x20000>;
		};

		unset@51000000 {
			compatible = "ramoops";
			reg = <0x51000000 0x10000>;
		};

		rounded@52000000 {
			compatible = "ramoops";
			reg = <0x52000000 0x40000>;
			record-size = <0x18000>;
			console-size = <0x30000>;
		};

		rest@53000000 {
			compatible = "ramoops";
			reg = <0x53000000 0x40000>;
			console-size = <0x20000>;
		};

		moving {
			compatible = "ramoops";
			size = <0x100000>;
			record-size = <0x20000>;
		};

		old@54000000 {
			reg = <0x54000000 0x40000>;
		};
	};

	ramoops@54000000 {
		compatible = "ramoops";
		reg = <0x54000000 0x40000>;
		record-size = <0x10000>;
	};
};
`;
  let board: Board;
  before(() => {
    board = boardOf(regions);
  });
  /** The lines from the first that is about ramoops. */
  const show = (needle: string): string => {
    const shown = hover(board, file, cursorAt(regions, needle), (_, label) => label);
    const lines = (shown?.markdown ?? '').split('\n');
    const from = lines.findIndex((line) => /^(?:ramoops|Linux rounds|Layout)/.test(line));
    const properties = lines.findIndex((line) => line.startsWith('| Property |'));
    const to = properties < 0 ? lines.length : properties;
    return from < 0 ? '' : lines.slice(from, to).join('\n').trimEnd();
  };
  const tight =
    'ramoops does not start: its records need 128 KiB, the region has 64 KiB. ' +
    'Reduce `record-size`, `console-size`, `ftrace-size` and `pmsg-size` or enlarge `reg`.';
  const header = '| | |\n|---|---|';
  const cases: readonly (readonly [string, string, string])[] = [
    ['a record that does not fit', 'tight@|5', tight],
    ['the same at reg', 'reg = <0x50|000000', tight],
    [
      'no size at all',
      'unset@|5',
      'ramoops does not start: set at least one of `record-size`, `console-size`, `ftrace-size` and `pmsg-size`.',
    ],
    [
      'sizes that are no powers of two',
      'rounded@|5',
      `Linux rounds \`record-size\` down to 64 KiB, a power of two.

Linux rounds \`console-size\` down to 128 KiB, a power of two.

Layout of the \`ramoops\` records:

${header}
| 2 dump records | \`0x52000000 – 0x5201ffff\`, 128 KiB |
| console | \`0x52020000 – 0x5203ffff\`, 128 KiB |`,
    ],
    [
      'what no record uses',
      'rest@|5',
      `Layout of the \`ramoops\` records:

${header}
| console | \`0x53000000 – 0x5301ffff\`, 128 KiB |
| left over | \`0x53020000 – 0x5303ffff\`, 128 KiB |`,
    ],
    [
      'a region without an address',
      'mov|ing',
      'ramoops does not start: the region has `size` but no `reg`. Give it a fixed `reg`.',
    ],
    [
      'a node of the old style at the root, whose console and pmsg are as large as a record',
      'ramoops@|54',
      `Layout of the \`ramoops\` records:

${header}
| 2 dump records | \`0x54000000 – 0x5401ffff\`, 128 KiB |
| console | \`0x54020000 – 0x5402ffff\`, 64 KiB |
| pmsg | \`0x54030000 – 0x5403ffff\`, 64 KiB |`,
    ],
    ['no ramoops', 'old@|54', ''],
  ];
  for (const [what, needle, expected] of cases)
    it(what, () => {
      assert.equal(show(needle), expected);
    });

  it('does not start where the rule says that it does not', () => {
    const { findings } = analyzeFile(file, new Map([['targets', 'linux:6.12']]), regions);
    const refused = findings
      .filter(({ rule, message }) => rule === 'ramoops-layout' && message.includes('not start'))
      .map(({ message }) => /\w+(?:@\w+)?(?= has|do not| do)/.exec(message)?.[0]);
    assert.deepEqual(refused, ['tight@50000000', 'unset@51000000', 'moving']);
  });
});

describe('signature help on odd cells', () => {
  const signatures = `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <1>;
	bus {
		#address-cells = <1>;
		ranges = <(1 + (2 * 3)) 0x0 0x5>, <0x9>;
		named = <1>;
		none {
			reg = <0x2 0x3>;
			size = <0x7>;
			xen,shared-mem = <0x8 0x9 0xa>;
		};
	};
	plain {
		child {
			reg = <0x2>;
		};
	};
};
`;
  const cases: readonly (readonly [string, string | undefined, number | undefined, string?])[] = [
    ['(1 + |(2', 'ranges = <child parent parent length>', 0],
    ['(2 *| 3', 'ranges = <child parent parent length>', 0],
    [' 0x|0 0x5', 'ranges = <child parent parent length>', 1],
    ['<0x9|>', 'ranges = <child parent parent length>', 3],
    ['>,| <0x9', undefined, undefined],
    ['named = <1|>', undefined, undefined],
    ['0x|3>', 'reg = <address size>', 1, '/bus has 1 address and 1 size cells.'],
    ['<0x|7', 'size = <size>', 0],
    ['0x|a>', 'xen,shared-mem = <host guest size>', 2],
    [
      '<0x|2>',
      'reg = <address address size>',
      0,
      '/plain has 2 address and 1 size cells (the default: it says nothing).',
    ],
  ];
  for (const [needle, label, active, why] of cases)
    it(needle, () => {
      const board = boardOf(signatures);
      const source = board.files.get(file);
      assert.ok(typeof source !== 'string');
      const signature = signatureHelp(board, source, cursorAt(signatures, needle));
      assert.deepEqual([signature?.label, signature?.active], [label, active]);
      if (why !== undefined) assert.equal(signature?.why, why);
    });
});
