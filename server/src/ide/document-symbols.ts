// The outline of a file: its nodes and properties.

import { printable } from '../text/printable.ts';
import { textOf, type SourceItem, type SourceOutline } from './source-outline.ts';

export interface DocumentSymbol {
  readonly name: string;
  /** Labels of a node, or the value of a property, shortened. */
  readonly detail: string;
  readonly kind: 'node' | 'property';
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly children: readonly DocumentSymbol[];
}

const LONGEST_DETAIL = 60;

/** The nodes and properties of a file as it is written, nested, in source order. */
export function documentSymbols(outline: SourceOutline): DocumentSymbol[] {
  return symbolsOf(outline, outline.items);
}

function symbolsOf(outline: SourceOutline, items: readonly SourceItem[]): DocumentSymbol[] {
  return items.flatMap((item): DocumentSymbol[] => {
    if (item.kind === 'statement') return [];
    const place = {
      name: printable(textOf(outline, item.name)),
      start: item.start,
      end: item.end,
      nameStart: item.name.start,
      nameEnd: item.name.end,
    };
    if (item.kind === 'node')
      return [
        {
          ...place,
          kind: 'node',
          detail: printable(
            item.labels.map((label) => textOf(outline, label).slice(0, -1)).join(', '),
          ),
          children: symbolsOf(outline, item.items),
        },
      ];
    const first = item.value[0];
    const last = item.value.at(-1);
    const value = first && last ? outline.text.slice(first.start, last.end) : '';
    const detail = printable(value.slice(0, 4 * LONGEST_DETAIL).replace(/\s+/g, ' '));
    return [
      {
        ...place,
        kind: 'property',
        detail: detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL)}…` : detail,
        children: [],
      },
    ];
  });
}
