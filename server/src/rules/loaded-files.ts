// The files that lie in memory when the boot loader hands over, as far as a boot script or a profile says.

import { xenBoots } from '../xen/xen-boots.ts';
import type { Range } from '../addresses/region.ts';
import type { Board, Load } from './board.ts';
import type { Place } from './rule.ts';

export interface LoadedFile extends Range {
  /** As the script names it, else what it is. */
  readonly name: string;
  readonly role: Load['role'];
  /** The line of the script; undefined when the profile says it. */
  readonly at: Place | undefined;
}

/** What is loaded, with its size in memory; a file whose size nobody knows is left out. */
export function loadedFiles(board: Board): LoadedFile[] {
  const { loads = [], profile } = board;
  const files = loads.flatMap((load): LoadedFile[] => {
    // Xen in memory is larger than its file: the profile has what it takes.
    const size =
      load.role === 'xen' && (profile.xen?.size ?? 0n) > (load.size ?? 0n)
        ? profile.xen?.size
        : load.size;
    if (size === undefined || size === 0n) return [];
    const { address: start, file: name, role, at } = load;
    return [{ name, role, at, start, end: start + size }];
  });
  return [...files, ...fromProfile(board, 'xen'), ...fromProfile(board, 'dtb')];
}

const NAMES = { xen: 'Xen', dtb: 'the blob' } as const;
const KINDS = { xen: 'Xen', dtb: 'Device Tree' } as const;

function fromProfile(board: Board, role: 'xen' | 'dtb'): LoadedFile[] {
  const { loads = [], profile } = board;
  const start = profile[role]?.address;
  if (start === undefined || loads.some((load) => load.role === role)) return [];
  const size = profile[role]?.size;
  // A blob of unknown size is as long as the one the tree makes, which Xen's list of modules shows.
  const end =
    size === undefined
      ? xenBoots(board)
          .flatMap(({ modules }) => modules)
          .find((each) => each.kind === KINDS[role] && each.start === start)?.end
      : start + size;
  return end === undefined ? [] : [{ name: NAMES[role], role, at: undefined, start, end }];
}
