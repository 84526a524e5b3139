// Recorded boots predicted with each boot fact left out in turn: what is still said must be right.

import assert from 'node:assert/strict';
import path from 'node:path';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import type { BootProfile } from '../../server/src/facts/boot-profile.ts';
import { gatherFacts } from '../../server/src/facts/gather-facts.ts';
import { bootXen } from '../../server/src/xen/boot.ts';
import { certainPart } from '../../server/src/xen/certain.ts';
import { sourceTree } from '../support/source-tree.ts';
import { comparePart, readRecordings, type PartComparison } from '../support/xen-recordings.ts';

/** DTMAP_XEN_BOOTS names another folder of recordings. */
const folder =
  process.env['DTMAP_XEN_BOOTS'] ?? path.join(import.meta.dirname, '../fixtures/xen-boots');

/** What is left of a profile when a fact is not known. */
const LEFT_OUT: Readonly<Record<string, (profile: BootProfile) => BootProfile>> = {
  nothing: (profile) => profile,
  'the DTB’s size': (profile) => ({ ...profile, dtb: without(profile.dtb, 'size') }),
  'the DTB’s address': (profile) => ({ ...profile, dtb: without(profile.dtb, 'address') }),
  'Xen’s size': (profile) => ({ ...profile, xen: without(profile.xen, 'size') }),
  'Xen’s address': (profile) => ({ ...profile, xen: without(profile.xen, 'address') }),
  'debug build': (profile) => ({ ...profile, xen: without(profile.xen, 'debug') }),
  'build options': (profile) => without(profile, 'config'),
  CPUs: (profile) => without(profile, 'cpus'),
  'the kernel': (profile) => without(profile, 'kernel'),
  IOMMU: (profile) => without(profile, 'iommu'),
  'all of it': () => ({}),
};

function without<T extends object>(from: T | undefined, name: keyof T): T {
  return Object.fromEntries(Object.entries(from ?? {}).filter(([each]) => each !== name)) as T;
}

describe('Xen recordings with facts left out', function () {
  this.timeout(600000);
  const recordings = readRecordings(folder);
  const table = new Map<string, PartComparison[]>(Object.keys(LEFT_OUT).map((name) => [name, []]));

  for (const board of new Set(recordings.map((recording) => recording.board))) {
    it(board, () => {
      const { tree } = sourceTree(path.join(folder, board, 'board.dts'));
      const totalSize = BigInt(writeDtb(tree).length);
      const wrong: string[] = [];
      for (const recording of recordings.filter((each) => each.board === board)) {
        const whole: BootProfile = {
          ...recording.profile,
          dtb: { size: totalSize, ...recording.profile.dtb },
          kernel: { textOffset: 0n, format: 'image' },
          iommu: false,
          config: { llcColoring: false, acpi: false, ...recording.profile.config },
        };
        for (const [name, leaveOut] of Object.entries(LEFT_OUT)) {
          const sources = [{ basis: 'given' as const, profile: leaveOut(whole) }];
          const facts = gatherFacts(tree, { totalSize }, sources);
          const boot = certainPart(bootXen(tree, recording.release, facts), facts);
          const comparison = comparePart(recording, boot);
          table.get(name)?.push(comparison);
          for (const each of comparison.wrong)
            wrong.push(`${recording.build} without ${name}: ${each}`);
        }
      }
      assert.deepEqual(wrong, []);
    });
  }

  after(() => {
    console.log('\nleft out               lines told   outcomes known');
    for (const [name, all] of table) {
      const sum = (of: (each: PartComparison) => number): number =>
        all.reduce((total, each) => total + of(each), 0);
      const lines = (100 * sum(({ told }) => told)) / sum(({ recorded }) => recorded);
      const outcomes = (100 * sum(({ isOutcomeKnown }) => Number(isOutcomeKnown))) / all.length;
      console.log(
        `${name.padEnd(22)}${lines.toFixed(1).padStart(8)} %${outcomes.toFixed(1).padStart(13)} %`,
      );
    }
  });
});
