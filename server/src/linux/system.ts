// Linux on bare metal, as those see it who know no system by name.

import { makeSystem, type Target } from '../target/system.ts';
import { bootWithFacts } from './boot-with-facts.ts';
import { dependents } from './dependents.ts';
import { LINUX } from './linux-boots.ts';
import type { LinuxBoot } from './linux-boot.ts';
import { linuxReaderMap } from './verdicts/reader-map.ts';
import { isReleased, linuxBranches, parseLinuxRelease } from './releases.ts';
import { RELEASE_HELP } from './verdicts/release-help.ts';
import { remarkOnDynamic } from './verdicts/remarks.ts';
import { linuxViews } from './verdicts/views.ts';
import { wordEnding } from './verdicts/word-ending.ts';

function targetOf(version: string): Target | undefined {
  const release = parseLinuxRelease(version);
  if (!release || !isReleased(release)) return undefined;
  return {
    name: `${LINUX}:${release.name}`,
    asked: `${LINUX}:${version}`,
    order: release.major * 1000 + release.minor,
    boot: (tree, facts, files) => bootWithFacts(tree, release, facts, files),
  };
}

export const linuxSystem = makeSystem<LinuxBoot>({
  id: LINUX,
  name: 'Linux',
  releaseHelp: RELEASE_HELP,
  isHypervisor: false,
  branches: linuxBranches.map((name) => ({ name, detail: parseLinuxRelease(name)?.name ?? name })),
  parse: targetOf,
  views: linuxViews,
  readers: ['linux'],
  readerMap: (boot, _reader, subject) => linuxReaderMap(boot, subject),
  bank: () => [],
  dynamic: remarkOnDynamic,
  bootargs: () => [],
  ending: wordEnding,
  dependents,
  neighbours: ({ neighbours }) =>
    neighbours.map(({ changes, boot, fails }) => ({ changes, boot, ends: fails })),
});
