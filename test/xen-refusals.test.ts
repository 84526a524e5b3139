// What Xen says of boards it does not like, by release: `xen-refusals/` has the cases.

import { wordReasons } from '../server/src/xen/reasons.ts';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BootProfile } from '../server/src/xen/boot-profile.ts';
import { differences, tellBoot } from './support/tell-boot.ts';
import { arm32Heap } from './xen-refusals/arm32-heap.ts';
import { commandLines } from './xen-refusals/command-lines.ts';
import { devices } from './xen-refusals/devices.ts';
import { dom0 } from './xen-refusals/dom0.ts';
import { domains } from './xen-refusals/domains.ts';
import { likedBoard } from './xen-refusals/liked-board.ts';
import { modules } from './xen-refusals/modules.ts';
import { ram } from './xen-refusals/ram.ts';
import { sharedMemory } from './xen-refusals/shared-memory.ts';
import { board, boot, words, type Case } from './xen-refusals/board.ts';

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

/** What the board that Xen likes comes to, by release and architecture. */
const plain = new Map<string, Promise<readonly string[]>>();
async function tellPlain(release: string, profile: BootProfile = {}): Promise<readonly string[]> {
  const { architecture } = profile;
  const key = `${release} ${architecture}`;
  const told =
    plain.get(key) ??
    boot(board, release, { ...(architecture && { architecture }) }).then((result) =>
      tellBoot(result, board),
    );
  plain.set(key, told);
  return told;
}

async function comparedWith(
  part: string,
  release: string,
  profile: BootProfile = {},
): Promise<readonly string[]> {
  if (part !== LIKED) return tellPlain(release, profile);
  return release === '4.18' && !profile.architecture ? [] : tellPlain('4.18');
}

const golden = path.join(import.meta.dirname, 'fixtures/xen/refusals.txt');
const HEADING = /^== (.*) ==$/m;
const update = process.env['UPDATE'] === '1';
const headingOf = (part: string, title: string, release: string): string =>
  `${part}: ${title} (${release})`;
/** The recorded differences by title of the case. */
const recorded = new Map(
  readFileSync(golden, 'utf8')
    .split(/^(?=== )/m)
    .map((block) => [HEADING.exec(block)?.[1], block]),
);
const told: string[] = [];

describe('what Xen says of', () => {
  after(() => {
    if (update) writeFileSync(golden, told.join(''));
  });

  it('is recorded for these cases and no others', () => {
    if (update) return;
    const headings = Object.entries(parts).flatMap(([part, cases]) =>
      cases.flatMap(([title, , releases]) =>
        Object.keys(releases).map((release) => headingOf(part, title, release)),
      ),
    );
    assert.deepEqual([...recorded.keys()], headings);
  });

  for (const [part, cases] of Object.entries(parts))
    describe(part, () => {
      for (const [title, text, releases, profile] of cases)
        for (const [release, [kind, last, ...lines]] of Object.entries(releases))
          it(`${title} (${release})`, async () => {
            const result = await boot(text, release, profile);
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

            const heading = headingOf(part, title, release);
            const known = await comparedWith(part, release, profile);
            const differs = differences(tellBoot(result, text), known);
            const block = `== ${heading} ==\n${differs.join('\n')}\n\n`;
            told.push(block);
            if (!update) assert.equal(block, recorded.get(heading));
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
    it(`${option} (${release}): ${isKnown ? 'known' : 'not known'}`, async () => {
      const text = words('dom0_mem=256M').replace('bootscrub=0', option);
      const { uncertain } = await boot(text, release, { cpus: 4 });
      assert.equal(!uncertain.some(({ what }) => what === 'dom0.banks'), isKnown);
    });

  it('a packed kernel says why nothing is known', async () => {
    const kernel = { format: 'gzip', uncompressedSize: 0x3000000n, fileSize: 5n } as const;
    const { uncertain } = await boot(board, '4.18', { kernel });
    for (const what of ['dom0', 'log', 'outcome'])
      assert.ok(
        uncertain.some(
          (each) => each.what === what && wordReasons(each.because).includes('5 bytes'),
        ),
      );
    const whole = { ...kernel, fileSize: 0x19f97c0n };
    assert.equal((await boot(board, '4.18', { kernel: whole })).outcome.kind, 'boots');
  });
});
