// What the budget is about: costs of the language server as ratios to `cpp | dtc` on the same board in the same run.

import { defaultTargets } from '../../server/src/systems/targets.ts';
import { BOARDS } from './boards.ts';
import { compileCopies } from './cpp-dtc.ts';
import { cpuOf, inProcess } from './in-process.ts';
import { measureKeys } from './measure-keys.ts';
import { placesToType, type Kind } from './places-to-type.ts';
import { measureEditing, type EditedBoard, type Editing } from './measure-editing.ts';
import { regions } from './measure-growth.ts';
import { quantile } from './server-process.ts';

/** The median over the boards of what each costs, divided by the CPU time of `cpp | dtc` for a copy of it. */
export interface Ratios {
  readonly openCold: number;
  readonly openWarm: number;
  readonly key: number;
  readonly hover: number;
  readonly completion: number;
}

/** Megabytes: the most at any time, and what the later nine tenths of the edits added. */
export interface Resident {
  readonly peak: number;
  readonly growth: number;
}

/** What keys cost in each kind of place of one board, divided by the CPU time of `cpp | dtc` for a copy of it. */
export type KeyRatios = Readonly<Record<`${Kind} ${'first 20' | 'later'}`, number>>;

/** Enough for a median behind the keys that warm up. */
const KEYS = 90;
/** The first twenty, and enough for a mean behind them. */
const KEYS_IN_PLACE = 120;
const MANY_KEYS = 1200;

const [FIVE, SMALLEST] = [BOARDS.slice(0, 5), BOARDS[3] as EditedBoard];

/** It has a place of every kind. */
const OF_EVERY_KIND = BOARDS[2] as EditedBoard;

/** The five boards, one after the other, the reference right before and after each. */
export async function measureRatios(): Promise<Ratios> {
  const costs: { readonly own: Editing; readonly reference: number }[] = [];
  for (const board of FIVE) {
    const before = compileCopies(board.board);
    const own = await measureEditing(board, KEYS);
    costs.push({ own, reference: (before + compileCopies(board.board)) / 2 });
  }
  const ratio = (cost: (own: Editing) => number): number =>
    quantile(
      costs.map(({ own, reference }) => cost(own) / reference),
      0.5,
    );
  return {
    openCold: ratio((own) => own.openCold),
    openWarm: ratio((own) => own.openWarm),
    key: ratio((own) => own.keystroke.median),
    hover: ratio((own) => own.hover.median),
    completion: ratio((own) => own.completion.median),
  };
}

/** A process for each kind of place, the reference right before and after each. */
export async function measureKeyRatios(): Promise<KeyRatios> {
  const { board } = OF_EVERY_KIND;
  const ratios: [string, number][] = [];
  let before = compileCopies(board);
  for (const place of placesToType(board)) {
    const { first20, to200 } = await measureKeys(board, place, KEYS_IN_PLACE);
    const after = compileCopies(board);
    const reference = (before + after) / 2;
    ratios.push([`${place.kind} first 20`, first20 / reference]);
    ratios.push([`${place.kind} later`, to200 / reference]);
    before = after;
  }
  return Object.fromEntries(ratios) as KeyRatios;
}

/** Memory over a few thousand edits of one board. */
export async function measureResident(): Promise<Resident> {
  const { peak, residentEarly, residentAfterEdits } = await measureEditing(SMALLEST, MANY_KEYS);
  return { peak, growth: residentAfterEdits - residentEarly };
}

/** What 10 000 reserved regions cost in terms of 2500: 4 when the cost is linear, 16 when it is quadratic. */
export function measureManyRegions(): number {
  const costs: number[] = [];
  // The first one runs code that is not compiled yet.
  for (const count of [2500, 2500, 10_000]) {
    const board = inProcess(defaultTargets);
    board.files.setText('/bench/board.dts', regions(count));
    costs.push(cpuOf(() => board.analyze('/bench/board.dts')));
  }
  return (costs[2] ?? 0) / (costs[1] ?? 1);
}
