// What `cpp | dtc` makes of many small texts: cpp reads dozens of them in one process, since starting it takes longest.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeText } from '../../server/src/text/encode.ts';

/** Texts that one cpp reads. */
const batchSize = 40;

/**
 * The blob of each of `texts`, undefined where cpp or dtc refuses it. `folder` has what they include; `macros` are the
 * names that a text may leave defined.
 */
export function compileTexts(
  texts: readonly string[],
  folder: string,
  macros: readonly string[],
): readonly (Uint8Array | undefined)[] {
  const blobs: (Uint8Array | undefined)[] = [];
  for (let first = 0; first < texts.length; first += batchSize)
    blobs.push(...compileBatch(texts.slice(first, first + batchSize), folder, macros));
  return blobs;
}

function compileBatch(
  texts: readonly string[],
  folder: string,
  macros: readonly string[],
): readonly (Uint8Array | undefined)[] {
  const forget = macros.map((name) => `#undef ${name}\n`).join('');
  texts.forEach((text, index) => writeFileSync(join(folder, `${index}.dts`), encodeText(text)));
  writeFileSync(
    join(folder, 'all.c'),
    texts.map((_, index) => `#include "${index}.dts"\n${forget}`).join(''),
  );
  const { stdout, stderr } = runCpp('all.c', folder);
  // After a missing include cpp reads no further.
  if (/^compilation terminated/m.test(stderr)) {
    if (texts.length === 1) return [undefined];
    const middle = texts.length >> 1;
    return [texts.slice(0, middle), texts.slice(middle)].flatMap((half) =>
      compileBatch(half, folder, macros),
    );
  }
  const refused = new Set(
    [...stderr.matchAll(/^(?:In file included from )?(?:.*\/)?([0-9]+)\.dts:.*\berror:/gm)].map(
      ([, index]) => index,
    ),
  );
  const expanded = texts.map((_, index) => {
    const begin = stdout.indexOf(`# 1 "${index}.dts" 1\n`);
    return begin < 0 || refused.has(`${index}`)
      ? undefined
      : stdout.slice(begin, endOfFile(stdout, begin));
  });
  expanded.forEach((text, index) => {
    if (text !== undefined) writeFileSync(join(folder, `${index}.i`), text, 'latin1');
    rmSync(join(folder, `${index}.dtb`), { force: true });
  });
  const wanted = [...expanded.keys()].filter((index) => expanded[index] !== undefined);
  spawnSync(
    'sh',
    [
      '-c',
      'for each; do dtc -q -q -I dts -O dtb -o $each.dtb $each.i 2>/dev/null || rm -f $each.dtb; done',
      'sh',
      ...wanted.map(String),
    ],
    { cwd: folder },
  );
  return texts.map((_, index) => {
    const blob = join(folder, `${index}.dtb`);
    return existsSync(blob) ? readFileSync(blob) : undefined;
  });
}

/** Where the line marker of `all.c` stands that ends the file of which the marker is at `begin`. */
function endOfFile(output: string, begin: number): number {
  const marker = /\n# [0-9]+ "all\.c" 2\n/g;
  marker.lastIndex = begin;
  const found = marker.exec(output);
  return found === null ? output.length : found.index + 1;
}

function runCpp(file: string, folder: string): { stdout: string; stderr: string } {
  const { stdout, stderr, error } = spawnSync(
    'cpp',
    ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', file],
    { cwd: folder, encoding: 'latin1', maxBuffer: 1 << 28 },
  );
  if (error) throw error;
  return { stdout, stderr };
}
