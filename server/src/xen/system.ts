// Xen, as those see it who know no system by name.

import { makeSystem, type Target } from '../target/system.ts';
import { bootXen } from './boot.ts';
import { certainPart, dependents } from './certain.ts';
import { endOf } from './ending.ts';
import { isForXen } from './is-for-xen.ts';
import { BRANCH_NAMES, parseRelease, RELEASES } from './releases.ts';
import { frameVerdict } from './verdicts/frame-verdict.ts';
import { XEN_READERS, xenReaderMap } from './verdicts/reader-map.ts';
import { RELEASE_HELP } from './verdicts/release-help.ts';
import { remarkOnDynamic, remarksOnBank, remarksOnBootargs } from './verdicts/remarks.ts';
import { xenViews } from './verdicts/views.ts';
import { wordEnding } from './verdicts/word-ending.ts';
import { XEN } from './xen-boots.ts';
import type { XenBoot } from './xen-boot.ts';

function targetOf(version: string): Target | undefined {
  const release = parseRelease(version);
  return (
    release && {
      name: `${XEN}:${release.name}`,
      asked: `${XEN}:${version}`,
      order: RELEASES.indexOf(release),
      boot: (tree, facts, files) => bootXen(tree, release, facts, files),
    }
  );
}

export const xenSystem = makeSystem<XenBoot>({
  id: XEN,
  name: 'Xen',
  releaseHelp: RELEASE_HELP,
  isHypervisor: true,
  branches: BRANCH_NAMES.map((name) => ({ name, detail: parseRelease(name)?.name ?? name })),
  parse: targetOf,
  views: xenViews,
  frame: frameVerdict,
  readers: XEN_READERS,
  readerMap: xenReaderMap,
  bank: remarksOnBank,
  dynamic: remarkOnDynamic,
  bootargs: remarksOnBootargs,
  ending: wordEnding,
  settled: (boot) => boot.settled ?? boot,
  certain: certainPart,
  openFacts: ({ restsOn }, subject) => (isForXen(subject) ? restsOn : []),
  dependents,
  neighbours: (boot) =>
    boot.neighbours.map((each) => ({ ...each, ends: endOf(each.boot) !== undefined })),
});
