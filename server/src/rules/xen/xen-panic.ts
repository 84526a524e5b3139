// Xen stops: it panics, hangs or crashes on this tree.

import { eventIn, lineWith } from '../../messages/event.ts';
import { xenMessages, type XenMessageId } from '../../xen/messages.ts';
import { wordReasons } from '../../xen/reasons.ts';
import type { LogLine, XenBoot } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { endsInScan, placeOfLine } from '../xen-places.ts';
import { isXenTree } from '../../xen/is-xen-tree.ts';

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
  const last = boot.outcome.kind === 'panics' ? boot.outcome.line : undefined;
  if (last?.node || last?.written) return last;
  return boot.log.findLast(({ events }) => events.some(({ id }) => NAMES_NODE.has(id))) ?? last;
}

function isSetUpFailure(line: LogLine | undefined): boolean {
  return (
    eventIn(line, 'dom0-construction') !== undefined ||
    eventIn(line, 'domain-construction') !== undefined
  );
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
    for (const boot of board.xen) {
      const { outcome } = boot;
      if (outcome.kind !== 'panics' && outcome.kind !== 'hangs') continue;
      // A tree whose modules the boot loader adds has none to miss.
      if (board.map.modules.length === 0 && isSetUpFailure(outcome.line)) continue;
      // Overlaps are told with both parties by their own rules.
      if (endsInScan(boot) && lineWith(boot.log, 'region-overlap')) continue;
      const at = placeOfLine(causeOf(boot), board);
      if (!at) continue;
      const line = outcome.line?.text;
      yield {
        at,
        facts: { kind: outcome.kind, line, because: wordReasons(outcome.because) },
        target: boot.target,
        ...(outcome.line ? { log: outcome.line.shown } : {}),
      };
    }
  },

  message: ({ kind, line, because }) =>
    `Xen ${kind}${line === undefined ? '' : ` with "${line}"`}: ${because}`,
});
