// Analyses a fixture on disk the way the command line does.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { analyze, type Analysis, type BoardRequest } from '../../server/src/analysis/analyze.ts';
import { readProfile } from '../../server/src/inputs/read-profile.ts';
import {
  tryProposals,
  type Offer,
  type TrialHost,
} from '../../server/src/analysis/try-proposals.ts';
import { defaultTargets, parseTargets } from '../../server/src/systems/targets.ts';
import type { RuleSettings } from '../../server/src/analysis/check.ts';
import { readBootInputs } from '../../server/src/boot-files/boot-inputs.ts';
import { readGuests } from '../../server/src/boot-files/read-guests.ts';
import { fixAll, type FixedBoard } from '../../server/src/ide/fix-all.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import type { Finding } from '../../server/src/rules/finding.ts';
import type { Proposal } from '../../server/src/rules/proposal.ts';
import type { Fix } from '../../server/src/text/edit.ts';
import type { BootProfile } from '../../server/src/facts/boot-profile.ts';
import { CaselessFiles } from './caseless-files.ts';
import { ExactFiles } from './exact-files.ts';
import { readBindings } from './read-bindings.ts';

/** Bindings are named from here, wherever a board was copied to. */
const FIXTURES = join(import.meta.dirname, '../fixtures');

/** A board, and its fixes tried on it alone. */
export interface AnalyzedFile extends Extract<Analysis, { kind: 'complete' }> {
  readonly host: TrialHost;
  readonly offersFor: (
    proposals: readonly Proposal[],
    finding: Finding | undefined,
  ) => Promise<readonly Offer[]>;
  /** Those that are offered. */
  readonly fixesOf: (finding: Finding) => Promise<readonly Fix[]>;
  readonly fixAll: () => Promise<FixedBoard>;
}

/**
 * Options of a fixture: `targets`, `overlays`, `rules` (`id=on id=off`), `profile` (a JSON file beside it), `script`
 * (a boot script beside it, with the files it loads) `guests` (xl configurations and partial trees), `bindings` (their folder) and `disk` (`ignores-case` as that of Windows, `tells-case` as that of Linux). `text` stands in place of what is on the disk.
 */
export function analyzeFile(
  file: string,
  options: ReadonlyMap<string, string>,
  text?: string,
): AnalyzedFile {
  const words = (key: string): string[] => options.get(key)?.split(/\s+/).filter(Boolean) ?? [];
  const { targets, unknown } = parseTargets(
    options.has('targets') ? words('targets') : defaultTargets,
  );
  assert.deepEqual(unknown, []);
  const rules: RuleSettings = new Map([
    ['reserved-in-ram', 'off'],
    ...words('rules').map((word) => word.split('=') as [string, 'on' | 'off']),
  ]);
  const disks = { 'ignores-case': CaselessFiles, 'tells-case': ExactFiles, own: NodeFiles };
  const files = new disks[(options.get('disk') ?? 'own') as keyof typeof disks]();
  if (text !== undefined) files.setText(file, text);
  const scripts = words('script').map((name) => join(dirname(file), name));
  const preprocessor = { includePaths: [dirname(file)], defines: new Map<string, string>() };
  const cache = new PreprocessCache();
  const plain: BoardRequest = {
    root: file,
    overlays: words('overlays').map((name) => join(dirname(file), name)),
    preprocessor,
    facts: [],
    targets,
    rules,
    ...(options.has('bindings')
      ? { bindings: readBindings(join(FIXTURES, basename(words('bindings').join(' ')))) }
      : {}),
  };
  const inputs = readBootInputs(
    { files, cwd: dirname(file) },
    file,
    false,
    {
      profile: profileOf(file, options.get('profile')),
      ...(scripts.length === 0 ? {} : { bootScripts: scripts }),
    },
    () => {
      const before = analyze(plain, files, cache);
      return before.kind === 'complete' ? before.board.tree : undefined;
    },
  );
  const request: BoardRequest = {
    ...plain,
    facts: inputs.facts,
    loads: inputs.loads,
    ...(inputs.loaderChanges ? { loaderChanges: inputs.loaderChanges } : {}),
    guests: readGuests(
      files,
      words('guests').map((name) => join(dirname(file), name)),
      inputs.loads,
      preprocessor,
      cache,
      basename,
    ),
  };
  const analysis = analyze(request, files, cache);
  if (analysis.kind !== 'complete') assert.fail(`${file}: ${analysis.kind}`);
  const own = { request, analysis };
  const host: TrialHost = {
    files,
    cache,
    boardsReading: () => Promise.resolve([request]),
    load: () => Promise.resolve(),
    pause: () => Promise.resolve(),
    lockedBecause: () => undefined,
  };
  return {
    ...analysis,
    host,
    offersFor: (proposals, finding) => tryProposals(proposals, own, finding, host),
    fixesOf: async (finding) =>
      (await tryProposals(finding.proposals, own, finding, host)).flatMap((offer) =>
        offer.ok ? [offer.fix] : [],
      ),
    fixAll: () => fixAll(own, host, 'all'),
  };
}

function profileOf(file: string, name: string | undefined): BootProfile {
  if (name === undefined) return {};
  const read = readProfile(JSON.parse(readFileSync(join(dirname(file), name), 'utf8')));
  if (!read.ok) assert.fail(`${name}: ${read.because}`);
  return read.value;
}
