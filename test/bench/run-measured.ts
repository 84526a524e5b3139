// Runs a shell command and tells what it and everything it started cost.

import { spawnSync } from 'node:child_process';

export interface Cost {
  /** CPU milliseconds of all processes, their own and the kernel's for them. */
  readonly cpu: number;
  /** Milliseconds by the clock. */
  readonly wall: number;
  readonly status: number;
}

/** Runs `script` with `sh`; what it writes is dropped. Throws when its status is above `acceptable`. */
export function runMeasured(
  script: string,
  { cwd, acceptable = 0 }: { cwd: string; acceptable?: number },
): Cost {
  const began = performance.now();
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', `{ ${script}\n} >/dev/null 2>&1 </dev/null; echo $?; times`],
    { cwd, encoding: 'utf8' },
  );
  const wall = performance.now() - began;
  const [status = '', , children = ''] = stdout.split('\n');
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  if (times.length !== 2 || Number(status) > acceptable)
    throw new Error(`${script.slice(0, 300)}: status ${status} ${stderr}`);
  const cpu = times.reduce((sum, [, m, s]) => sum + (Number(m) * 60 + Number(s)) * 1000, 0);
  return { cpu, wall, status: Number(status) };
}
