// Runs measure-readers.ts in processes of their own, one for each of two processors, and gives what they measured.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from '../support/bundles.ts';
import type { Growth } from './measure-slope.ts';

/** Processes beside each other. */
const PARTS = 2;

/**
 * A large young generation: otherwise what is measured is how often a growing heap is collected. Nothing else runs in these
 * processes, whose CPU time is what is measured.
 */
const FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

/** Every reader's growth, sorted by reader and input. */
export async function runMeasurements(effort: 'quick' | 'thorough'): Promise<readonly Growth[]> {
  const parts = await Promise.all(
    Array.from({ length: PARTS }, (_, part) => runPart(effort, part)),
  );
  return parts
    .flat()
    .sort((a, b) => a.reader.localeCompare(b.reader) || a.input.localeCompare(b.input));
}

async function runPart(effort: 'quick' | 'thorough', part: number): Promise<Growth[]> {
  const script = path.join(root, 'test/fuzz/measure-readers.ts');
  const options = ['--part', `${part}/${PARTS}`, ...(effort === 'thorough' ? ['--thorough'] : [])];
  const child = spawn(process.execPath, ['--import', 'tsx', ...FLAGS, script, ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => output.push(data));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0) throw new Error(`measure-readers.ts ended with ${status ?? 'a signal'}`);
  const lines = Buffer.concat(output).toString().trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Growth);
}
