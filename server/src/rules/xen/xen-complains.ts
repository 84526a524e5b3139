// Xen prints a warning about this tree and goes on, usually with less than the tree says.

import { endOf } from '../../xen/ending.ts';
import { eventIn } from '../../messages/event.ts';
import type { XenMessageId } from '../../xen/messages.ts';
import type { LogLine } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { causeOfEnd, placeOfLine } from '../xen-places.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { logOf } from '../target-lines.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly line: string;
}

/** After these Xen goes on without what the line names. */
const COMPLAINTS: ReadonlySet<XenMessageId> = new Set([
  'cells-invalid',
  'dom0-mem-invalid',
  'dom0-memory-less',
  'initrd-end-missing',
  'initrd-length',
  'initrd-limits',
  'module-command-line-limit',
  'module-limit',
  'nested-too-deep',
  'number-size',
  'path-reserved',
  'reg-missing',
  'reg-too-short',
  'region-limit',
  'reserved-limit',
  'shm-config',
  'shm-cells',
  'shm-id-long',
  'shm-property',
  'shm-role',
  'static-mem-config',
]);

const isComplaint = ({ events }: LogLine): boolean => events.some(({ id }) => COMPLAINTS.has(id));

export const xenComplains = rule<Facts>({
  id: 'xen-complains',
  severity: 'warning',
  title: 'Xen warns about this node',
  why: `
Xen cannot use what the node says: a property is missing or has the wrong length, a table is full, an option is not
understood. It prints one line, drops the thing and boots on, so the effect shows much later.`,
  instead: 'Correct what the line names.',
  source: [
    'xen: device_tree_get_meminfo (4.22)',
    'xen: process_chosen_node (4.22)',
    'xen: add_boot_module (4.22)',
  ],

  *check(board: Board) {
    if (!isForXen(board)) return;
    for (const boot of xenBoots(board)) {
      const ending = endOf(boot)?.line?.text;
      const cause = endOf(boot) ? causeOfEnd(boot) : undefined;
      for (const [index, line] of boot.log.entries()) {
        if (!isComplaint(line) || line.text === ending || line === cause) continue;
        // Where the scan ends over it, that is the finding.
        if (eventIn(boot.log[index + 1], 'node-parsing-failed')) continue;
        const at = placeOfLine(line, board);
        if (at)
          yield {
            at,
            facts: { line: line.text },
            target: boot.target,
            ...logOf(boot, line),
          };
      }
    }
  },

  message: ({ line }) => `Xen prints "${line}"`,
});
