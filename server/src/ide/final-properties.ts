// The properties a node ends up with, and where each comes from, for its hover.

import { spanOf, type DtNode } from '../tree/device-tree.ts';
import { printValue } from '../tree/print-dts.ts';
import { code, place, type HoverContext } from './hover-context.ts';

/** Rows and characters of a value that are shown: what is longer is read in the source. */
const MOST_ROWS = 12;
const LONGEST_VALUE = 48;

/** A table of the properties of `node`: value, the place that won, those it overrides. Empty without properties or with text missing. */
export function finalProperties(context: HoverContext, node: DtNode): string[] {
  if (context.board.map.unread || node.properties.size === 0) return [];
  const rows = [...node.properties.values()].slice(0, MOST_ROWS).map((property) => {
    const value = printValue(context.board.tree, property);
    const shown = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
    const { definition, overridden } = property;
    const origin = definition ? place(context, definition.name) : 'made by dtc';
    const over = overridden
      .filter(({ name }) => definition === undefined || isElsewhere(name, definition.name))
      .map(({ name }) => place(context, name));
    const places = over.length > 0 ? `${origin}, overrides ${over.join(', ')}` : origin;
    return `| ${code(property.name)} | ${shown === '' ? '' : code(shown)} | ${places} |`;
  });
  const left = node.properties.size - rows.length;
  return [
    [
      '| Property | Value | From |',
      '|---|---|---|',
      ...rows,
      ...(left > 0 ? [`| … ${left} more | | |`] : []),
    ].join('\n'),
  ];
}

function isElsewhere(a: Parameters<typeof spanOf>[0], b: Parameters<typeof spanOf>[0]): boolean {
  const [one, other] = [spanOf(a), spanOf(b)];
  return one.file !== other.file || one.start !== other.start;
}
