#!/usr/bin/env node
// Starts the command line: wires the process, the disk, the grammar and worker threads to cli/run.ts.

import { createRequire } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { isMainThread, parentPort, Worker as Thread } from 'node:worker_threads';
import { workOff, type WorkOrder } from './cli/check-in-parallel.ts';
import { run } from './cli/run.ts';
import { Session } from './cli/session.ts';
import type { Shell, Worker } from './cli/shell.ts';
import { nodeShell } from './node-shell.ts';

// Left alone, V8 lets the old generation grow to four times what is alive in it: with many boards, to more than 300 MB a job.
setFlagsFromString('--heap-growing-percent=100');

function startWorker(): Worker {
  const thread = new Thread(__filename);
  return {
    post: (message) => {
      thread.postMessage(message);
    },
    onMessage: (listener) => {
      thread.on('message', listener);
      thread.on('error', () => {
        listener(undefined);
      });
    },
    stop: () => void thread.terminate(),
  };
}

/** The server is a bundle of its own, so that no other command has to load it. It reads its options from `process.argv`. */
function startServer(): void {
  if (!process.argv.includes('--stdio')) process.argv.push('--stdio');
  createRequire(__filename)(path.join(__dirname, 'server.js'));
}

/** A bundle of its own, too. */
function startTools(): void {
  createRequire(__filename)(path.join(__dirname, 'mcp.js'));
}

function makeShell(): Shell {
  try {
    return { ...nodeShell(), startWorker, startServer, startTools };
  } catch (error) {
    process.stderr.write(`dtmap: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

const shell = makeShell();

if (isMainThread) {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has seen enough, such as `head`, is no fault.
      process.exit(error.code === 'EPIPE' ? 0 : 2);
    });
  }
  void run(process.argv.slice(2), shell).then((status) => {
    process.exitCode = status;
  });
} else {
  const session = new Session(shell);
  parentPort?.on('message', (order: WorkOrder) => {
    void workOff(session, order).then((results) => parentPort?.postMessage(results));
  });
}
