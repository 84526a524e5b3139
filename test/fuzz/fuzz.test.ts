// Fuzzing: random inputs of every kind for a limited time.
//   DTMAP_FUZZ_SECONDS (30) for all targets together, DTMAP_FUZZ_SEED (1), DTMAP_FUZZ_TARGET (a part of a target's name)

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/bundles.ts';
import { fuzzBlobs, fuzzContainers, fuzzOverlayBlobs } from './fuzz-blobs.ts';
import { fuzzEditor } from './fuzz-editor.ts';
import { fuzzSources } from './fuzz-sources.ts';
import {
  fuzzEfiMaps,
  fuzzExtlinux,
  fuzzGrubConfigs,
  fuzzLogs,
  fuzzProfiles,
  fuzzScripts,
  fuzzSettings,
  fuzzXenConfigs,
  fuzzXlConfigs,
} from './fuzz-texts.ts';
import { runTarget } from './run-target.ts';
import { asAny, type AnyTarget } from './target.ts';

const seconds = Number(process.env['DTMAP_FUZZ_SECONDS'] ?? 30);
const seed = Number(process.env['DTMAP_FUZZ_SEED'] ?? 1);
const wanted = process.env['DTMAP_FUZZ_TARGET'] ?? '';

/** By name, with the share of the time each gets. */
const targets: readonly (readonly [string, number, () => AnyTarget])[] = [
  ['source', 10, () => asAny(fuzzSources())],
  ['editor', 4, () => asAny(fuzzEditor())],
  ['blob', 5, () => asAny(fuzzBlobs())],
  ['overlay blob', 2, () => asAny(fuzzOverlayBlobs())],
  ['boot log', 3, () => asAny(fuzzLogs())],
  ['boot script', 3, () => asAny(fuzzScripts())],
  ['container', 1, () => asAny(fuzzContainers())],
  ['EFI map', 1, () => asAny(fuzzEfiMaps())],
  ['extlinux', 1, () => asAny(fuzzExtlinux())],
  ['xen.cfg', 1, () => asAny(fuzzXenConfigs())],
  ['GRUB', 1, () => asAny(fuzzGrubConfigs())],
  ['xl config', 1, () => asAny(fuzzXlConfigs())],
  ['profile', 3, () => asAny(fuzzProfiles())],
  ['settings', 1, () => asAny(fuzzSettings())],
];
const chosen = targets.filter(([name]) => name.includes(wanted));
const shares = chosen.reduce((sum, [, share]) => sum + share, 0);

describe(`fuzzing with DTMAP_FUZZ_SEED=${seed} for ${seconds} s`, function () {
  this.timeout(seconds * 1000 + 120_000);
  let total = 0;

  for (const [name, share, make] of chosen) {
    it(name, () => {
      const target = make();
      const ran = runTarget(target, (seconds * share) / shares, seed);
      total += ran.inputs;
      console.log(
        `      ${ran.inputs} inputs of ${name}, the longest took ${ran.longest.toFixed(0)} ms of CPU time`,
      );
      const folder = path.join(root, 'out/fuzz');
      ran.failures.forEach((failure, index) => {
        mkdirSync(folder, { recursive: true });
        const file = `${name.replaceAll(' ', '-')}-${failure.seed}-${index}.txt`;
        writeFileSync(path.join(folder, file), `${failure.error}\n\n${failure.input}\n`);
      });
      const told = ran.failures.map(({ error, input }) => `${error}\n${input.slice(0, 1500)}`);
      assert.equal(told.join('\n\n'), '');
    });
  }

  after(() => {
    console.log(`      ${total} inputs in all`);
  });
});
