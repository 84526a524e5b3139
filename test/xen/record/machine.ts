// A machine in QEMU: its serial console, and its memory by way of QEMU's monitor.

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A console that is silent for so long says nothing more; a busy machine needs all of it. */
const IDLE_SECONDS = 30;
const LONGEST_SECONDS = 300;

/** A running machine. `stop` must be called, whatever happens. */
export class Machine {
  readonly #folder: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<void>;
  #console = '';
  #heard = Date.now();

  /** Starts QEMU with `options` of its own. `folder` is for files that exist as long as the machine. */
  constructor(options: readonly string[], folder: string) {
    this.#folder = folder;
    const monitor = `unix:${this.#monitor},server=on,wait=off`;
    const fixed = ['-display', 'none', '-net', 'none', '-no-reboot', '-serial', 'stdio'];
    const all = [...options, ...fixed, '-monitor', monitor];
    this.#process = spawn('qemu-system-aarch64', all, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', () => {
        resolve();
      });
    });
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.#console += chunk.toString('latin1');
      this.#heard = Date.now();
    });
  }

  /** What was printed so far, a character for each byte. */
  get console(): string {
    return this.#console;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null;
  }

  get #monitor(): string {
    return path.join(this.#folder, 'monitor');
  }

  /** Waits until `isOver` of the console, or until nothing more can be expected: then it says so. */
  async wait(isOver: (console: string) => boolean): Promise<string | undefined> {
    const began = Date.now();
    while (Date.now() - began < LONGEST_SECONDS * 1000) {
      const isEnded = await Promise.race([this.#ended.then(() => true), sleep(500, false)]);
      if (isOver(this.#console)) return undefined;
      if (isEnded) return 'QEMU ended';
      if (Date.now() - this.#heard > IDLE_SECONDS * 1000) return `hang(idle ${IDLE_SECONDS}s)`;
    }
    return 'timeout';
  }

  /** Types on the console and gives the machine time to answer. */
  async type(keys: string): Promise<void> {
    this.#process.stdin.write(keys);
    await sleep(2000);
  }

  /** `size` bytes of physical memory from `address` on. */
  async readMemory(address: bigint, size: bigint): Promise<Buffer> {
    const file = path.join(this.#folder, 'memory');
    const monitor = connect(this.#monitor);
    await new Promise<void>((resolve, reject) => {
      let prompts = 0;
      monitor.on('data', (chunk: Buffer) => {
        prompts += chunk.toString('latin1').split('(qemu) ').length - 1;
        if (prompts === 1) monitor.write(`pmemsave ${address} ${size} "${file}"\n`);
        if (prompts >= 2) resolve();
      });
      monitor.once('error', reject);
      this.#process.once('close', () => {
        reject(new Error('QEMU ended before its memory was read'));
      });
    });
    monitor.destroy();
    return readFileSync(file);
  }

  async stop(): Promise<void> {
    if (this.isRunning) this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
