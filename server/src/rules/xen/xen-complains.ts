// Xen prints a warning about this tree and goes on, usually with less than the tree says.

import type { LogLine } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfLine, targetOf } from '../xen-places.ts';
import { isXenTree } from '../xen-tree.ts';

interface Facts {
  readonly line: string;
}

const COMPLAINTS =
  /^(?:Warning: |WARNING: |Ignoring |fdt: (?:node|property) .*(?:invalid|missing|too short)|linux,initrd|Initrd .*invalid|parameter "|dt_read_number|CONFIG_STATIC_|Max number )/;

const isComplaint = (line: LogLine): boolean => COMPLAINTS.test(line.text);

export const xenComplains = rule<Facts>({
  id: 'xen-complains',
  severity: 'warning',
  title: 'Xen warns about this node',
  why: `
Xen cannot use what the node says: a property is missing or has the wrong length, a table is full, an option is not
understood. It prints one line, drops the thing and boots on, so the effect shows much later.`,
  instead: 'Correct what the line names.',
  source: ['xen: device_tree_get_meminfo', 'xen: process_chosen_node', 'xen: add_boot_module'],

  *check(board: Board) {
    if (!isXenTree(board)) return;
    for (const boot of board.xen) {
      const ending = boot.outcome.kind === 'panics' ? boot.outcome.line?.text : undefined;
      for (const line of boot.log) {
        if (!isComplaint(line) || line.text === ending) continue;
        const at = placeOfLine(line, board);
        if (at)
          yield {
            at,
            facts: { line: line.text },
            target: targetOf(boot),
            log: `(XEN) ${line.text}`,
          };
      }
    }
  },

  message: ({ line }) => `Xen prints "${line}"`,
});
