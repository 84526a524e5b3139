// Options for Xen stand in a bootargs that Xen does not read.

import { lineWith } from '../../messages/event.ts';
import { isModule } from '../../memory/map-memory.ts';
import { stringOf, walkNodes, type Written } from '../../tree/device-tree.ts';
import { unknownProperty } from '../../tree/loader-changes.ts';
import { chosenOf } from '../../xen/chosen-of.ts';
import { splitOptions } from '../../xen/steps/boot-fdt-cmdline.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { logOf } from '../target-lines.ts';
import { endsInScan } from '../xen-places.ts';

interface Facts {
  /** The options, with their values. */
  readonly options: readonly string[];
  /** Whether `xen,xen-bootargs` is there, which Xen reads in its place. */
  readonly replaced: boolean;
}

/** Options that Xen has and Linux has not. */
const XEN_ONLY: ReadonlySet<string> = new Set([
  'bootscrub',
  'dom0_max_vcpus',
  'dom0_mem',
  'dtuart',
  'gnttab_max_frames',
  'guest_loglvl',
  'llc-coloring',
  'sync_console',
  'vwfi',
  'xenheap_megabytes',
]);

function isSame(a: Written | undefined, b: Written): boolean {
  return a?.in === b.in && a.start === b.start;
}

export const chosenBootargsUnread = rule<Facts>({
  id: 'chosen-bootargs-unread',
  severity: 'warning',
  title: 'Options for Xen in a bootargs that Xen does not read',
  why: `
Xen's command line is \`xen,xen-bootargs\` of /chosen. Without it, Xen takes \`bootargs\` only when dom0's command line is
elsewhere, in \`xen,dom0-bootargs\` or in \`bootargs\` of dom0's kernel module; otherwise \`bootargs\` is dom0's. Options for
Xen that stand there are ignored: dom0 gets 512 MiB, the console stays silent.`,
  instead:
    'Move the options to `xen,xen-bootargs`, and leave those of dom0 in `xen,dom0-bootargs`.',
  source: ['xen: boot_fdt_cmdline (4.22)', 'xen: docs/misc/arm/device-tree/booting.txt (4.22)'],

  *check(board: Board) {
    const chosen = chosenOf(board.tree);
    const property = chosen?.properties.get('bootargs');
    const at = property?.definition?.whole;
    // A tree whose modules the boot loader adds may get its command line from there, too.
    if (!chosen || !at || ![...walkNodes(chosen)].some(isModule)) return;
    if (board.facts.xenCommandLine.basis !== 'tree') return;
    // U-Boot sets the property itself, so that what is written counts only where a script does not say it is another.
    if (unknownProperty(board.tree, chosen, 'bootargs')) return;
    const options = splitOptions(stringOf(chosen, 'bootargs') ?? '')
      .filter(({ name, value }) => XEN_ONLY.has(name) || (name === 'console' && value === 'dtuart'))
      .map(({ name, value }) => (value === '' ? name : `${name}=${value}`));
    if (options.length === 0) return;
    const replaced = chosen.properties.has('xen,xen-bootargs');
    for (const boot of xenBoots(board)) {
      const line = lineWith(boot.log, 'command-line');
      if (!line || endsInScan(boot) || isSame(line.written, at)) continue;
      yield {
        at,
        facts: { options, replaced },
        target: boot.target,
        ...logOf(boot, line),
      };
    }
  },

  message: ({ options, replaced }) =>
    `Xen ignores ${options.join(' ')} in bootargs: it reads xen,xen-bootargs` +
    (replaced ? '' : ', which is missing'),
});
