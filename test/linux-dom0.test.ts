// The Linux model on the trees Xen handed to dom0, against what dom0's kernel (6.1.176) printed.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { contains, type Range } from '../server/src/addresses/region.ts';
import { bootLinux } from '../server/src/linux/boot.ts';
import type { LinuxBoot } from '../server/src/linux/linux-boot.ts';
import { parseLinuxRelease } from '../server/src/linux/releases.ts';
import { writeDtb } from '../server/src/dtb/write-dtb.ts';
import { bootXen } from '../server/src/xen/boot.ts';
import { sourceTree } from './support/source-tree.ts';
import { readRecordings } from './support/xen-recordings.ts';
import { factsOf } from './support/facts-of.ts';

/** Few recordings here have dom0's log; DTMAP_XEN_BOOTS names a folder where all have it. */
const folder =
  process.env['DTMAP_XEN_BOOTS'] ?? path.join(import.meta.dirname, 'fixtures/xen-boots');

// What the tree decides: where the default CMA area lies, and where a dynamic one does, the loaded images decide.
const ABOUT_MEMORY =
  /^(OF: (fdt|reserved mem): (?!fdt:)|Reserved memory: |Early memory node ranges|  node   0: \[mem|\S+ \(0x\S+\) overlaps with )/;

function recordedLines(file: string): string[] {
  const lines: string[] = [];
  for (const line of readFileSync(file, 'latin1').split(/\r?\n/)) {
    const text = line.replace(/^\[ *\d+\.\d+\] /, '');
    if (!ABOUT_MEMORY.test(text)) continue;
    if (text.includes(' overlaps with ')) lines.push(`${lines.pop() ?? ''}\n${text}`);
    else lines.push(text);
  }
  return lines;
}

function rangesOf(file: string, name: string): Range[] {
  const ranges: Range[] = [];
  for (const line of readFileSync(file, 'latin1').split(/\r?\n/)) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) : (.*)$/.exec(line);
    if (match?.[3] === name)
      ranges.push({ start: BigInt(`0x${match[1]}`), end: BigInt(`0x${match[2]}`) + 1n });
  }
  return ranges;
}

function checkIomem(boot: LinuxBoot, file: string): void {
  const top = (name: string): Range[] =>
    boot.iomem
      .filter((entry) => entry.depth === 0 && entry.name === name)
      .map(({ start, end }) => ({ start, end }));
  assert.deepEqual(top('System RAM'), rangesOf(file, 'System RAM'));
  assert.deepEqual(top('reserved'), rangesOf(file, 'reserved'));
}

describe('Linux as dom0', () => {
  for (const board of readdirSync(folder)) {
    if (!statSync(path.join(folder, board)).isDirectory()) continue;
    for (const xen of readdirSync(path.join(folder, board))) {
      const at = path.join(folder, board, xen);
      const log = path.join(at, 'dom0.log');
      if (!existsSync(log) || !existsSync(path.join(at, 'dom0.dts'))) continue;
      it(`${board} under Xen ${xen}`, () => {
        const release = parseLinuxRelease('6.1.176');
        assert(release);
        const boot = bootLinux(sourceTree(path.join(at, 'dom0.dts')).tree, release);
        const expected = recordedLines(log);
        // A log that ends before the node ranges is of a dom0 that died in paging_init.
        const predicted = boot.log.map((line) => line.text);
        const compared = expected.includes('Early memory node ranges')
          ? predicted
          : predicted.slice(0, expected.length);
        assert.deepEqual(compared, expected);
        const iomem = path.join(at, 'dom0.iomem');
        if (existsSync(iomem)) checkIomem(boot, iomem);
        for (const range of boot.reserved) if (range.within) assert(contains(range.within, range));
      });
    }
  }
});

describe('Linux as dom0, from the board on', () => {
  const cases = readRecordings(folder).filter(({ board, build }) =>
    existsSync(path.join(folder, board, build, 'dom0.log')),
  );
  for (const { board, build, release, profile } of cases) {
    it(`${board} under Xen ${build}`, () => {
      const { tree } = sourceTree(path.join(folder, board, 'board.dts'));
      const xen = bootXen(tree, release, factsOf(tree, profile, BigInt(writeDtb(tree).length)));
      // Nothing is claimed where Xen's placement depends on which CPU is first.
      if (xen.uncertain.some(({ what }) => what === 'dom0.banks')) return;
      const linux = parseLinuxRelease('6.1.176');
      assert(linux && xen.dom0?.tree);
      const lines = bootLinux(xen.dom0.tree, linux).log.map((line) => line.text);
      const expected = recordedLines(path.join(folder, board, build, 'dom0.log'));
      const ended = expected.includes('Early memory node ranges') ? undefined : expected.length;
      assert.deepEqual(lines.slice(0, ended), expected);
    });
  }
});
