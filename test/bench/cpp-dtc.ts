// The reference: what `cpp | dtc` costs on the same boards in the same run.

import path from 'node:path';
import { kernelTree } from '../oracle/kernel-tree.ts';
import { runMeasured, type Cost } from './run-measured.ts';

// The commands of a kernel build for one board, `$1`; the blob is dropped.
const CPP =
  'cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp -I include -I scripts/dtc/include-prefixes ' +
  '-I "$(dirname "$1")"';
const DTC = 'dtc -q -I dts -O dtb -i "$(dirname "$1")" -o /dev/null -';
const COMPILE = `${CPP} "$1" | ${DTC}`;

/** One board, CPU milliseconds: the mean of `rounds`, which the shell counts together, in hundredths of a second. */
export function compileBoard(board: string, rounds = 8): number {
  const script = `set -- '${board}'; for round in $(seq ${rounds}); do ${COMPILE}; done`;
  return runMeasured(script, { cwd: kernelTree() }).cpu / rounds;
}

/** So many that starting the programs, which one machine does in 10 ms and another in 70, counts little. */
const COPIES = 24;

/**
 * One board as often as `COPIES` in one text, CPU milliseconds a copy: what the programs do, without their start and the
 * headers of all copies but the first. dtc merges the copies; what may stand at the top only is there once.
 */
export function compileCopies(board: string, rounds = 2): number {
  const includes = Array<string>(COPIES)
    .fill(`#include "${path.basename(board)}"`)
    .join('\\n');
  const copies =
    `{ echo '/dts-v1/;'; printf '${includes}\\n' | ${CPP} - | ` +
    `sed '/^\\/dts-v1\\/;/d; /^\\/memreserve\\//d'; } | ${DTC}`;
  const script = `set -- '${board}'; for round in $(seq ${rounds}); do ${copies} || exit 1; done`;
  return runMeasured(script, { cwd: kernelTree() }).cpu / rounds / COPIES;
}

/** All boards of the list file `list` (one path below the kernel tree a line), `jobs` at a time. */
export function compileBoards(list: string, jobs: number): Cost {
  return runMeasured(
    `xargs -P${jobs} -n1 sh -c '${COMPILE.replaceAll("'", `'\\''`)}' - < '${list}'`,
    { cwd: kernelTree() },
  );
}

/** All boards with `dtmap check`, `jobs` at a time. */
export function checkBoards(list: string, jobs: number): Cost {
  const program = path.join(import.meta.dirname, '../../dist/dtmap.js');
  return runMeasured(
    `'${process.execPath}' '${program}' check --jobs ${jobs} --format json $(cat '${list}')`,
    { cwd: kernelTree(), acceptable: 1 },
  );
}
