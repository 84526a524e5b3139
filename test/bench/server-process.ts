// The CPU time and memory of the server's process, as Linux accounts them.

import { readdirSync, readFileSync } from 'node:fs';

/** CPU milliseconds all threads of a process have used so far: its own and the kernel's for it. */
export function cpuMilliseconds(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const text = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8');
    nanoseconds += Number(text.split(' ')[0]);
  }
  return nanoseconds / 1e6;
}

/** Megabytes (10^6 bytes) resident now, and at most so far. */
export function residentMegabytes(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { now: (kilobytes('VmRSS') * 1024) / 1e6, peak: (kilobytes('VmHWM') * 1024) / 1e6 };
}

/** The value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Waits until the process has done nothing for a while. */
export async function idle(pid: number): Promise<void> {
  for (let quiet = 0, last = -1; quiet < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = cpuMilliseconds(pid);
    quiet = now - last < 2 ? quiet + 1 : 0;
    last = now;
  }
}
