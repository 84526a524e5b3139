// The Linux model on reported bugs, against the messages and the memblock state worked out for them.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { union, type Range } from '../server/src/addresses/region.ts';
import { bootLinux } from '../server/src/linux/boot.ts';
import type { LinuxBoot } from '../server/src/linux/linux-boot.ts';
import { parseLinuxRelease } from '../server/src/linux/releases.ts';
import { sourceTree } from './support/source-tree.ts';

const folder = path.join(import.meta.dirname, 'fixtures/wild-bugs');

interface Expected {
  readonly messages: readonly string[];
  readonly memory: readonly string[];
  readonly noMap: readonly string[];
  readonly reserved: readonly string[];
}

function readExpected(file: string): Expected {
  const messages: string[] = [];
  const lists: Record<string, string[]> = { memory: [], 'no-map': [], reserved: [] };
  let list: string[] | undefined;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const heading = /^# (memory|no-map|reserved)\b[^:]*:$/.exec(line);
    const range = /^# {3}([0-9a-f]+-[0-9a-f]+)$/.exec(line);
    if (heading) list = lists[heading[1] ?? ''];
    else if (range) list?.push(range[1] ?? '');
    else if (line.startsWith('# ')) continue;
    else if (line.includes(' overlaps with ')) messages.push(`${messages.pop() ?? ''}\n${line}`);
    else if (line !== '') messages.push(line);
  }
  return {
    messages,
    memory: lists['memory'] ?? [],
    noMap: lists['no-map'] ?? [],
    reserved: lists['reserved'] ?? [],
  };
}

// The files name fdt.c's prefix for every release and each message once. Since 6.12 the functions are in
// of_reserved_mem.c and both passes over the nodes print.
// Duplicates are listed in blob order there; up to 6.9 the kernel's heapsort turns a pair round, as recorded boots show.
function plain(text: string): string {
  const duplicate = /^(OF: .*\n)(\S+) (\(\S+\)) overlaps with (\S+) \3$/.exec(text);
  if (duplicate) {
    const [, head = '', first = '', range = '', second = ''] = duplicate;
    return `${head}${[first, second].sort().join(' = ')} ${range}`;
  }
  return text.replace(/^OF: (fdt|reserved mem): Reserved memory: /, 'Reserved memory: ');
}

function errorsOf(boot: LinuxBoot): string[] {
  return [
    ...new Set(boot.log.filter((line) => line.level === 'error').map((line) => plain(line.text))),
  ];
}

const inclusive = (range: Range): string =>
  `${range.start.toString(16)}-${(range.end - 1n).toString(16)}`;

// What the region's driver refused is still in the files' list; memblock has it back.
function reservedOf(boot: LinuxBoot): string[] {
  return union(boot.reserved.filter((range) => range.state === 'reserved')).map(inclusive);
}

describe('Linux on reported bugs', () => {
  for (const bug of readdirSync(folder, { withFileTypes: true })) {
    if (!bug.isDirectory()) continue;
    for (const variant of ['bug', 'fixed']) {
      for (const name of ['6.1', '6.12']) {
        it(`${bug.name} ${variant} on ${name}`, () => {
          const base = path.join(folder, bug.name, variant);
          const expected = readExpected(`${base}.linux-${name}.txt`);
          const release = parseLinuxRelease(name);
          assert(release);
          const boot = bootLinux(sourceTree(`${base}.dts`).tree, release, {
            architecture: 'arm64',
          });
          assert.deepEqual(errorsOf(boot), [...new Set(expected.messages.map(plain))]);
          assert.deepEqual(boot.memory.map(inclusive), expected.memory);
          assert.deepEqual(boot.noMap.map(inclusive), expected.noMap);
          assert.deepEqual(reservedOf(boot), expected.reserved);
        });
      }
    }
  }
});
