// Options that have no meaning for what was asked: refused, so that nobody takes them for heeded.

import { allSystems } from '../systems/all-systems.ts';
import { Failure } from './failure.ts';
import { releasesAsked, type BoardOptions } from './program.ts';

/** The options of a board that may be refused, by the names of their values. */
const FLAGS = {
  include: '-I',
  define: '-D',
  overlay: '--overlay',
  root: '--root',
  as: '--as',
  profile: '--profile',
  bootScript: '--boot-script',
  memoryFrom: '--memory-from',
  efiMap: '--efi-map',
  xenImage: '--xen-image',
  guest: '--guest',
  config: '--config',
} as const satisfies Partial<Record<keyof BoardOptions, string>>;

type Flag = keyof typeof FLAGS;

/** Options that say what boots a board, not what its tree is. */
export const bootOptions: readonly Flag[] = [
  'profile',
  'memoryFrom',
  'efiMap',
  'xenImage',
  'guest',
];

/** All options of a board. */
export const boardOptions: readonly Flag[] = Object.keys(FLAGS) as Flag[];

/** Fails when one of `names`, or a release, is given; `because` ends the sentence that begins with the option. */
export function refuseOptions(
  options: BoardOptions,
  names: readonly Flag[],
  because: string,
): void {
  const given = names.filter((name) => {
    const value = options[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  const [first] = [
    ...given.map((name) => FLAGS[name]),
    ...allSystems
      .filter(({ id }) => releasesAsked(options, id).length > 0)
      .map(({ id }) => `--${id}`),
  ];
  if (first !== undefined) throw new Failure(`${first} ${because}`);
}
