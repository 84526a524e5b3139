// Xen stops: it panics, hangs or crashes on this tree.

import { endOf, isXenstoreMissing } from '../../xen/ending.ts';
import { eventIn } from '../../messages/event.ts';
import { wordReasons } from '../../xen/reasons.ts';
import type { LogLine } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { logOf } from '../target-lines.ts';
import { causeOfEnd, placeOfLine } from '../xen-places.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly kind: 'panics' | 'hangs';
  readonly line: string | undefined;
  readonly because: string;
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
  states: 'boot-ends',
  title: 'Xen does not come up with this tree',
  why: `
In dtmap's model this release panics or hangs before dom0 starts. The message is the one on
Xen's console, as far as a console is there at that moment. Among the causes: no RAM recognised, RAM banks that overlap
or lie too far apart, more regions than Xen records, a node nested too deep, dom0 memory that does not fit, a kernel or
ramdisk without room, a \`reg\` that no bus translates, a device mapped over the place where dom0's kernel is loaded.`,
  instead: `
Remove the cause that the message names; the page of each message tells more. That a release does not boot is said
whatever else is switched off: a finding that tells it and is switched off, allowed or in a baseline is replaced by this
one, and no setting and no baseline silences this one. A release that is not meant to boot the board does not belong among
the targets; what is wrong for your board is allowed at its place, with a reason.`,
  source: ['xen: start_xen (4.22)', 'xen: panic (4.22)'],

  *check(board: Board) {
    if (!isForXen(board)) return;
    for (const boot of xenBoots(board)) {
      const end = endOf(boot);
      if (!end) continue;
      // A tree whose modules the boot loader adds has none to miss.
      if (board.map.modules.length === 0 && isSetUpFailure(end.line)) continue;
      // And one that has those of its domains may lack only dom0.
      if (isXenstoreMissing(end.line)) continue;
      const at = placeOfLine(causeOfEnd(boot), board);
      if (!at) continue;
      const line = end.line?.text;
      yield {
        at,
        facts: { kind: end.kind, line, because: wordReasons(end.because) },
        target: boot.target,
        ...logOf(boot, end.line),
      };
    }
  },

  message: ({ kind, line, because }) =>
    `Xen ${kind}${line === undefined ? '' : ` with "${line}"`}: ${because}`,
});
