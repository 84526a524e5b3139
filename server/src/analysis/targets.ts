// Which readers of the tree a verdict is for.

import { linuxBranches, parseLinuxRelease, type LinuxRelease } from '../linux/releases.ts';
import { BRANCH_NAMES, parseRelease, type Release } from '../xen/releases.ts';

export interface Targets {
  /** `asked` is the name as the user wrote it (`4.18`), `release` the point release it stands for. */
  readonly xen: readonly { readonly asked: string; readonly release: Release }[];
  readonly linux: readonly LinuxRelease[];
}

/** What is assumed when nobody chose: the newest Xen and the current long-term Linux. */
export const defaultTargets: readonly string[] = ['xen:4.22', 'linux:6.12'];

/** A target name that is none, with the names that would do. */
export interface UnknownTarget {
  readonly name: string;
  readonly known: readonly string[];
}

/**
 * `xen:4.18`, `xen:4.18.2`, `xen:unstable`, `linux:6.12` as releases, in the order given, without repeats; names that
 * are no target come back in `unknown`.
 */
export function parseTargets(names: readonly string[]): {
  readonly targets: Targets;
  readonly unknown: readonly UnknownTarget[];
} {
  const xen = new Map<string, Targets['xen'][number]>();
  const linux = new Map<string, LinuxRelease>();
  const unknown: UnknownTarget[] = [];
  for (const name of names) {
    const [system, version = ''] = name.split(':', 2);
    if (system === 'xen') {
      const release = parseRelease(version);
      if (!release) unknown.push({ name, known: BRANCH_NAMES.map((known) => `xen:${known}`) });
      else if (!xen.has(release.name)) xen.set(release.name, { asked: version, release });
    } else if (system === 'linux') {
      const release = parseLinuxRelease(version);
      if (release) linux.set(release.name, release);
      else unknown.push({ name, known: linuxBranches.map((known) => `linux:${known}`) });
    } else unknown.push({ name, known: ['xen:RELEASE', 'linux:RELEASE'] });
  }
  return { targets: { xen: [...xen.values()], linux: [...linux.values()] }, unknown };
}

/** `xen:4.18.6` as the user asked for it: `xen:4.18`. Names that nobody asked for stay as they are. */
export function targetAsAsked(name: string, targets: Targets): string {
  const found = targets.xen.find(({ release }) => name === `xen:${release.name}`);
  return found ? `xen:${found.asked}` : name;
}
