// A progress bar on a terminal; nothing where standard error is a file or a pipe.

import type { Output } from './shell.ts';

const WIDTH = 30;

export class Progress {
  readonly #output: Output;
  readonly #total: number;
  readonly #shown: boolean;

  constructor(output: Output, total: number) {
    this.#output = output;
    this.#total = total;
    this.#shown = output.isTTY && total > 1;
  }

  show(count: number): void {
    if (!this.#shown) return;
    const filled = Math.round((count / this.#total) * WIDTH);
    const bar = '#'.repeat(filled) + '.'.repeat(WIDTH - filled);
    this.#output.write(`\r[${bar}] ${count}/${this.#total} boards`);
  }

  /** Takes the bar away again. */
  end(): void {
    if (this.#shown) this.#output.write('\r\u001b[K');
  }
}
