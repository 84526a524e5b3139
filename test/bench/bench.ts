// `npm run bench`: what dtmap costs on real boards, as tables or, with --json, as JSON. Measures dist/: build first.
//   npm run bench -- [--json] [--edits N] [--jobs N] [--only editing,tree,xen,growth,readers]
// `readers`, which is not measured unless asked for, is the time of every reader at four sizes of hard inputs.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { boardFiles, kernelTree } from '../oracle/kernel-tree.ts';
import { BOARDS } from './boards.ts';
import { checkBoards, compileBoard, compileBoards } from './cpp-dtc.ts';
import { measureEditing, type Editing } from './measure-editing.ts';
import { measureGrowth, type Growth } from './measure-growth.ts';
import type { Growth as ReaderGrowth } from '../fuzz/measure-slope.ts';
import { runMeasurements } from '../fuzz/run-measurements.ts';
import { measureXen, type Prediction } from './measure-xen.ts';
import type { Cost } from './run-measured.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    edits: { type: 'string', default: '10000' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', default: 'editing,tree,xen,growth' },
  },
});
const parts = values.only.split(',');

/** A whole kernel tree, every board of arm64 and arm. */
interface WholeTree {
  readonly boards: number;
  readonly jobs: number;
  readonly dtmap: Cost;
  readonly cppDtc: Cost;
}

interface Results {
  readonly editing: (Editing & { readonly cppDtc: number })[];
  readonly tree?: WholeTree;
  readonly xen: readonly Prediction[];
  readonly growth: readonly Growth[];
  readonly readers: readonly ReaderGrowth[];
}

void run();

async function run(): Promise<void> {
  const editing: Results['editing'][number][] = [];
  if (parts.includes('editing')) {
    for (const board of BOARDS) {
      const cppDtc = compileBoard(board.board);
      editing.push({ ...(await measureEditing(board, Number(values.edits))), cppDtc });
    }
  }
  const xen = parts.includes('xen')
    ? measureXen(BOARDS[0]?.board ?? '')
    : ([] as readonly Prediction[]);
  const growth = parts.includes('growth') ? measureGrowth() : ([] as readonly Growth[]);
  const readers = parts.includes('readers') ? await runMeasurements('thorough') : [];
  const tree = parts.includes('tree') ? measureTree(Number(values.jobs)) : undefined;
  const results: Results = { editing, xen, growth, readers, ...(tree ? { tree } : {}) };
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

function tables({ editing, tree, xen, growth, readers }: Results): string {
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
