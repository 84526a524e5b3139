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
  const body = element('tbody');
  const head = element(
    'tr',
    {},
    ...table.head.map((name) => element('th', { scope: 'col' }, name)),
  );
  let shown = 0;
  const more = element('button', { class: 'link', type: 'button' });
  const addRows = (): void => {
    for (const row of table.rows.slice(shown, shown + ROWS_AT_ONCE)) {
      const cells = row.cells.map((cell, index) =>
        index === 0
          ? element(
              'td',
              {},
              link(cell, () => {
                input.select(row.range.from);
              }),
            )
          : element('td', {}, cell),
      );
      body.append(element('tr', {}, ...cells));
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
      {},
      element(
        'caption',
        {},
        `Memory map of ${input.model.title}: addresses inclusive, low ones first`,
      ),
      element('thead', {}, head),
      body,
    ),
    more,
  );
}
