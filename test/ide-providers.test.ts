// Hover on properties that name other nodes: who provides what, with which line and flags.

import assert from 'node:assert/strict';
import path from 'node:path';
import { hover } from '../server/src/ide/hover.ts';
import type { Board } from '../server/src/rules/board.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { cursorAt } from './support/cursor.ts';

const text = `/dts-v1/;

#define CLK_UART 7

/ {
	#address-cells = <2>;
	#size-cells = <0>;
	interrupt-parent = <&gic>;

	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		pool: pool@60000000 {
			reg = <0x0 0x60000000 0x0 0x1000000>;
		};
	};

	gic: gic {
		compatible = "arm,gic-v3";
		interrupt-controller;
		#interrupt-cells = <4>;
		phandle = <0x7>;
	};

	old: old-gic {
		compatible = "arm,cortex-a15-gic", "arm,cortex-a9-gic";
		interrupt-controller;
		#interrupt-cells = <3>;
	};

	clk: clk {
		#clock-cells = <1>;
		#reset-cells = <2>;
		#power-domain-cells = <0>;
		#vendor,odd-cells = <2>;
	};

	pins: pins {
		interrupt-controller;
		#interrupt-cells = <2>;
		gpio-controller;
		#gpio-cells = <2>;
		gpio-line-names = "", "", "RESET";

		hog {
			gpio-hog;
			gpios = <2 0x6>;
		};

		cascade {
			interrupts = <5 2>;
		};
	};

	banks: banks {
		interrupt-controller;
		#interrupt-cells = <3>;
		#gpio-cells = <3>;
	};

	one: one {
		interrupt-controller;
		#interrupt-cells = <1>;
		#gpio-cells = <1>;
	};

	bare: bare { };

	pwm: pwm { #pwm-cells = <3>; };

	smmu: smmu { #iommu-cells = <1>; };

	phy: phy { #phy-cells = <0>; };

	timer {
		interrupts = <1 13 0xf04 0>, <0 988 1 0>, <2 3 4 0>, <3 4 8 0>, <9 1 0 0>, <0 5 5 0>;
		interrupt-names = "secure", "too-high";
	};

	third-party {
		interrupt-parent = <&old>;
		interrupts = <0 33 0x104>;
	};

	cut-short {
		interrupt-parent = <&pins>;
		interrupts = <1 4 2>;
	};

	of-banks {
		interrupt-parent = <&banks>;
		interrupts = <1 2 3>;
	};

	of-nobody {
		interrupt-parent = <0x99>;
		interrupts = <6>;
	};

	device {
		clocks = <&clk CLK_UART>, <0>, <&clk 0x12345>;
		clock-names = "uart", "none", "bus";
		resets = <&clk 1 2>;
		power-domains = <&clk>;
		dmas = <&bare 1>;
		pwms = <&pwm 0 50000 1>;
		iommus = <&smmu 0x820>;
		phys = <&phy>;
		phy-names = "usb";
		memory-region = <&pool>;
		reset-gpios = <&pins 2 0x21>;
		bank-gpios = <&banks 1 2 0>;
		one-gpios = <&one 3>;
		vin-supply = <&bare>;
		pinctrl-0 = <&bare>, <&one>;
		interrupts-extended = <&one 4>, <&gic 0 5 8 0>;
		mboxes = <0x55 1>;
		assigned-clocks = <&clk 3>;
		not-a-list = <&clk 4>;
	};
};
`;

const file = path.join(import.meta.dirname, 'board.dts');

describe('hover on what other nodes provide', () => {
  let board: Board;
  before(() => {
    ({ board } = analyzeFile(file, new Map([['targets', 'linux:6.12']]), text));
  });
  const show = (needle: string, from = board): string =>
    hover(from, file, cursorAt(text, needle), (_, label) => label)?.markdown ?? 'nothing';

  const cases: readonly (readonly [string, ...string[]])[] = [
    // The trigger is in the low four bits: above are the CPUs of a GICv2.
    ['interrupts = <1 1|3 0xf04', '- `secure`: PPI 13, level high (interrupt ID 29)'],
    ['988| 1', '- `too-high`: SPI 988 (the highest is 987), rising edge'],
    [
      'inter|rupts = <1 13',
      '- `secure`: PPI 13, level high (interrupt ID 29)',
      '- extended SPI 3, level high (interrupt ID 4099)',
      '- extended PPI 4, level low (interrupt ID 1060)',
      '- type 9 (0 is SPI, 1 is PPI), number 1, no trigger given',
      '- SPI 5, flags 0x5 (interrupt ID 37)',
      'Interrupt parent: /gic (`gic`)',
    ],
    [
      'inter|rupts = <0 33',
      '- SPI 33, level high (interrupt ID 65)',
      'Interrupt parent: /old-gic (`old`)',
    ],
    [
      'inter|rupts = <1 4 2>',
      '- line 1, level high',
      'The last entry is too short: /pins (`pins`) asks for 2 cells.',
    ],
    ['inter|rupts = <1 2 3>', '- cells 0x1 0x2 0x3', 'Interrupt parent: /banks (`banks`)'],
    ['inter|rupts = <6>', 'It names no node of this board.'],
    // A controller below another one: its children are its own.
    ['inter|rupts = <5 2>', '- line 5, falling edge', 'Interrupt parent: /pins (`pins`)'],
    [
      'interrupt-|parent = <&old',
      'Interrupts of this node and of those below go to /old-gic (`old`)',
    ],
    [
      'clo|cks = <&clk CLK',
      '- `uart`: /clk (`clk`), clock 7 (CLK\\_UART)',
      '- `none`: none',
      '- `bus`: /clk (`clk`), clock 0x12345',
    ],
    ['0x12|345', '- `bus`: /clk (`clk`), clock 0x12345'],
    ['<&cl|k CLK', 'Entry 0 of `clocks`: `uart`, clock 7 (CLK\\_UART)'],
    ['res|ets', '- /clk (`clk`), reset: 1, 2'],
    ['power-do|mains', '- /clk (`clk`)'],
    ['dm|as', '/bare (`bare`) has no `#dma-cells`, so its entries cannot be read.'],
    ['pw|ms', '- /pwm (`pwm`), channel 0, period 50000 ns, inverted'],
    ['iom|mus', '- /smmu (`smmu`), stream ID 0x820'],
    ['ph|ys = ', '- `usb`: /phy (`phy`)'],
    [
      'memory-|region',
      '- /reserved-memory/pool@60000000 (`pool`), `0x60000000 – 0x60ffffff`, 16 MiB',
    ],
    ['reset-|gpios', '- /pins (`pins`), line 2 "RESET", active low, pull-down'],
    ['bank-g|pios', '- /banks (`banks`), cells 0x1 0x2 0x0'],
    ['one-g|pios', '- /one (`one`), line 3'],
    ['gp|ios = <2', '- line 2 "RESET", active high, open drain', 'Lines of /pins (`pins`)'],
    ['vin-|supply', '- /bare (`bare`)'],
    ['pinctrl|-0', '- /bare (`bare`)', '- /one (`one`)'],
    [
      'interrupts-|ext',
      '- /one (`one`), line 4',
      '- /gic (`gic`), SPI 5, level low (interrupt ID 37)',
    ],
    ['mbo|xes', 'It names no node of this board.'],
    ['assigned-|clocks', '- /clk (`clk`), clock 3'],
    ['not-a|-list', '`<0x4 0x4>` 8 bytes'],
    ['#addr|ess-cells = <2>;#1', 'Each address in `reg` of its children takes 2 cells (64 bits).'],
    ['#si|ze-cells = <0>', 'The children of this node have no sizes in `reg`.'],
    [
      '#interrupt-|cells = <4',
      'An interrupt of this node takes 4 cells: type, number, flags, affinity.',
      'The `interrupts` of 1 node go here.',
    ],
    ['#interrupt-|cells = <2', 'An interrupt of this node takes 2 cells: line, flags.'],
    ['#clock-|cells', 'An entry of `clocks` that names this node has 1 cell after the phandle.'],
    [
      '#power-|domain-cells',
      'An entry of `power-domains` that names this node is its phandle alone.',
    ],
    ['#vendor|,odd', 'A reference to this node is followed by 2 cells.'],
    [
      'pha|ndle = <0x7',
      '0x7 is the number by which other nodes name this one:',
      '- /: `interrupt-parent`',
      '- /device: `interrupts-extended`',
    ],
  ];
  for (const [needle, ...expected] of cases)
    it(needle, () => {
      const lines = show(needle).split('\n');
      for (const each of expected) assert.ok(lines.includes(each), lines.join('\n'));
    });

  it('says that nothing is known where a file is missing', () => {
    const cut = text.replace('/dts-v1/;', '/dts-v1/;\n#include "none.dtsi"');
    const { board: partial } = analyzeFile(file, new Map(), cut);
    const shown = hover(partial, file, cursorAt(cut, 'clo|cks = <&clk CLK'), (_, label) => label);
    assert.match(shown?.markdown ?? '', /what it means is unknown: .*none\.dtsi/);
    assert.doesNotMatch(shown?.markdown ?? '', /clock 7/);
  });
});
