// Tells boards that are booted by Xen from those that merely could be.

import type { BootFacts, FactName } from '../facts/boot-facts.ts';
import { isModule } from '../memory/map-memory.ts';
import type { DeviceTree } from '../tree/device-tree.ts';

/** Facts that are about Xen itself: who gives one boots the board with Xen, whatever its tree says. */
const ABOUT_XEN: readonly FactName[] = [
  ...(['xen.address', 'xen.size', 'xen.textSize', 'xen.debug', 'xenCommandLine'] as const),
  'modules',
  ...(['config.staticMemory', 'config.staticShm', 'config.llcColoring', 'config.acpi'] as const),
];

/**
 * Whether the board is booted by Xen: its tree carries what Xen reads and Linux does not (boot modules or `xen,`
 * properties in /chosen), or a fact about Xen was given. Silent hazards that need Xen are warnings on such a board and
 * information on others.
 */
export function isForXen({ tree, facts }: BoardFacts): boolean {
  return isXenTree(tree) || ABOUT_XEN.some((name) => GIVEN.has(facts[name].basis));
}

interface BoardFacts {
  readonly tree: DeviceTree;
  readonly facts: BootFacts;
}

const GIVEN: ReadonlySet<string> = new Set(['given', 'script', 'log']);

function isXenTree(tree: DeviceTree): boolean {
  const chosen = tree.root.children.find((node) => node.name === 'chosen');
  if (!chosen) return false;
  // Also one whose reg cannot be read: that is what Xen stops at.
  if (chosen.children.some((node) => isModule(node) || node.children.some(isModule))) return true;
  return [...chosen.properties.keys()].some((name) => name.startsWith('xen,'));
}
