// Xen stops: it panics, hangs or crashes on this tree.

import { lineWith } from '../../messages/event.ts';
import { xenMessages, type XenMessageId } from '../../xen/messages.ts';
import { endOf, isSetUpFailure } from '../../xen/ending.ts';
import { wordReasons } from '../../xen/reasons.ts';
import type { LogLine, XenBoot } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { endsInScan, placeOfLine } from '../xen-places.ts';
import { isXenTree } from '../../xen/is-xen-tree.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly kind: 'panics' | 'hangs';
  readonly line: string | undefined;
  readonly because: string;
}

/** Messages that name the node which ends the boot; a summary follows them. */
const NAMES_NODE: ReadonlySet<XenMessageId> = new Set([
  'address-untranslatable',
  'cells-invalid',
  'initrd-end-missing',
  'nested-too-deep',
  'node-parsing-failed',
  'reg-missing',
  'reg-too-short',
  'region-limit',
  ...(Object.keys(xenMessages) as XenMessageId[]).filter((id) => id.startsWith('shm-')),
]);

/** The last message is often a summary; the line that names a node stands before it. */
function causeOf(boot: XenBoot): LogLine | undefined {
  const last = endOf(boot)?.line;
  if (last?.node || last?.written) return last;
  return boot.log.findLast(({ events }) => events.some(({ id }) => NAMES_NODE.has(id))) ?? last;
}

export const xenPanic = rule<Facts>({
  id: 'xen-panic',
  severity: 'error',
  title: 'Xen does not come up with this tree',
  why: `
Carried out on paper, the boot of this release ends in a panic or hangs before dom0 runs. The message is the one on
Xen's console, as far as a console is there at that moment. Among the causes: no RAM recognised, RAM banks that overlap
or lie too far apart, more regions than Xen records, a node nested too deep, dom0 memory that does not fit, a kernel or
ramdisk without room, a \`reg\` that no bus translates, a device mapped over the place where dom0's kernel is loaded.`,
  instead: 'Remove the cause that the message names; the page of each message tells more.',
  source: ['xen: start_xen', 'xen: panic'],

  *check(board: Board) {
    if (!isXenTree(board.tree) || !board.map.ramKnown) return;
    for (const boot of xenBoots(board)) {
      const end = endOf(boot);
      if (!end) continue;
      // A tree whose modules the boot loader adds has none to miss.
      if (board.map.modules.length === 0 && isSetUpFailure(end.line)) continue;
      // Overlaps are told with both parties by their own rules.
      if (endsInScan(boot) && lineWith(boot.log, 'region-overlap')) continue;
      const at = placeOfLine(causeOf(boot), board);
      if (!at) continue;
      const line = end.line?.text;
      yield {
        at,
        facts: { kind: end.kind, line, because: wordReasons(end.because) },
        target: boot.target,
        ...(end.line ? { log: end.line.shown } : {}),
      };
    }
  },

  message: ({ kind, line, because }) =>
    `Xen ${kind}${line === undefined ? '' : ` with "${line}"`}: ${because}`,
});
