// What Xen says of boards it does not like, by release: `xen-refusals/` has the cases.

import { wordReasons } from '../server/src/xen/reasons.ts';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BootProfile } from '../server/src/facts/boot-profile.ts';
import type { XenBoot } from '../server/src/xen/xen-boot.ts';
import { tellBoot } from './support/tell-boot.ts';
import { arm32Heap } from './xen-refusals/arm32-heap.ts';
import { commandLines } from './xen-refusals/command-lines.ts';
import { devices } from './xen-refusals/devices.ts';
import { dom0 } from './xen-refusals/dom0.ts';
import { domains } from './xen-refusals/domains.ts';
import { likedBoard } from './xen-refusals/liked-board.ts';
import { modules } from './xen-refusals/modules.ts';
import { ram } from './xen-refusals/ram.ts';
import { sharedMemory } from './xen-refusals/shared-memory.ts';
import {
  board,
  boot,
  domain,
  inChosen,
  memory,
  STATIC,
  UEFI,
  words,
  type Case,
} from './xen-refusals/board.ts';

const LIKED = 'a board it likes';
const parts: Readonly<Record<string, readonly Case[]>> = {
  [LIKED]: likedBoard,
  RAM: ram,
  'the command line': commandLines,
  modules,
  'a domain': domains,
  dom0,
  'a device': devices,
  'shared memory': sharedMemory,
  'the heap of arm32': arm32Heap,
};

/** The boot of the board that Xen likes, by release and architecture. */
const plain = new Map<string, XenBoot>();
function plainBoot(release: string, { architecture }: BootProfile = {}): XenBoot {
  const key = `${release} ${architecture}`;
  const known = plain.get(key) ?? boot(board, release, { ...(architecture && { architecture }) });
  plain.set(key, known);
  return known;
}

const folder = path.join(import.meta.dirname, 'xen-refusals/expected');
const update = process.env['UPDATE'] === '1';
const fileOf = (part: string): string =>
  path.join(folder, `${part.toLowerCase().replaceAll(' ', '-')}.txt`);
const HEADING = /^== (.*)$/m;

describe('what Xen says of', () => {
  it('is expected of these parts and no others', () => {
    if (update) return;
    assert.deepEqual(
      readdirSync(folder).sort(),
      Object.keys(parts)
        .map((part) => path.basename(fileOf(part)))
        .sort(),
    );
  });

  for (const [part, cases] of Object.entries(parts))
    describe(part, () => {
      const blocks = update ? [] : readFileSync(fileOf(part), 'utf8').split(/^(?=== )/m);
      const expected = new Map(blocks.map((block) => [HEADING.exec(block)?.[1] ?? '', block]));
      const told: string[] = [];
      const titles: string[] = [];
      after(() => {
        if (update) writeFileSync(fileOf(part), `${told.join('\n')}`);
      });

      for (const [title, text, releases, profile] of cases)
        for (const [release, [kind, last, ...lines]] of Object.entries(releases)) {
          titles.push(`${title} (${release})`);
          it(`${title} (${release})`, () => {
            const result = boot(text, release, profile);
            const { outcome, log } = result;
            const printed = log.map((line) => line.text);
            if (kind) {
              assert.equal(
                outcome.kind,
                kind,
                'because' in outcome ? wordReasons(outcome.because) : '',
              );
              assert.equal('line' in outcome ? outcome.line?.text : undefined, last);
            }
            const found = lines.filter((line) => printed.includes(line));
            assert.deepEqual(found, lines, printed.join('\n'));

            const beside = part === LIKED ? undefined : plainBoot(release, profile);
            const block = `== ${title} (${release})\n${tellBoot(result, text, beside).join('\n')}\n`;
            told.push(block);
            if (!update)
              assert.equal(block, expected.get(`${title} (${release})`)?.trimEnd().concat('\n'));
          });
        }

      it('is expected of these cases and no others', () => {
        if (!update) assert.deepEqual([...expected.keys()], titles);
      });
    });
});

describe('what a scrubbing Xen gives dom0 on several CPUs', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['bootscrub=0', '4.18', true],
    ['bootscrub=off', '4.18', true],
    ['no-bootscrub', '4.18', true],
    ['bootscrub=1', '4.18', true],
    ['bootscrub', '4.18', true],
    ['bootscrub=idle', '4.18', false],
    ['bootscrub=nonsense', '4.18', false],
    ['bootscrub=idle', '4.11', true],
    ['bootscrub=0 bootscrub=idle', '4.18', false],
  ];
  for (const [option, release, isKnown] of cases)
    it(`${option} (${release}): ${isKnown ? 'known' : 'not known'}`, () => {
      const text = words('dom0_mem=256M').replace('bootscrub=0', option);
      const { uncertain } = boot(text, release, { cpus: 4 });
      assert.equal(!uncertain.some(({ what }) => what === 'dom0.banks'), isKnown);
    });

  it('a packed kernel says why nothing is known', () => {
    const kernel = { format: 'gzip', uncompressedSize: 0x3000000n, fileSize: 5n } as const;
    const { uncertain } = boot(board, '4.18', { kernel });
    for (const what of ['dom0', 'log', 'outcome'])
      assert.ok(
        uncertain.some(
          (each) => each.what === what && wordReasons(each.because).includes('5 bytes'),
        ),
      );
    const whole = { ...kernel, fileSize: 0x19f97c0n };
    assert.equal(boot(board, '4.18', { kernel: whole }).outcome.kind, 'boots');
  });

  // RAM of 1984 MiB: 128 MiB below 4 GiB, of which no aligned 128 MiB are free, and the rest above.
  const mostlyHigh = memory('reg = <0 0xb4000000 0 0x8000000 8 0 0 0x74000000>;')
    .replaceAll('reg = <0x0 0x48000000', 'reg = <0x8 0x8000000')
    .replaceAll('reg = <0x0 0x4c000000', 'reg = <0x8 0xc000000');
  const highPlaces: BootProfile = {
    xen: { address: 0x8_0020_0000n, size: 0x1500c8n },
    dtb: { address: 0x8_0400_0000n, size: 0x4000n },
  };

  it('a 32-bit dom0 is refused for want of low memory, not of memory', () => {
    const more: BootProfile = { ...highPlaces, kernel: { format: 'zimage' } };
    const { outcome } = boot(mostlyHigh, '4.18', more);
    assert.equal(outcome.kind, 'panics');
    assert.equal(outcome.line?.text, 'Unable to allocate first memory bank');
    assert.equal(
      wordReasons(outcome.because),
      'a 32-bit dom0 needs a free block of 128 MiB below 0x100000000, and the largest there has 64 MiB',
    );
  });

  it('a dom0 of 64 bits is not', () => {
    const { outcome, log } = boot(mostlyHigh, '4.18', highPlaces);
    assert.equal(outcome.kind, 'boots');
    assert.ok(log.some(({ text }) => text === 'No bank has been allocated below 32-bit.'));
  });

  it('memory that lies below the first bank is said to be free', () => {
    const text = mostlyHigh.replace('dom0_mem=512M', 'dom0_mem=1850M');
    const { outcome } = boot(text, '4.18', highPlaces);
    assert.equal(outcome.kind, 'panics');
    assert.match(wordReasons(outcome.because), /free only in pieces under 128 MiB below dom0's/);
  });

  it('static memory in cells that the release does not read says so', () => {
    const text = inChosen(
      domain(`cpus = <1>; memory = <0 0x10000>; #xen,static-mem-address-cells = <1>;
        #xen,static-mem-size-cells = <1>; xen,static-mem = <0x60000000 0x4000000>;`),
    );
    const plain = text.replace(/#xen,static-mem-\S+ = <1>;/g, '');
    const whole = plain.replace('<0x60000000 0x4000000>', '<0 0x60000000 0 0x2000000>');
    const why = (board: string, name: string): string => {
      const { outcome } = boot(board, name, STATIC);
      return outcome.kind === 'boots' ? 'boots' : wordReasons(outcome.because);
    };
    const read =
      'reads xen,static-mem of /chosen/domU1 with the cells of /chosen, 2 and 2, and not';
    assert.equal(why(text, '4.16'), 'boots');
    for (const name of ['4.17', '4.18', '4.22']) assert.ok(why(text, name).includes(read));
    // What is wrong for another reason is not blamed on the cells.
    assert.equal(
      why(whole, '4.18'),
      'memory of /chosen/domU1 is not the sum of its xen,static-mem',
    );
    assert.match(why(whole, '4.16'), /#xen,static-mem-size-cells, which .*domU1 lacks$/);
  });

  /** Ranges of UEFI's map by what is special about them; WB and RUNTIME are attributes. */
  const WB = 8n;
  const RUNTIME = 1n << 63n;
  const ofEveryKind = [
    ['EfiConventionalMemory', 0x4000_0000n, 0x5000_0000n, WB],
    ['EfiConventionalMemory', 0x5800_0000n, 0x6000_0000n, 1n],
    ['EfiConventionalMemory', 0x6800_0000n, 0x7000_0000n, WB | RUNTIME],
    ['EfiBootServicesData', 0x7800_0000n, 0x8000_0000n, WB],
    ['EfiLoaderData', 0x8800_0000n, 0x9000_0000n, WB],
    ['EfiBootServicesCode', 0x9800_0000n, 0xa000_0000n, WB],
  ] as const;
  const efiMemoryMap = ofEveryKind.map(([type, start, end, attributes]) => ({
    type,
    start,
    end,
    attributes,
  }));
  it("RAM in UEFI's map is what a release takes, by type and attribute", () => {
    const starts = (name: string, efiOptions?: string): string => {
      const xen = efiOptions === undefined ? {} : { xen: { efiOptions } };
      const { ram: banks } = boot(board, name, { ...UEFI, efiMemoryMap, ...xen });
      return banks.map(({ start }) => (start >> 24n).toString(16)).join(' ');
    };
    for (const name of ['4.11', '4.12.2', '4.13.0'])
      assert.equal(starts(name), '40 58 68 78 98', name);
    for (const name of ['4.12.3', '4.13.1', '4.15.3', '4.16.2'])
      assert.equal(starts(name), '40 68 78 88 98', name);
    for (const name of ['4.15.4', '4.17.0', '4.22.0'])
      assert.equal(starts(name), '40 78 88 98', name);
    assert.equal(starts('4.18', '-cfg=xen.cfg -mapbs'), '40 88');
    assert.equal(starts('4.18', '/mapbs'), '40 88');
    assert.equal(starts('4.11', '-mapbs'), '40 58 68');
    assert.equal(starts('4.18', '-cfg=mapbs -basevideo'), '40 78 88 98');
  });
});
