// Two regions of the same name have become one node.

import { formatRange } from '../../addresses/format.ts';
import { regCells, tuplesOf } from '../../addresses/cells.ts';
import { containsSpan } from '../../text/span.ts';
import { isMemoryNode } from '../../memory/map-memory.ts';
import { spanOf, type Definition, type DtNode, type DtProperty } from '../../tree/device-tree.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { reservedChildren } from '../static-regions.ts';

interface Facts {
  readonly node: DtNode;
  readonly lost: Range;
}

export const mergedRegions = rule<Facts>({
  id: 'merged-regions',
  severity: 'warning',
  title: 'Two nodes of one name are merged, and a range is lost',
  why: `
A second node of the same name below the same parent is not a second node: dtc merges the two, and the later \`reg\` replaces
the earlier without a word. When both stand in one file and lie apart, two regions were meant, and one of them is not
reserved.`,
  instead:
    'Give every region the unit address of its own first address; override a region through its label.',
  source: ['dtc: merge_nodes (1.6.1)', 'Devicetree Specification, section 2.2.1'],

  *check(board: Board) {
    const nodes = [...board.tree.root.children.filter(isMemoryNode), ...reservedChildren(board)];
    for (const node of nodes) {
      const property = node.properties.get('reg');
      const winner = property?.definition;
      if (!property || !winner) continue;
      const home = openingOf(node, winner);
      for (const definition of property.overridden) {
        const other = openingOf(node, definition);
        if (!home || !other || home.file !== other.file || containsSpan(home, other)) continue;
        const [lost, kept] = [definition.bytes, property.bytes].map((bytes) =>
          rangeOf(node, { ...property, bytes }),
        );
        // An override by path resizes the same region; a different place is a different region.
        if (!lost || !kept || overlaps(lost, kept)) continue;
        yield {
          at: definition.value ?? definition.whole,
          facts: { node, lost },
          related: [{ message: 'this reg replaces it', at: winner.value ?? winner.whole }],
        };
      }
    }
  },

  message: ({ node, lost }) =>
    `${formatRange(lost)} is lost: a second ${node.name} in this file is merged into the first and replaces its reg`,
});

function rangeOf(node: DtNode, reg: DtProperty): Range | undefined {
  const tuple = tuplesOf(reg, regCells(node))[0];
  if (!tuple || tuple.size === 0n) return undefined;
  return { start: tuple.address, end: tuple.address + tuple.size };
}

/** The span of the opening, by name and not through a label, that holds `definition`. */
function openingOf(node: DtNode, definition: Definition): ReturnType<typeof spanOf> | undefined {
  const at = spanOf(definition.whole);
  for (const opening of node.openings) {
    const whole = spanOf(opening.whole);
    const name = spanOf(opening.name);
    if (!containsSpan(whole, at)) continue;
    return name.end - name.start === node.name.length ? whole : undefined;
  }
  return undefined;
}
