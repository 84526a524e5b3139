// The changes of a merged tree as the overlay by itself has them.

import { bytesOf, type DeviceTree, type DtNode } from './device-tree.ts';
import type { TreeChange } from './tree-change.ts';

/**
 * `changes` of a tree to which the overlay may be applied, named by the paths in the fragments of the overlay: each as
 * often as a fragment may hold it. `base` tells where labels are; a fragment whose target nobody tells is left out.
 */
export function changesInOverlay(
  changes: readonly TreeChange[],
  overlay: DeviceTree,
  base: DeviceTree,
): TreeChange[] {
  const targets = targetsOf(overlay, base);
  return changes.flatMap((change) => {
    if (change.kind === 'rename-label' || !('node' in change || 'parent' in change)) return change;
    return targets.flatMap(([target, content]): TreeChange[] => {
      const path = 'node' in change ? change.node : change.parent;
      const below = pathBelow(path, target);
      if (below === undefined) return [];
      // The target itself is no node of the overlay's to be renamed or deleted.
      if (below === '' && (change.kind === 'rename-node' || change.kind === 'delete-node'))
        return [];
      return [
        'node' in change
          ? { ...change, node: content + below }
          : { ...change, parent: content + below },
      ];
    });
  });
}

/** Of each fragment the path of its target, and that of its content in the overlay. */
function targetsOf(overlay: DeviceTree, base: DeviceTree): (readonly [string, string])[] {
  const labels = labelledTargets(overlay);
  return overlay.root.children.flatMap((fragment) => {
    const content = fragment.children.find(({ name }) => name === '__overlay__');
    const label = labels.get(fragment.path);
    const target =
      label === undefined ? textAt(fragment, 'target-path') : base.labels.get(label)?.path;
    return content && target !== undefined ? [[target, content.path] as const] : [];
  });
}

/** The label that a fragment is for, by the path of the fragment. */
function labelledTargets({ root }: DeviceTree): ReadonlyMap<string, string> {
  const fixups = root.children.find(({ name }) => name === '__fixups__');
  const labels = new Map<string, string>();
  for (const { name, bytes } of fixups?.properties.values() ?? [])
    for (const place of String.fromCharCode(...bytes).split('\0')) {
      const [path = '', property, offset] = place.split(':');
      if (property === 'target' && offset === '0') labels.set(path, name);
    }
  return labels;
}

function textAt(node: DtNode, property: string): string | undefined {
  const bytes = bytesOf(node, property);
  return bytes && String.fromCharCode(...bytes).replace(/\0.*$/s, '');
}

/** What of `path` follows `target`: empty for the target itself, undefined when it does not lie there. */
function pathBelow(path: string, target: string): string | undefined {
  if (target === '/') return path === '/' ? '' : path;
  if (path === target) return '';
  return path.startsWith(`${target}/`) ? path.slice(target.length) : undefined;
}
