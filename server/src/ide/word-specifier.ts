// What the arguments of an entry mean, in words: `PPI 13, level high`, `line 5, active low, pull-up`.

import { stringsIn, type DtNode } from '../tree/device-tree.ts';
import type { Specifier, SpecifierKind } from './read-specifiers.ts';

/** What one cell counts, for kinds whose first or only argument is a number that the provider gives. */
const NOUNS: Readonly<Record<SpecifierKind, string>> = {
  clock: 'clock',
  cooling: 'state',
  dai: 'DAI',
  dma: 'request',
  gpio: 'line',
  hwlock: 'lock',
  interconnect: 'port',
  interrupt: 'line',
  'io-channel': 'channel',
  iommu: 'stream ID',
  mbox: 'channel',
  msi: 'device ID',
  mux: 'multiplexer',
  node: '',
  nvmem: 'cell',
  phy: 'PHY',
  'power-domain': 'domain',
  pwm: 'channel',
  reset: 'reset',
  sensor: 'sensor',
};

/** What an entry asks for, without its provider; empty when it has no arguments. `macros`: by argument, the macro that wrote it. */
export function wordSpecifier(
  { kind, cells, provider }: Specifier,
  macros: readonly (string | undefined)[] = [],
): string {
  if (cells.length === 0) return '';
  if (kind === 'interrupt' && provider) return wordInterrupt(provider, cells);
  if (kind === 'gpio' && provider) return wordGpio(provider, cells);
  if (kind === 'pwm') return wordPwm(cells);
  if (kind === 'cooling' && cells.length === 2)
    return `state ${state(cells[0])} to ${state(cells[1])}`;
  const [only = 0] = cells;
  const noun = NOUNS[kind];
  if (cells.length === 1) {
    const [macro] = macros;
    return `${noun} ${number(only, kind)}${macro === undefined ? '' : ` (${macro})`}`;
  }
  return `${noun}: ${cells.map((cell, at) => macros[at] ?? number(cell, kind)).join(', ')}`;
}

/** What the cells of an entry are called; undefined where only the provider's binding knows. */
export function namesOfCells(
  provider: DtNode,
  cellsName: string,
  count: number,
): string | undefined {
  if (cellsName === '#interrupt-cells') {
    if (isGic(provider) && count >= 3)
      return count === 3 ? 'type, number, flags' : 'type, number, flags, affinity';
    return count === 1 ? 'line' : count === 2 ? 'line, flags' : undefined;
  }
  if (cellsName === '#gpio-cells') return count === 2 ? 'line, flags' : undefined;
  if (cellsName === '#pwm-cells')
    return count === 2 ? 'channel, period' : count === 3 ? 'channel, period, flags' : undefined;
  return undefined;
}

// THERMAL_NO_LIMIT
function state(cell = 0): string {
  return cell === 0xffffffff ? 'any' : String(cell);
}

function number(cell: number, kind: SpecifierKind): string {
  return kind === 'iommu' || kind === 'msi' || cell > 0xffff ? hex(cell) : String(cell);
}

function hex(cell: number): string {
  return `0x${cell.toString(16)}`;
}

/** What Linux drives as Arm's Generic Interrupt Controller (arm,gic.yaml, arm,gic-v3.yaml). */
const GICS: ReadonlySet<string> = new Set([
  'arm,arm11mp-gic',
  'arm,arm1176jzf-devchip-gic',
  'arm,cortex-a15-gic',
  'arm,cortex-a5-gic',
  'arm,cortex-a7-gic',
  'arm,cortex-a9-gic',
  'arm,eb11mp-gic',
  'arm,gic-400',
  'arm,gic-v3',
  'arm,pl390',
  'arm,tc11mp-gic',
  'brcm,brahma-b15-gic',
  'nvidia,tegra210-agic',
  'qcom,msm-8660-qgic',
  'qcom,msm-qgic2',
]);

function isGic(node: DtNode): boolean {
  return stringsIn(node, 'compatible').some((each) => GICS.has(each));
}

/** By type cell: the name, the ID of number 0, how many there are (arm,gic-v3.yaml; GICv3 architecture, 2.2.1). */
const GIC_TYPES: readonly (readonly [string, number, number])[] = [
  ['SPI', 32, 988],
  ['PPI', 16, 16],
  ['extended SPI', 4096, 1024],
  ['extended PPI', 1056, 64],
];

function wordInterrupt(provider: DtNode, cells: readonly number[]): string {
  const [first = 0, second = 0, third = 0] = cells;
  if (isGic(provider) && cells.length >= 3) {
    const [name, base, count] = GIC_TYPES[first] ?? [];
    if (name === undefined || base === undefined || count === undefined)
      return `type ${first} (0 is SPI, 1 is PPI), number ${second}, ${trigger(third)}`;
    if (second >= count)
      return `${name} ${second} (the highest is ${count - 1}), ${trigger(third)}`;
    return `${name} ${second}, ${trigger(third)} (interrupt ID ${base + second})`;
  }
  if (cells.length === 1) return `line ${first}`;
  // interrupt-controller/interrupts.txt: the second of two cells has the trigger in its low four bits.
  if (cells.length === 2) return `line ${first}, ${trigger(second)}`;
  return `cells ${cells.map(hex).join(' ')}`;
}

// dt-bindings/interrupt-controller/irq.h
const TRIGGERS: readonly (string | undefined)[] = [
  'no trigger given',
  'rising edge',
  'falling edge',
  'both edges',
  'level high',
  undefined,
  undefined,
  undefined,
  'level low',
];

function trigger(flags: number): string {
  return TRIGGERS[flags & 0xf] ?? `flags ${hex(flags)}`;
}

// dt-bindings/gpio/gpio.h
const GPIO_FLAGS: readonly (readonly [number, string])[] = [
  [0x8, 'state may be lost in sleep'],
  [0x10, 'pull-up'],
  [0x20, 'pull-down'],
  [0x40, 'bias disabled'],
];

function wordGpio(provider: DtNode, cells: readonly number[]): string {
  const [line = 0, flags = 0] = cells;
  const named = stringsIn(provider, 'gpio-line-names')[line];
  const called = named === undefined || named === '' ? '' : ` "${named}"`;
  if (cells.length === 1) return `line ${line}${called}`;
  if (cells.length !== 2) return `cells ${cells.map(hex).join(' ')}`;
  const words = [`line ${line}${called}`, (flags & 1) === 1 ? 'active low' : 'active high'];
  if ((flags & 2) === 2) words.push((flags & 4) === 4 ? 'open drain' : 'open source');
  for (const [bit, word] of GPIO_FLAGS) if ((flags & bit) !== 0) words.push(word);
  return words.join(', ');
}

/** pwm/pwm.txt: channel, period in ns, flags; one cell is a channel or, with one channel, the period: only the binding knows. */
function wordPwm(cells: readonly number[]): string {
  const [channel = 0, period = 0, flags = 0] = cells;
  if (cells.length === 1) return `cell ${channel}`;
  const words = [`channel ${channel}`, `period ${period} ns`];
  if ((flags & 1) === 1) words.push('inverted');
  return words.join(', ');
}
