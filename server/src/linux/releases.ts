// The kernel releases the Linux model knows.

/** A kernel release; `point` is undefined for a branch name, which stands for its newest point release. */
export interface LinuxRelease {
  /** As asked for: `6.12`, `6.1.176`, `current`. */
  readonly name: string;
  readonly major: number;
  readonly minor: number;
  readonly point: number | undefined;
}

/** The branches offered for choice, oldest first; `current` is the development after the newest of them. */
export const linuxBranches: readonly string[] = [
  '5.4',
  '5.10',
  '5.15',
  '6.1',
  '6.6',
  '6.12',
  'current',
];

/** What `linux` alone stands for. */
export const defaultLinux = '6.12';

/**
 * The release a name stands for: `6.12`, `v6.12`, `6.12.3`, `6.1.0-50-cloud-arm64` or `current`. Branches between the
 * offered ones are taken as they are. Undefined when the name is no kernel release.
 */
export function parseLinuxRelease(name: string): LinuxRelease | undefined {
  if (name === 'current') return { name, major: 7, minor: 0, point: undefined };
  const match = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,4}))?(?:[-+~].*)?$/.exec(name);
  if (!match) return undefined;
  return {
    name,
    major: Number(match[1]),
    minor: Number(match[2]),
    point: match[3] === undefined ? undefined : Number(match[3]),
  };
}

/** The last branch of each major version that is over. */
const LAST_MINOR: ReadonlyMap<number, number> = new Map([
  [3, 19],
  [4, 20],
  [5, 19],
  [6, 19],
]);

/** Whether there is a release of that branch, or may be one by now. */
export function isReleased({ major, minor }: LinuxRelease): boolean {
  const newest = parseLinuxRelease('current')?.major ?? 0;
  return major === newest ? minor <= 20 : minor <= (LAST_MINOR.get(major) ?? -1);
}

/** Whether `release` is the branch `major.minor` or a later one. */
export function isSince(release: LinuxRelease, branch: string): boolean {
  const since = parseLinuxRelease(branch);
  if (!since) return false;
  if (release.major !== since.major) return release.major > since.major;
  return release.minor >= since.minor;
}

/** Whether `release` is the point release `first` of a branch, such as `6.18.9`, or a later one of that branch. */
export function isPointSince(release: LinuxRelease, first: string): boolean {
  const since = parseLinuxRelease(first);
  if (since?.point === undefined) return false;
  if (release.major !== since.major || release.minor !== since.minor) return false;
  return release.point === undefined || release.point >= since.point;
}
