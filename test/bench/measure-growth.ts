// How cost grows: with the text, the regions, the boards that share a file, and the targets.

import { BRANCH_NAMES, RELEASES } from '../../server/src/xen/releases.ts';
import { defaultTargets } from '../../server/src/systems/targets.ts';
import { cpuOf, inProcess, medianCpu } from './in-process.ts';

/** CPU milliseconds for one size. */
export interface Growth {
  readonly of: 'devices' | 'regions' | 'boards' | 'targets';
  readonly count: number;
  /** UTF-16 units of the expanded text. */
  readonly text: number;
  /** From nothing; for boards: all of them, one after the other. */
  readonly first: number;
  /** After an edit of one number; for boards: per board. */
  readonly each: number;
}

const ROOT = '/bench/board.dts';

const head = (inside: string): string => `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x100 0x0>; };
${inside}};
`;

function devices(count: number): string {
  const nodes = Array.from({ length: count }, (_, index) => {
    const address = (0x1000_0000 + index * 0x1000).toString(16);
    return `\t\td${index}: serial@${address} {
			compatible = "vendor,uart-${index % 7}", "vendor,uart";
			reg = <0x0 0x${address} 0x0 0x1000>;
			interrupts = <0 ${index % 900} 4>;
			clocks = <&clk ${index}>;
			clock-names = "bus";
			status = "okay";
		};
`;
  });
  return head(`	soc {
		compatible = "simple-bus";
		#address-cells = <2>;
		#size-cells = <2>;
		interrupt-parent = <&gic>;
		ranges;
		clk: clock { #clock-cells = <1>; };
		gic: interrupt-controller { interrupt-controller; #interrupt-cells = <3>; };
${nodes.join('')}	};
`);
}

/** A board with that many reserved regions side by side. */
export function regions(count: number): string {
  const nodes = Array.from({ length: count }, (_, index) => {
    const address = 0x1_0000_0000n + BigInt(index) * 0x20_0000n;
    const [high, low] = [address >> 32n, address & 0xffff_ffffn];
    return `\t\tr${index}: region@${address.toString(16)} { reg = <0x${high.toString(16)} 0x${low.toString(16)} 0x0 0x100000>; no-map; };\n`;
  });
  return head(`	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
${nodes.join('')}	};
`);
}

function measureText(
  of: Growth['of'],
  count: number,
  text: string,
  targets: readonly string[] = defaultTargets,
): Growth {
  const board = inProcess(targets);
  board.files.setText(ROOT, text);
  let last = board.analyze(ROOT);
  const cold = inProcess(targets);
  cold.files.setText(ROOT, text);
  const first = cpuOf(() => cold.analyze(ROOT));
  const at = text.indexOf('0x100 0x0>') + '0x100'.length;
  // Where one round takes a second, more would take the afternoon.
  const each = medianCpu(first > 1000 ? 1 : 9, (round) => {
    board.files.setText(ROOT, round % 2 ? text : `${text.slice(0, at)}0${text.slice(at)}`);
    last = board.analyze(ROOT, last);
  });
  return { of, count, text: text.length, first, each };
}

function measureBoards(count: number): Growth {
  const boards = inProcess(defaultTargets);
  const shared = devices(500);
  boards.files.setText('/bench/soc.dtsi', shared.replace('/dts-v1/;', ''));
  const roots = Array.from({ length: count }, (_, index) => `/bench/board-${index}.dts`);
  roots.forEach((root, index) => {
    const text = `/dts-v1/;\n#include "soc.dtsi"\n&d${index} { status = "disabled"; };\n`;
    boards.files.setText(root, text);
  });
  const first = cpuOf(() => {
    for (const root of roots) boards.analyze(root);
  });
  return { of: 'boards', count, text: shared.length, first, each: first / count };
}

/** Every table of the growth of costs. */
export function measureGrowth(): readonly Growth[] {
  const results: Growth[] = [];
  measureText('devices', 1000, devices(1000));
  for (const count of [100, 300, 1000, 3000, 10_000])
    results.push(measureText('devices', count, devices(count)));
  for (const count of [10, 100, 1000, 10_000])
    results.push(measureText('regions', count, regions(count)));
  for (const count of [1, 5, 50, 500]) results.push(measureBoards(count));
  const names = [...BRANCH_NAMES, ...RELEASES.map(({ name }) => name)].map((name) => `xen:${name}`);
  for (const count of [1, 2, 5, 10, 20])
    results.push(measureText('targets', count, regions(100), names.slice(0, count)));
  return results;
}
