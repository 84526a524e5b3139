// The map as a plain table: what a screen reader reads row by row, and what is copied as Markdown.

import { tabulateMap, writeMarkdownTable } from '../../../server/src/map-view/look-up-map.ts';
import type { MapModel } from '../../../server/src/map-view/map-model.ts';
import { element, link } from './element.ts';

/** Rows shown at once; the rest comes on request, so that thousands of regions do not stall the page. */
const ROWS_AT_ONCE = 400;

export interface TableInput {
  readonly model: MapModel;
  readonly release: string | undefined;
  readonly copy: (text: string) => void;
  readonly select: (segment: number) => void;
}

/** Fills `box` with the table of a model. */
export function showTable(box: HTMLElement, input: TableInput): void {
  const table = tabulateMap(input.model, input.release);
  // Roles by name: stacked, its parts are no boxes of a table any more, and would lose them.
  const body = element('tbody', { role: 'rowgroup' });
  const head = element(
    'tr',
    { role: 'row' },
    ...table.head.map((name) => element('th', { scope: 'col', role: 'columnheader' }, name)),
  );
  let shown = 0;
  const more = element('button', { class: 'link', type: 'button' });
  const addRows = (): void => {
    for (const row of table.rows.slice(shown, shown + ROWS_AT_ONCE)) {
      const cells = row.cells.map((cell, index) =>
        element(
          'td',
          { role: 'cell', 'data-head': table.head[index] ?? '' },
          index === 0
            ? link(cell, () => {
                input.select(row.range.from);
              })
            : element('span', {}, cell),
        ),
      );
      body.append(element('tr', { role: 'row' }, ...cells));
    }
    shown = Math.min(table.rows.length, shown + ROWS_AT_ONCE);
    more.hidden = shown === table.rows.length;
    more.textContent = `Show more (${table.rows.length - shown} rows left)`;
  };
  more.addEventListener('click', addRows);
  addRows();
  box.replaceChildren(
    element(
      'div',
      { class: 'tools' },
      link('Copy as Markdown', () => {
        input.copy(writeMarkdownTable(table));
      }),
    ),
    element(
      'table',
      { role: 'table' },
      element(
        'caption',
        {},
        `Memory map of ${input.model.title}: addresses inclusive, low ones first`,
      ),
      element('thead', { role: 'rowgroup' }, head),
      body,
    ),
    more,
  );
}
