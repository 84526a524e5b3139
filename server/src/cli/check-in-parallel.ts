// Shares the boards of a `check --jobs` between worker threads.

import { checkBoard, failedBoard, type CheckedBoard } from './check-boards.ts';
import type { CheckOptions } from './program.ts';
import type { Session } from './session.ts';
import type { Worker } from './shell.ts';

/** What a worker is asked. */
export interface WorkOrder {
  readonly names: readonly string[];
  readonly options: CheckOptions;
}

/** Boards of neighbouring folders share include files, so they stay together; small enough to balance the load. */
const PIECES_PER_WORKER = 12;

/** Most jobs when --jobs is not given: each takes about 200 MB. */
const MOST_JOBS = 8;
const BOARDS_PER_JOB = 24;

/**
 * Bytes of source that a job remembers between boards. What is made of them takes several times as much; boards of one folder
 * of Linux and all they include have less.
 */
const mostKept = 4 << 20;

/** The result of every board in the order of `names`; `done` is told how many are finished. */
export async function checkAll(
  session: Session,
  names: readonly string[],
  options: CheckOptions,
  done: (count: number) => void,
): Promise<readonly CheckedBoard[]> {
  const { startWorker } = session.shell;
  const jobs = jobsFor(session, names.length, options);
  if (jobs < 2 || startWorker === undefined || names.includes('-')) {
    const results: CheckedBoard[] = [];
    for (const name of names) {
      results.push(await checkBoard(session, name, options));
      session.forgetBeyond(mostKept);
      done(results.length);
    }
    return results;
  }
  return new Pool(startWorker, names, jobs, options, done).run();
}

/** Without --jobs, a worker needs enough boards to be worth its start. */
function jobsFor({ shell }: Session, boards: number, { jobs }: CheckOptions): number {
  if (jobs !== undefined) return Math.min(jobs, Math.ceil(boards / 2));
  return Math.min(shell.processors, MOST_JOBS, Math.ceil(boards / BOARDS_PER_JOB));
}

/** Checks what a worker was sent. */
export async function workOff(
  session: Session,
  order: WorkOrder,
): Promise<readonly CheckedBoard[]> {
  const results: CheckedBoard[] = [];
  for (const name of order.names) {
    results.push(await checkBoard(session, name, order.options));
    session.forgetBeyond(mostKept);
  }
  return results;
}

interface Piece {
  readonly first: number;
  readonly names: readonly string[];
}

class Pool {
  readonly #results: (CheckedBoard | undefined)[];
  readonly #pieces: Piece[] = [];
  readonly #startWorker: () => Worker;
  readonly #options: CheckOptions;
  readonly #jobs: number;
  readonly #done: (count: number) => void;
  #finished = 0;

  constructor(
    startWorker: () => Worker,
    names: readonly string[],
    jobs: number,
    options: CheckOptions,
    done: (count: number) => void,
  ) {
    this.#startWorker = startWorker;
    this.#options = options;
    this.#jobs = jobs;
    this.#done = done;
    this.#results = names.map(() => undefined);
    const size = Math.max(1, Math.ceil(names.length / (jobs * PIECES_PER_WORKER)));
    for (let first = 0; first < names.length; first += size)
      this.#pieces.push({ first, names: names.slice(first, first + size) });
  }

  async run(): Promise<readonly CheckedBoard[]> {
    await Promise.all(Array.from({ length: this.#jobs }, () => this.#serve()));
    return this.#results.map((result) => result ?? failedBoard('', 'a worker ended'));
  }

  /** Keeps one worker busy until no piece is left. */
  #serve(): Promise<void> {
    return new Promise((resolve) => {
      const worker = this.#startWorker();
      let current: Piece | undefined;
      const next = (): void => {
        current = this.#pieces.shift();
        if (current === undefined) {
          worker.stop();
          resolve();
        } else {
          const order: WorkOrder = { names: current.names, options: this.#options };
          worker.post(order);
        }
      };
      worker.onMessage((message) => {
        if (current === undefined) return;
        const results = message as readonly CheckedBoard[] | undefined;
        current.names.forEach((name, index) => {
          this.#results[(current?.first ?? 0) + index] =
            results?.[index] ?? failedBoard(name, `${name}: the worker that checked it ended`);
        });
        this.#finished += current.names.length;
        this.#done(this.#finished);
        if (results === undefined) {
          current = undefined;
          // The others take what is left; a worker that died of one board must not stop the rest.
          if (this.#pieces.length > 0) this.#serve().then(resolve, resolve);
          else resolve();
        } else next();
      });
      next();
    });
  }
}
