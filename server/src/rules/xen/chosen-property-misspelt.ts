// A property of /chosen that Xen does not know is nearly one that it reads.

import { spanOf, walkNodes, type DtNode } from '../../tree/device-tree.ts';
import { unknownProperty } from '../../tree/loader-changes.ts';
import { chosenOf } from '../../xen/chosen-of.ts';
import { isCompatible } from '../../xen/compatible.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import type { Proposal } from '../proposal.ts';
import { rule, type Place } from '../rule.ts';

interface Facts {
  readonly node: DtNode;
  readonly name: string;
  /** The property that Xen reads. */
  readonly meant: string;
}

/** Properties that Xen reads, by the node that has them: /chosen, a domain, its shared memory, a boot module. */
const READ = {
  chosen: ['xen,xen-bootargs', 'xen,dom0-bootargs', 'xen,static-heap', 'xen,uefi-cfg-load'],
  domain: ['xen,static-mem', 'xen,enhanced', 'xen,domain-p2m-mem-mb'],
  shared: ['xen,shared-mem', 'xen,shm-id'],
  module: ['xen,uefi-binary'],
} as const;

/** All that some release reads somewhere: in another node it is no misspelling. */
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.values(READ).flat(),
  'xen,evtchn',
  'xen,extended-regions',
  'xen,force-assign-without-iommu',
  'xen,passthrough',
  'xen,path',
  'xen,reg',
  'xen,tee',
  'xen,trap-unmapped-accesses',
]);

/** Letters by which a name may differ. */
const CLOSE = 2;

export const chosenPropertyMisspelt = rule<Facts>({
  id: 'chosen-property-misspelt',
  severity: 'warning',
  title: 'A property of Xen is misspelt',
  why: `
Xen looks its properties up by their exact name, case included, and says nothing of others: with \`xen,Dom0-bootargs\` in
place of \`xen,dom0-bootargs\` dom0 starts without its command line, with a misspelt \`xen,static-mem\` a domain gets memory
from anywhere.`,
  instead: 'Write the name as Xen reads it.',
  source: ['xen: docs/misc/arm/device-tree/booting.txt (4.22)', 'xen: fdt_getprop (4.22)'],

  *check(board: Board) {
    const chosen = chosenOf(board.tree);
    if (!chosen || xenBoots(board).length === 0) return;
    for (const node of walkNodes(chosen)) {
      for (const [name, at] of propertiesOf(board, node)) {
        const meant = meantBy(name, readIn(node, chosen));
        if (meant === undefined) continue;
        for (const { target } of xenBoots(board))
          yield { at, facts: { node, name, meant }, target };
      }
    }
  },

  message: ({ name, meant }) => `Xen ignores ${name}: the property that it reads is ${meant}`,

  fixes: ({ facts }, board) => renaming(board, facts),
});

/** The properties whose names are like those of Xen, with their places; the ones that the boot loader sets, too. */
function* propertiesOf({ tree }: Board, node: DtNode): Generator<readonly [string, Place]> {
  for (const [name, property] of node.properties)
    if (isXenName(name) && property.definition) yield [name, property.definition.name];
  for (const { name, at } of tree.unknownProperties?.get(node.path)?.values() ?? [])
    if (isXenName(name)) yield [name, at];
}

function isXenName(name: string): boolean {
  return /^xen,/i.test(name) && !KNOWN.has(name);
}

function readIn(node: DtNode, chosen: DtNode): readonly string[] {
  if (node === chosen) return READ.chosen;
  if (isCompatible(node, 'xen,domain')) return READ.domain;
  return isCompatible(node, 'xen,domain-shared-memory-v1') ? READ.shared : READ.module;
}

/** The closest of `names`; undefined when none is close. */
function meantBy(name: string, names: readonly string[]): string | undefined {
  let meant: string | undefined;
  let least = CLOSE + 1;
  for (const each of names) {
    const distance = distanceBetween(name.toLowerCase(), each);
    if (distance < least) [meant, least] = [each, distance];
  }
  return meant;
}

/** How many letters have to be written, left out or changed to make `b` of `a`; more than `CLOSE` counts as one more. */
function distanceBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > CLOSE) return CLOSE + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(row[b.length] ?? 0, CLOSE + 1);
}

/** The name alone is changed; not where the right one is there as well. */
function renaming({ tree }: Board, { node, name, meant }: Facts): readonly Proposal[] {
  const property = node.properties.get(name);
  const isTaken = node.properties.has(meant) || unknownProperty(tree, node, meant);
  if (!property?.definition || property.overridden.length > 0 || isTaken) return [];
  return [
    {
      title: `Rename ${name} to ${meant}`,
      change: [
        { kind: 'delete-property', node: node.path, property: name },
        { kind: 'set-property', node: node.path, property: meant, bytes: property.bytes },
      ],
      ways: [[{ at: spanOf(property.definition.name), text: meant }]],
      preferred: true,
    },
  ];
}
