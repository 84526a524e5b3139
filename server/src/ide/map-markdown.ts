// The memory map of a board as Markdown, for mails and bug reports.

import { formatAddress, formatSize } from '../addresses/format.ts';
import { compareRanges, type Range } from '../addresses/region.ts';
import type { Board } from '../rules/board.ts';
import type { Finding } from '../rules/finding.ts';
import { markdownText } from '../text/markdown.ts';
import { verdictsByTarget, viewInWords, viewsUnder } from '../systems/verdicts-for.ts';

interface Row extends Range {
  readonly what: string;
  readonly kind: string;
}

/** Tables of RAM banks, claims with their owner per reader, and the errors and warnings. Ends are inclusive. */
export function mapMarkdown(board: Board, name: string, findings: readonly Finding[]): string {
  const { map } = board;
  const rows: Row[] = [
    ...map.banks.map((bank) => ({
      start: bank.start,
      end: bank.end,
      what: bank.node.name,
      kind: bank.enabled ? 'RAM' : 'RAM (disabled)',
    })),
    ...map.reserved.map((each) => ({
      start: each.start,
      end: each.end,
      what: each.node?.name ?? '/memreserve/',
      kind: [
        each.kind === 'static' ? 'reserved' : each.kind,
        ...(each.noMap ? ['no-map'] : []),
        ...(each.reusable ? ['reusable'] : []),
        ...(each.enabled ? [] : ['disabled']),
      ].join(', '),
    })),
    ...map.modules.map((each) => ({
      start: each.start,
      end: each.end,
      what: each.node.name,
      kind: `module, ${each.kind}`,
    })),
  ].filter((row) => row.end > row.start);
  rows.sort(compareRanges);
  const views = board.boots.flatMap((boot) =>
    viewsUnder(board, boot)
      .filter(({ isAsked }) => isAsked)
      .map((view) => viewInWords(view, boot)),
  );
  const lines = [
    `# Memory map of ${markdownText(name)}`,
    '',
    `| start | end | size | what | kind |${views.map((view) => ` ${view} |`).join('')}`,
    `|---|---|---|---|---|${'---|'.repeat(views.length)}`,
    ...rows.map((row) => {
      const owners = new Map(verdictsByTarget(board, row).map(({ view, owner }) => [view, owner]));
      const cells = [
        formatAddress(row.start),
        formatAddress(row.end - 1n),
        formatSize(row.end - row.start),
        row.what,
        row.kind,
        ...views.map((view) => (row.kind.startsWith('RAM') ? '' : (owners.get(view) ?? ''))),
      ];
      return `| ${cells.map(markdownText).join(' | ')} |`;
    }),
  ];
  if (!map.ramKnown) lines.push('', 'RAM is not known: the boot loader fills in its size.');
  for (const region of map.dynamic)
    lines.push(
      '',
      `${markdownText(region.node.name)}: ${formatSize(region.size)}, placed by the kernel.`,
    );
  const grave = findings.filter((each) => each.severity === 'error' || each.severity === 'warning');
  if (grave.length > 0)
    lines.push(
      '',
      ...grave.map((each) => `- ${each.severity}: ${markdownText(each.message)} [${each.rule}]`),
    );
  return `${lines.join('\n')}\n`;
}
