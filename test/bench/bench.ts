// `npm run bench`: what dtmap costs on real boards, as tables or, with --json, as JSON. Measures dist/: build first.
//   npm run bench -- [--json] [--edits N] [--jobs N] [--runs N] [--boards N] [--only editing,keys,tree,xen,growth,readers]
//   npm run bench -- --peer 'COMMAND ARGUMENTS' [--peer-settings FILE]      another server's first keys beside ours
// `keys` is measured `--runs` times. `readers`, which is not measured unless asked for, is the time of every reader at four sizes
// of hard inputs.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { boardFiles, kernelTree } from '../oracle/kernel-tree.ts';
import { BOARDS } from './boards.ts';
import { checkBoards, compileBoard, compileBoards } from './cpp-dtc.ts';
import { measureEditing, type Editing } from './measure-editing.ts';
import { measureGrowth, type Growth } from './measure-growth.ts';
import {
  measureBoardKeys,
  measureBesidePeer,
  type BesidePeer,
  type BoardKeys,
} from './measure-boards.ts';
import type { Growth as ReaderGrowth } from '../fuzz/measure-slope.ts';
import { runMeasurements } from '../fuzz/run-measurements.ts';
import { measureXen, type Prediction } from './measure-xen.ts';
import { KIND_NAMES, KINDS } from './places-to-type.ts';
import type { Cost } from './run-measured.ts';
import { quantile } from './server-process.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    edits: { type: 'string', default: '10000' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    runs: { type: 'string', default: '1' },
    boards: { type: 'string', default: String(BOARDS.length) },
    peer: { type: 'string' },
    'peer-settings': { type: 'string' },
    only: { type: 'string', default: 'editing,keys,tree,xen,growth' },
  },
});
const parts = values.only.split(',');
const boards = BOARDS.slice(0, Number(values.boards));

/** A whole kernel tree, every board of arm64 and arm. */
interface WholeTree {
  readonly boards: number;
  readonly jobs: number;
  readonly dtmap: Cost;
  readonly cppDtc: Cost;
}

interface Results {
  readonly editing: (Editing & { readonly cppDtc: number })[];
  /** Each board as often as there are runs. */
  readonly keys: readonly BoardKeys[];
  readonly peer: readonly BesidePeer[];
  readonly tree?: WholeTree;
  readonly xen: readonly Prediction[];
  readonly growth: readonly Growth[];
  readonly readers: readonly ReaderGrowth[];
}

void run();

async function run(): Promise<void> {
  const editing: Results['editing'][number][] = [];
  if (parts.includes('editing')) {
    for (const board of boards) {
      const cppDtc = compileBoard(board.board);
      editing.push({ ...(await measureEditing(board, Number(values.edits))), cppDtc });
    }
  }
  const keys: BoardKeys[] = [];
  if (parts.includes('keys'))
    for (let run = 0; run < Number(values.runs); run += 1)
      for (const { board } of boards) keys.push(await measureBoardKeys(board));
  const peer: BesidePeer[] = [];
  if (values.peer !== undefined)
    for (const { board } of boards)
      peer.push(await measureBesidePeer(board, values.peer, values['peer-settings']));
  const xen = parts.includes('xen')
    ? measureXen(BOARDS[0]?.board ?? '')
    : ([] as readonly Prediction[]);
  const growth = parts.includes('growth') ? measureGrowth() : ([] as readonly Growth[]);
  const readers = parts.includes('readers') ? await runMeasurements('thorough') : [];
  const tree = parts.includes('tree') ? measureTree(Number(values.jobs)) : undefined;
  const results: Results = { editing, keys, peer, xen, growth, readers, ...(tree ? { tree } : {}) };
  console.log(values.json ? JSON.stringify({ version: 1, ...results }, null, 2) : tables(results));
}

function measureTree(jobs: number): WholeTree {
  const folder = mkdtempSync(path.join(tmpdir(), 'dtmap-bench-'));
  const list = path.join(folder, 'boards');
  const boards = (['arm64', 'arm'] as const)
    .flatMap(boardFiles)
    .map((file) => path.relative(kernelTree(), file));
  writeFileSync(list, boards.map((board) => `${board}\n`).join(''));
  try {
    const dtmap = checkBoards(list, jobs);
    return { boards: boards.length, jobs, dtmap, cppDtc: compileBoards(list, jobs) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tables({ editing, keys, peer, tree, xen, growth, readers }: Results): string {
  const lines: string[] = [];
  const row = (...cells: readonly (string | number)[]): void => {
    const text = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell));
    lines.push(`| ${text.join(' | ')} |`);
  };
  const head = (...names: readonly string[]): void => {
    lines.push('');
    row(...names);
    row(...names.map(() => '---'));
  };
  lines.push('CPU milliseconds of all threads; memory in MB.');
  if (editing.length > 0) {
    head(
      ...['board', 'open cold', 'open warm', 'key median', 'key p95', 'hover', 'completion'],
      ...['RSS early', 'RSS late', 'RSS peak', 'cpp \\| dtc'],
    );
    for (const each of editing) {
      row(
        path.basename(each.board, '.dts'),
        ...[each.openCold, each.openWarm, each.keystroke.median, each.keystroke.p95],
        ...[each.hover.median, each.completion.median],
        ...[each.residentEarly, each.residentAfterEdits, each.peak, each.cppDtc],
      );
    }
  }
  if (keys.length > 0) {
    lines.push('', 'Each cell: least / median / most of the boards and runs.');
    head(
      ...['keys in', 'first 20', '21 to 200', 'steady', 'steady p95', 'kB allocated'],
      ...['ms to findings, p50', 'p95', 'first 20 by cpp \\| dtc', 'steady by cpp \\| dtc'],
    );
    for (const kind of KINDS) {
      const of = keys.flatMap(({ cppDtc, keys: all }) =>
        all.filter((each) => each.kind === kind).map((each) => ({ ...each, cppDtc })),
      );
      if (of.length === 0) continue;
      const cell = (value: (each: (typeof of)[number]) => number, digits = 1): string =>
        [0, 0.5, 1].map((share) => quantile(of.map(value), share).toFixed(digits)).join(' / ');
      row(
        KIND_NAMES[kind],
        ...[cell((each) => each.first20), cell((each) => each.to200)],
        ...[cell((each) => each.steady.median), cell((each) => each.steady.p95)],
        cell((each) => each.allocated / 1000, 0),
        ...[cell((each) => each.wall.p50), cell((each) => each.wall.p95)],
        cell((each) => each.first20 / each.cppDtc, 2),
        cell((each) => each.steady.median / each.cppDtc, 2),
      );
    }
  }
  if (peer.length > 0) {
    head('first 50 keys, mean', 'dtmap', 'the other server', 'times');
    for (const { board, own, other } of peer)
      row(path.basename(board, '.dts'), own, other, other / own);
  }
  if (tree) {
    head(
      `${tree.boards} boards of arm64 and arm, ${tree.jobs} at a time`,
      'seconds',
      'CPU seconds',
    );
    row('dtmap check', tree.dtmap.wall / 1000, tree.dtmap.cpu / 1000);
    row('cpp \\| dtc', tree.cppDtc.wall / 1000, tree.cppDtc.cpu / 1000);
  }
  if (xen.length > 0) {
    head('Xen', 'prediction');
    for (const each of xen) row(each.xen, each.cpu);
  }
  if (growth.length > 0) {
    head('of', 'count', 'text kB', 'first', 'each');
    for (const each of growth)
      row(each.of, String(each.count), each.text / 1000, each.first, each.each);
  }
  if (readers.length > 0) {
    head('reader', 'input', 'smallest, pieces', 'time', '× 2', '× 4', '× 8', 'slope');
    for (const { reader, input, counts, times, slope } of readers)
      row(reader, input.replaceAll('|', '\\|'), String(counts[0] ?? 0), ...times, slope.toFixed(2));
  }
  return lines.join('\n');
}
