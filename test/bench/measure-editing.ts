// What one board costs the language server: opening, typing, hovering, completing, and memory over many edits.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { kernelTree } from '../oracle/kernel-tree.ts';
import { LspSession } from '../support/lsp-session.ts';
import { cpuMilliseconds, idle, quantile, residentMegabytes } from './server-process.ts';

/** A board and the file of it that is edited, paths below the kernel tree. */
export interface EditedBoard {
  readonly board: string;
  readonly edited: string;
}

/** CPU milliseconds of the server process unless said otherwise; memory in megabytes. */
export interface Editing {
  readonly board: string;
  /** From the start of the process, WebAssembly included, to the first diagnostics. */
  readonly openCold: number;
  /** Closed and opened again. */
  readonly openWarm: number;
  readonly keystroke: Spread;
  readonly hover: Spread;
  readonly completion: Spread;
  readonly residentAfterOpen: number;
  /** After a tenth of the edits, after all; `peak` is the most at any time. */
  readonly residentEarly: number;
  readonly residentAfterEdits: number;
  readonly peak: number;
  readonly edits: number;
}

export interface Spread {
  readonly median: number;
  readonly p95: number;
}

/** Keys that are not counted: the first ones run code that is not compiled yet. */
const WARM_UP = 100;

/** Measures typing in a `reg` of a board, with no settings. */
export async function measureEditing(
  { board, edited }: EditedBoard,
  edits: number,
): Promise<Editing> {
  const tree = kernelTree();
  const root = `${tree}/${board}`;
  const file = `${tree}/${edited}`;
  const session = await LspSession.start({
    folder: tree,
    initializationOptions: { boards: { [pathToFileURL(file).href]: pathToFileURL(root).href } },
  });
  const { pid } = session;
  await session.open(root);
  await session.diagnostics(root);
  await idle(pid);
  const openCold = cpuMilliseconds(pid);
  const residentAfterOpen = residentMegabytes(pid).now;

  await session.close(root);
  await idle(pid);
  const beforeWarm = cpuMilliseconds(pid);
  await session.open(root);
  await session.diagnostics(root);
  const openWarm = cpuMilliseconds(pid) - beforeWarm;

  const text = readFileSync(file, 'utf8');
  if (file !== root) await session.open(file, text);
  await session.diagnostics(file);
  await idle(pid);
  const typed = typeAt(text);
  const keystrokes: number[] = [];
  let residentEarly = 0;
  let before = cpuMilliseconds(pid);
  for (let edit = 0; edit < edits; edit += 1) {
    const insert = edit % 2 === 0;
    const end = insert ? typed : { ...typed, character: typed.character + 1 };
    await session.change(file, [{ range: { start: typed, end }, text: insert ? '1' : '' }]);
    await session.diagnostics(file);
    // From answer to answer, so that what the server does after answering counts too.
    const now = cpuMilliseconds(pid);
    keystrokes.push(now - before);
    before = now;
    if (edit === Math.floor(edits / 10)) residentEarly = residentMegabytes(pid).now;
  }
  await idle(pid);

  const repeat = async (ask: () => Promise<unknown>): Promise<Spread> => {
    const costs: number[] = [];
    for (let round = 0; round < 220; round += 1) {
      const start = cpuMilliseconds(pid);
      await ask();
      costs.push(cpuMilliseconds(pid) - start);
    }
    return spreadOf(costs.slice(20));
  };
  const hover = await repeat(() => session.hover(file, typed));
  const completion = await repeat(() =>
    session.completion(file, { line: typed.line, character: 1 }),
  );
  const memory = residentMegabytes(pid);
  await session.stop();
  return {
    board,
    openCold,
    openWarm,
    keystroke: spreadOf(keystrokes.slice(Math.min(WARM_UP, edits >> 1))),
    hover,
    completion,
    residentAfterOpen,
    residentEarly,
    residentAfterEdits: memory.now,
    peak: memory.peak,
    edits,
  };
}

function spreadOf(costs: readonly number[]): Spread {
  return { median: quantile(costs, 0.5), p95: quantile(costs, 0.95) };
}

/** The end of the first number in the `reg` of a memory or reserved node; else of the first number in cells. */
function typeAt(text: string): { line: number; character: number } {
  const found =
    /\n\s*memory(?:@\w+)?\s*\{[^}]*?\breg\s*=\s*<\s*\w+/.exec(text) ??
    /\breserved-memory\s*\{[\s\S]*?\breg\s*=\s*<\s*\w+/.exec(text) ??
    /<\s*(?:0x)?\d+/.exec(text) ??
    /"[^"]+(?=";)/.exec(text);
  const lines = text.slice(0, found ? found.index + found[0].length : 0).split('\n');
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}
