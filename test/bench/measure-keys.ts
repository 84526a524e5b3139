// What keys cost from the opening of a board on: the first twenty, those to two hundred, and those after.

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { kernelTree } from '../oracle/kernel-tree.ts';
import { bundle } from '../support/bundles.ts';
import { LspSession, type LspOptions } from '../support/lsp-session.ts';
import type { Kind, PlaceToType } from './places-to-type.ts';
import { cpuMilliseconds, idle, quantile } from './server-process.ts';

/** Keys typed at one place, from the opening of its board. CPU milliseconds of all threads of the server's process. */
export interface Keys {
  readonly kind: Kind;
  /** Means of the first twenty keys, the first fifty, and the twenty-first to the two hundredth: of as many as were typed. */
  readonly first20: number;
  readonly first50: number;
  readonly to200: number;
  /** Of the last half of the keys, at least. */
  readonly steady: { readonly median: number; readonly p95: number };
  /** Milliseconds by the clock from a key to its diagnostics, after the first twenty keys. */
  readonly wall: { readonly p50: number; readonly p95: number };
}

/** A server that is measured in place of ours: it is not waited for by its diagnostics, but until it does nothing. */
export type OtherServer = Pick<LspOptions, 'command' | 'settings'>;

/** Opens `board` (a path below the kernel tree), then the file of `place`, and types `count` keys there one after the other. */
export async function measureKeys(
  board: string,
  place: PlaceToType,
  count: number,
  other?: OtherServer,
): Promise<Keys> {
  const session = await openAt(board, place, other);
  const cpu: number[] = [];
  const wall: number[] = [];
  let before = cpuMilliseconds(session.pid);
  await type(session, place, count, async (change) => {
    const began = performance.now();
    await change();
    if (other) await idle(session.pid);
    else await session.diagnostics(place.file);
    wall.push(performance.now() - began);
    // From answer to answer, so that what the server does after answering counts too.
    const now = cpuMilliseconds(session.pid);
    cpu.push(now - before);
    before = now;
  });
  await session.stop();
  const steady = cpu.slice(Math.min(200, count >> 1));
  const later = wall.slice(20);
  return {
    kind: place.kind,
    first20: mean(cpu.slice(0, 20)),
    first50: mean(cpu.slice(0, 50)),
    to200: mean(cpu.slice(20, 200)),
    steady: { median: quantile(steady, 0.5), p95: quantile(steady, 0.95) },
    wall: { p50: quantile(later, 0.5), p95: quantile(later, 0.95) },
  };
}

/** Bytes of JavaScript's heap that a key allocates, the mean of those after the first twenty. */
export async function measureAllocations(
  board: string,
  place: PlaceToType,
  count: number,
): Promise<number> {
  const session = await openAt(board, place, {
    command: [
      process.execPath,
      ...['--require', path.join(import.meta.dirname, 'count-allocations.cjs')],
      ...[bundle('server.js'), '--stdio'],
    ],
  });
  let told = 0;
  const allocated = async (): Promise<number> => {
    told += 1;
    process.kill(session.pid, 'SIGUSR2');
    await session.logged(new RegExp(`(?:allocated \\d+\\n[^]*){${String(told)}}`));
    return Number([...session.log.join('').matchAll(/allocated (\d+)\n/g)].at(-1)?.[1]);
  };
  const answered = async (change: () => Promise<void>): Promise<void> => {
    await change();
    await session.diagnostics(place.file);
  };
  await type(session, place, 20, answered);
  await allocated();
  await type(session, place, count, answered);
  const bytes = await allocated();
  await session.stop();
  return bytes / count;
}

async function openAt(
  board: string,
  place: PlaceToType,
  other: OtherServer | undefined,
): Promise<LspSession> {
  const folder = kernelTree();
  const root = path.join(folder, board);
  // A file of many boards is opened by itself: which boards there are has to be found out.
  const isAlone = place.kind === 'shared';
  const session = await LspSession.start({
    folder,
    ...(!isAlone && {
      initializationOptions: {
        boards: { [pathToFileURL(place.file).href]: pathToFileURL(root).href },
      },
    }),
    ...other,
  });
  for (const file of new Set(isAlone ? [place.file] : [root, place.file])) {
    await session.open(file);
    if (other) await idle(session.pid);
    else await session.diagnostics(file);
  }
  return session;
}

/** Types two characters, deletes them, and so on, each time others. A multiple of four leaves the text as it was. */
async function type(
  session: LspSession,
  { file, line, character, keys }: PlaceToType,
  count: number,
  each: (change: () => Promise<void>) => Promise<void>,
): Promise<void> {
  for (let key = 0; key < count; key += 1) {
    const step = key % 4;
    const isTyped = step < 2;
    const at = { line, character: character + (isTyped ? step : 3 - step) };
    const end = isTyped ? at : { ...at, character: at.character + 1 };
    const text = isTyped ? (keys[(key * 3 + step) % keys.length] ?? '') : '';
    await each(() => session.change(file, [{ range: { start: at, end }, text }]));
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
