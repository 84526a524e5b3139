// The releases of Xen that are known.

/** A point release: `4.18.6`, or `unstable` for the development after the newest. */
export interface Release {
  readonly name: string;
  readonly major: number;
  readonly minor: number;
  readonly point: number;
}

/** Minor version and last point release of every branch 4.x, oldest first. */
const BRANCHES: readonly (readonly [minor: number, lastPoint: number])[] = [
  [11, 4],
  [12, 4],
  [13, 5],
  [14, 6],
  [15, 7],
  [16, 7],
  [17, 7],
  [18, 6],
  [19, 6],
  [20, 4],
  [21, 2],
  [22, 0],
];

/** Development after 4.22.0, as of August 2026; it calls itself 4.23. */
const UNSTABLE: Release = { name: 'unstable', major: 4, minor: 23, point: 0 };

/** Every known release, oldest first, `unstable` last. */
export const RELEASES: readonly Release[] = [
  ...BRANCHES.flatMap(([minor, last]) =>
    Array.from({ length: last + 1 }, (_, point) => ({
      name: `4.${minor}.${point}`,
      major: 4,
      minor,
      point,
    })),
  ),
  UNSTABLE,
];

/** What may be written where a release is asked for: the branches (`4.18`) and `unstable`. */
export const BRANCH_NAMES: readonly string[] = [
  ...BRANCHES.map(([minor]) => `4.${minor}`),
  UNSTABLE.name,
];

/**
 * The release that a text names: `4.18` is the latest point release known of that branch, `4.18.2` exactly that one,
 * `unstable` the development branch. Undefined when it names none.
 */
export function parseRelease(text: string): Release | undefined {
  return (
    RELEASES.find((release) => release.name === text) ??
    RELEASES.findLast(
      (release) => release !== UNSTABLE && `${release.major}.${release.minor}` === text,
    )
  );
}

/** What people call a release: `4.18` for the latest point release known of that branch, else its own name. */
export function shortName(release: Release): string {
  const branch = `${release.major}.${release.minor}`;
  return parseRelease(branch)?.name === release.name ? branch : release.name;
}
