// What a domain of the tree is told of Xen, by its `xen,enhanced`.

import type { DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';

/**
 * Whether a domain is told of Xen at all, and if so, who makes the page for Xenstore: Xen while it builds the domain, a
 * tool in dom0 later, or not at all (Xen: construct_domU, DOM0LESS_ENHANCED).
 */
export function xenstoreOf(
  { does }: BootState,
  node: DtNode,
): 'not-enhanced' | 'none' | 'now' | 'later' {
  const bytes = node.properties.get('xen,enhanced')?.bytes;
  if (!bytes || does.domUExtendedRegions === 'none') return 'not-enhanced';
  const end = bytes.indexOf(0);
  const text = String.fromCharCode(...bytes.slice(0, Math.max(0, end)));
  // No value, or one that is no string, is as good as `enabled`.
  const isEnabled = bytes.length === 0 || end < 0 || text === 'enabled';
  if (isEnabled) return does.allocatesXenstorePage ? 'now' : 'later';
  if (text === 'legacy' && does.allocatesXenstorePage) return 'later';
  return text === 'no-xenstore' ? 'none' : 'not-enhanced';
}
