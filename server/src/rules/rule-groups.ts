// Groups of rules that are switched together: `-W dtc`, `-W linux-w1`, `-W all`.

import { allRules } from './all-rules.ts';
import type { Rule } from './rule.ts';

/**
 * The checks of dtc that `make W=1` adds to a kernel build: what scripts/Makefile.lib (Linux 6.1) or scripts/Makefile.dtbs (6.8 and
 * later) switches off without it. unique_unit_address_if_enabled, which it switches on, is no rule.
 */
const LINUX_W1: ReadonlySet<string> = new Set([
  'alias_paths',
  'avoid_unnecessary_addr_size',
  'graph_child_address',
  'interrupt_map',
  'simple_bus_reg',
  'unit_address_vs_reg',
]);

/** The rules that say what dt-validate does. */
export const bindingGroup = 'bindings';

const groups: ReadonlyMap<string, (rule: Rule) => boolean> = new Map([
  ['all', () => true],
  ['dtc', ({ id, source }: Rule) => source.some((each) => isCheckOf(each, id))],
  ['linux-w1', ({ id }: Rule) => LINUX_W1.has(id)],
  [
    bindingGroup,
    ({ id }: Rule) => id.startsWith('binding-') && id !== 'binding-unknown-compatible',
  ],
]);

/** `dtc: -W reg_format (1.6.1)`, or `-E` for what dtc refuses. */
function isCheckOf(source: string, id: string): boolean {
  return source.startsWith(`dtc: -W ${id} `) || source.startsWith(`dtc: -E ${id} `);
}

export const groupNames: readonly string[] = [...groups.keys()];

/** The rules of a group; undefined for a name that is none. */
export function rulesOfGroup(name: string): readonly Rule[] | undefined {
  const isIn = groups.get(name);
  return isIn && allRules.filter(isIn);
}
