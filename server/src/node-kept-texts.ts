// Texts that can be made again, kept in a folder from one run of a program to the next.

import { promises } from 'node:fs';
import path from 'node:path';
import type { KeptTexts } from './lsp/kept-includes.ts';
import { stampOfProgram } from './node-code-cache.ts';

const ENDING = '.kept';
/** Those that were written longest ago go first. */
const MOST_TEXTS = 20;

/** The texts that the program in the file `program` has kept in `folder`: another version of it has others. */
export function keptTexts(program: string, folder: string): KeptTexts {
  const version = stampOfProgram(program);
  const fileOf = (name: string): string => path.join(folder, `${version}-${hashOf(name)}${ENDING}`);
  return {
    async read(name) {
      try {
        return await promises.readFile(fileOf(name), 'utf8');
      } catch {
        return undefined;
      }
    },
    async write(name, text) {
      const file = fileOf(name);
      const unfinished = `${file}.${String(process.pid)}`;
      try {
        await promises.mkdir(folder, { recursive: true });
        await promises.writeFile(unfinished, text);
        await promises.rename(unfinished, file);
        await removeOldest(folder, version);
      } catch {
        // A disk that is full or not ours: the next start reads the files again, which is all that is lost.
        await promises.rm(unfinished, { force: true }).catch(() => undefined);
      }
    },
  };
}

async function removeOldest(folder: string, version: string): Promise<void> {
  const names = (await promises.readdir(folder)).filter((name) => name.endsWith(ENDING));
  const aged = await Promise.all(
    names.map(async (name) => {
      const { mtimeMs } = await promises.stat(path.join(folder, name));
      return { name, age: name.startsWith(`${version}-`) ? mtimeMs : 0 };
    }),
  );
  aged.sort((a, b) => b.age - a.age);
  const others = aged.filter(({ age }, place) => age === 0 || place >= MOST_TEXTS);
  for (const { name } of others) await promises.rm(path.join(folder, name), { force: true });
}

/** FNV-1a, 64 bits: two names that come to the same take each other's room, and tell by their first line. */
function hashOf(name: string): string {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of Buffer.from(name))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  return hash.toString(16);
}
