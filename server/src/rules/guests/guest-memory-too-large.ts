// The guests ask for more memory than dom0 leaves.

import { formatSize } from '../../addresses/format.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { guestsOf } from './guests-of.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly guest: string;
  /** Bytes this guest and those before it ask for. */
  readonly wanted: bigint;
  /** Bytes of Xen's heap behind dom0. */
  readonly free: bigint;
}

/** Where only the places of Xen and the blob are not given, their sizes are all that may be wrong about the heap's. */
const SIZE_OF_XEN_AND_BLOB = 16n << 20n;

export const guestMemoryTooLarge = rule<Facts>({
  id: 'guest-memory-too-large',
  severity: 'error',
  title: 'Guests ask for more memory than there is',
  why: `
What Xen's allocator got at boot, less dom0's memory, is all that guests can have; reserved memory is not part of it. xl
then fails to make the guest, or dom0 is ballooned down until it fails.`,
  instead: 'Lower `memory` of a guest or `dom0_mem`.',
  source: ['xen: init_heap_pages (4.22)', 'xl.cfg(5), memory'],

  *check(board: Board) {
    for (const boot of xenBoots(board)) {
      const { dom0 } = boot;
      const isUnknown = (what: string): boolean =>
        boot.uncertain.some((each) => each.what === what);
      if (!dom0 || isUnknown('ram') || isUnknown('dom0.size')) continue;
      const heap = boot.heap.reduce((sum, { start, end }) => sum + end - start, 0n);
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
