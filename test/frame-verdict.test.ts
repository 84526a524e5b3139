// What Xen makes of a frame that dom0 passes it, for every kind of owner a frame can have.

import assert from 'node:assert/strict';
import path from 'node:path';
import { frameVerdict } from '../server/src/xen/verdicts/frame-verdict.ts';
import { mapMemory } from '../server/src/memory/map-memory.ts';
import type { Verdict } from '../server/src/target/verdict.ts';
import { writeDtb } from '../server/src/dtb/write-dtb.ts';
import { bootXen } from '../server/src/xen/boot.ts';
import { parseRelease } from '../server/src/xen/releases.ts';
import { sourceTree } from './support/source-tree.ts';
import { factsOf } from './support/facts-of.ts';

function verdictOn(board: string, address: bigint): Verdict | undefined {
  const file = path.join(import.meta.dirname, 'fixtures/xen-boots', board, 'board.dts');
  const { tree } = sourceTree(file);
  const release = parseRelease('4.18.6');
  assert.ok(release);
  const profile = {
    xen: { address: 0x40100000n, size: 0x165000n },
    dtb: { address: 0x43000000n },
    cpus: 1,
  };
  const facts = factsOf(tree, profile, BigInt(writeDtb(tree).length));
  const boot = bootXen(tree, release, facts);
  return frameVerdict(boot, address, { tree, map: mapMemory(tree), facts });
}

describe('frame-verdict', () => {
  const FRAMES: readonly (readonly [string, bigint, RegExp])[] = [
    ["dom0's own", 0x58000000n, /^accepted: dom0's own page \(mfn_valid yes, owner dom0\)$/],
    [
      'of a disabled region',
      0x1a019c000n,
      /^refused with "d0v0: Failing to acquire the MFN 0x1a019c" .* owner nobody\): mapped for hi@1a0000000; dom0 uses it as RAM: its status is "disabled"/,
    ],
    ['of a region Linux reserves', 0x60000000n, /^refused .*buf@60000000; dom0 keeps away from it/],
    ["Xen's image", 0x40100000n, /^not mapped in dom0 \(mfn_valid yes, owner xen\)$/],
    ['a module', 0x44000000n, /^not mapped in dom0 \(mfn_valid yes, owner xen\)$/],
    ['of the heap', 0xd0000000n, /^not mapped in dom0 \(mfn_valid yes, owner xen\)$/],
    ['of a hole', 0x120000000n, /^not mapped in dom0 \(mfn_valid no, owner nobody\)$/],
    [
      'of a device',
      0x9010000n,
      /^refused with "d0v0: Invalid MFN 0x9010" .*mapped for pl031@9010000, not as RAM$/,
    ],
  ];
  for (const [what, address, expected] of FRAMES) {
    it(`a frame ${what}`, () => {
      const found = verdictOn('seed-status-disabled', address);
      assert.match(found?.owner ?? '', expected);
    });
  }

  it('a frame told to dom0 and not mapped', () => {
    const found = verdictOn('seed-no-ranges', 0x1a019c000n);
    assert.match(found?.owner ?? '', /^not mapped in dom0 .* dom0 faults on the first access$/);
    assert.equal(found?.node?.path, '/reserved-memory/hi@1a0000000');
  });

  it('says nothing of a dom0 that is not reached', () => {
    assert.equal(verdictOn('resv-wrap', 0x58000000n), undefined);
  });
});
