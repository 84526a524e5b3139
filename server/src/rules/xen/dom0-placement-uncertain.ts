// Where dom0's memory will be depends on which CPU scrubs faster.

import { lineWith } from '../../messages/event.ts';
import { wordReasons, type ReasonCode } from '../../xen/reasons.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfLine } from '../xen-places.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { spanOf, stringsOf } from '../../tree/device-tree.ts';
import { stringValue } from '../../tree/string-bytes.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

/** Several CPUs clean memory at once. */
const SCRUBBED: readonly ReasonCode[] = ['scrubbed-by', 'scrubbed-by-several'];

interface Facts {
  readonly because: string;
}

export const dom0PlacementUncertain = rule<Facts>({
  id: 'dom0-placement-uncertain',
  severity: 'information',
  title: 'dom0’s placement is not deterministic',
  why: `
With \`bootscrub=idle\`, the default since 4.12, the other CPUs clean free memory while dom0 is built, and Xen prefers clean
blocks. Which blocks dom0 gets then differs from boot to boot, and a layout that works on one CPU may panic with "Failed
to allocate requested dom0 memory" on four.`,
  instead:
    'Write bootscrub=1: memory is cleaned before dom0 is built, and what a guest left in it stays secret. bootscrub=0 is as deterministic and cleans nothing.',
  source: ['xen: scrub_heap_pages (4.22)', 'xen: get_free_buddy (4.22)'],
  behaviours: ['xen.idleScrub'],

  *check(board: Board) {
    if (!isForXen(board)) return;
    for (const boot of xenBoots(board)) {
      const because = boot.uncertain
        .filter(({ what }) => what === 'dom0.banks')
        .flatMap((each) => each.because)
        .filter(({ code }) => SCRUBBED.includes(code));
      const at = placeOfLine(lineWith(boot.log, 'command-line'), board);
      if (because.length > 0 && at)
        yield { at, facts: { because: wordReasons(because) }, target: boot.target };
    }
  },

  message: ({ because }) => `dom0's placement is not deterministic: ${because}`,

  fixes(_found, board) {
    const chosen = board.tree.root.children.find((node) => node.name === 'chosen');
    const property = chosen?.properties.get('xen,xen-bootargs');
    const part = property?.definition?.parts[0];
    if (!chosen || !property || !part || stringsOf(property).length !== 1) return [];
    const span = spanOf(part.written);
    const source = board.files.get(span.file);
    if (typeof source === 'string' || source.text[span.end - 1] !== '"') return [];
    const at = { file: span.file, start: span.end - 1, end: span.end - 1 };
    const added = ' bootscrub=1';
    const old = property.bytes.subarray(0, -1);
    const bytes = Uint8Array.from([...old, ...stringValue(added)]);
    return [
      {
        title: 'Add bootscrub=1',
        change: [{ kind: 'set-property', node: chosen.path, property: property.name, bytes }],
        ways: [[{ at, text: added }]],
        preferred: true,
      },
    ];
  },
});
