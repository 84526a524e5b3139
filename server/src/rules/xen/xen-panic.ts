// Xen stops: it panics, hangs or crashes on this tree.

import type { LogLine, XenBoot } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { endsInScan, placeOfLine, targetOf } from '../xen-places.ts';
import { isXenTree } from '../xen-tree.ts';

interface Facts {
  readonly kind: 'panics' | 'hangs';
  readonly line: string | undefined;
  readonly because: string;
}

/** The last message is often a summary; the line that names a node stands before it. */
function causeOf(boot: XenBoot): LogLine | undefined {
  const last = boot.outcome.kind === 'panics' ? boot.outcome.line : undefined;
  if (last?.node || last?.written) return last;
  return (
    boot.log.findLast(({ text }) => /^(?:Unable to retrieve|fdt: |Warning: )/.test(text)) ?? last
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
    if (!isXenTree(board) || !board.map.ramKnown) return;
    for (const boot of board.xen) {
      const { outcome } = boot;
      if (outcome.kind !== 'panics' && outcome.kind !== 'hangs') continue;
      // A tree whose modules the boot loader adds has none to miss.
      if (board.map.modules.length === 0 && outcome.line?.text.startsWith('Could not set up'))
        continue;
      // Overlaps are told with both parties by their own rules.
      if (endsInScan(boot) && boot.log.some(({ text }) => text.startsWith('Region: ['))) continue;
      const at = placeOfLine(causeOf(boot), board);
      if (!at) continue;
      const line = outcome.line?.text;
      // Boot loaders pad the blob; without its real size a blob of dom0 that does not fit is only a possibility.
      const isPossibility =
        board.profile.dtb?.size === undefined && / does not fit into /.test(outcome.because);
      yield {
        at,
        facts: { kind: outcome.kind, line, because: outcome.because },
        target: targetOf(boot),
        ...(line === undefined ? {} : { log: `(XEN) ${line}` }),
        ...(isPossibility ? { severity: 'information' as const } : {}),
      };
    }
  },

  message: ({ kind, line, because }) =>
    `Xen ${kind}${line === undefined ? '' : ` with "${line}"`}: ${because}`,
});
