// Where a node of an overlay will be once the overlay is applied, as far as the overlay itself says.

import { stringOf, type DtNode } from './device-tree.ts';

/**
 * The path in the base of a node below `__overlay__`. Undefined for other nodes, and where the target is a label: only the
 * base knows its path.
 */
export function pathInBase(node: DtNode): string | undefined {
  const names: string[] = [];
  for (let each: DtNode | undefined = node; each; each = each.parent) {
    if (each.name === '__overlay__' && each.parent?.parent?.parent === undefined && each.parent) {
      const target = stringOf(each.parent, 'target-path');
      if (target === undefined) return undefined;
      return [target === '/' ? '' : target.replace(/\/$/, ''), ...names].join('/') || '/';
    }
    names.unshift(each.name);
  }
  return undefined;
}

/** Whether a node is below `__overlay__` of an overlay. */
export function isOverlaid(node: DtNode): boolean {
  return /^\/[^/]+\/__overlay__(?:\/|$)/.test(node.path);
}
