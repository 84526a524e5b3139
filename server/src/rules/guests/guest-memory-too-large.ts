// The guests ask for more memory than dom0 leaves.

import { formatSize } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { guestsOf } from './guests-of.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly guest: string;
  /** Bytes this guest and those before it ask for. */
  readonly wanted: bigint;
  /** Bytes of Xen's heap beside dom0. */
  readonly free: bigint;
}

/** Where only the places of Xen and the blob are not given, their sizes are all that may be wrong about the heap's. */
const SIZE_OF_XEN_AND_BLOB = 16n << 20n;

export const guestMemoryTooLarge = rule<Facts>({
  id: 'guest-memory-too-large',
  severity: 'error',
  title: 'Guests ask for more memory than there is',
  why: `
What Xen's allocator gets, less dom0's memory, is all that guests can have: RAM without reserved regions, and the boot modules
once they have been used (since 4.20 not with a static heap). xl then fails to make the guest, or dom0 is ballooned down until
it fails.`,
  instead: 'Lower `memory` of a guest or `dom0_mem`.',
  source: [
    'xen: init_heap_pages (4.22)',
    'xen: discard_initial_modules, 4cde11cdae (4.20)',
    'xl.cfg(5), memory',
  ],
  behaviours: ['xen.freesModulesToStaticHeap'],

  *check(board: Board) {
    for (const boot of xenBoots(board)) {
      const { dom0 } = boot;
      const isUnknown = (what: string): boolean =>
        boot.uncertain.some((each) => each.what === what);
      if (!dom0 || isUnknown('ram') || isUnknown('dom0.size')) continue;
      const heap = sizeOf(boot.heap) + sizeOf(freedModules(boot));
      const free = heap > dom0.size ? heap - dom0.size : 0n;
      let wanted = 0n;
      for (const { name, memory } of guestsOf(board)) {
        if (!memory) continue;
        wanted += memory.size;
        if (wanted > free + (isUnknown('heap') ? SIZE_OF_XEN_AND_BLOB : 0n))
          yield { at: memory.at, facts: { guest: name, wanted, free }, target: boot.target };
      }
    }
  },

  message: ({ guest, wanted, free }) =>
    `with ${guest} the guests ask for ${formatSize(wanted)}; Xen has ${formatSize(free)} besides dom0`,
});

function sizeOf(ranges: readonly Range[]): bigint {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0n);
}

/** The modules that Xen gives to its heap once the domains are built: all but itself. */
function freedModules({ modules, reserved, release }: XenBoot): readonly Range[] {
  const hasStaticHeap = reserved.some(({ kind }) => kind === 'static-heap');
  if (hasStaticHeap && !behavioursOf(release).freesModulesToStaticHeap) return [];
  return modules.filter(({ kind }) => kind !== 'Xen');
}
