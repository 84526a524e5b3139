// Fuzzing: random inputs of every kind for a limited time.
//   DTMAP_FUZZ_SECONDS (30) for all targets together, DTMAP_FUZZ_SEED (1), DTMAP_FUZZ_TARGET (a part of a target's name)

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/bundles.ts';
import { sharedParser } from '../support/parser.ts';
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
import type { Parser } from '../../server/src/syntax/create-parser.ts';

const seconds = Number(process.env['DTMAP_FUZZ_SECONDS'] ?? 30);
const seed = Number(process.env['DTMAP_FUZZ_SEED'] ?? 1);
const wanted = process.env['DTMAP_FUZZ_TARGET'] ?? '';

/** By name, with the share of the time each gets. */
const targets: readonly (readonly [string, number, (parser: Parser) => AnyTarget])[] = [
  ['source', 10, (parser) => asAny(fuzzSources(parser))],
  ['editor', 4, (parser) => asAny(fuzzEditor(parser))],
  ['blob', 5, (parser) => asAny(fuzzBlobs(parser))],
  ['overlay blob', 2, (parser) => asAny(fuzzOverlayBlobs(parser))],
  ['boot log', 3, (parser) => asAny(fuzzLogs(parser))],
  ['boot script', 3, () => asAny(fuzzScripts())],
  ['container', 1, (parser) => asAny(fuzzContainers(parser))],
  ['EFI map', 1, () => asAny(fuzzEfiMaps())],
  ['extlinux', 1, () => asAny(fuzzExtlinux())],
  ['xen.cfg', 1, () => asAny(fuzzXenConfigs())],
  ['GRUB', 1, () => asAny(fuzzGrubConfigs())],
  ['xl config', 1, () => asAny(fuzzXlConfigs())],
  ['profile', 3, (parser) => asAny(fuzzProfiles(parser))],
  ['settings', 1, () => asAny(fuzzSettings())],
];
const chosen = targets.filter(([name]) => name.includes(wanted));
const shares = chosen.reduce((sum, [, share]) => sum + share, 0);

describe(`fuzzing with DTMAP_FUZZ_SEED=${seed} for ${seconds} s`, function () {
  this.timeout(seconds * 1000 + 120_000);
  let total = 0;

  for (const [name, share, make] of chosen) {
    it(name, async () => {
      const target = make(await sharedParser());
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
