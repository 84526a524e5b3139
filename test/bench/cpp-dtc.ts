// The reference: what `cpp | dtc` costs on the same boards in the same run.

import path from 'node:path';
import { kernelTree } from '../oracle/kernel-tree.ts';
import { runMeasured, type Cost } from './run-measured.ts';

/** The commands of a kernel build for one board, `$1`; the blob is dropped. */
const COMPILE =
  'cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp -I include -I scripts/dtc/include-prefixes ' +
  '-I "$(dirname "$1")" "$1" | dtc -q -I dts -O dtb -i "$(dirname "$1")" -o /dev/null -';

/** One board, CPU milliseconds: the mean of `rounds`, which the shell counts together, in hundredths of a second. */
export function compileBoard(board: string, rounds = 8): number {
  const script = `set -- '${board}'; for round in $(seq ${rounds}); do ${COMPILE}; done`;
  return runMeasured(script, { cwd: kernelTree() }).cpu / rounds;
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
