// Findings as Markdown: for a mail to a list, a bug report or the summary of a CI run.

import { labelLines } from '../rules/target-lines.ts';
import { markdownCode, markdownText } from '../text/markdown.ts';
import type { JsonFinding, JsonReport } from './json-finding.ts';
import { wordBoards } from './print-findings-text.ts';
import type { JsonPlace } from './places.ts';

/**
 * A list of the boards that could not be checked and of the findings, with the other parties below each, and the board where
 * `withBoards`; a sentence when there is none.
 */
export function printFindingsMarkdown(
  findings: readonly JsonFinding[],
  failures: JsonReport['failures'],
  withBoards: boolean,
): string {
  const unchecked = failures.map(({ because }) => `- **not checked** ${markdownText(because)}\n`);
  if (findings.length === 0) return `${unchecked.join('')}No findings.\n`;
  const items = findings.map((finding) => {
    const { at } = finding;
    const targets = finding.targets.length > 0 ? ` (${finding.targets.join(', ')})` : '';
    const lines = [
      `- **${finding.severity}** ${placeCode(at)}: ${markdownText(finding.message)}${targets} ${markdownCode(finding.rule)}`,
      ...finding.related.map(({ message, at }) => `  - ${placeCode(at)}: ${markdownText(message)}`),
      ...labelLines(finding.log ?? []).map(
        ({ label, line }) => `  - ${label}: ${markdownCode(line)}`,
      ),
      ...(withBoards
        ? [wordBoards(finding) ?? []].flat().map((words) => `  - ${markdownText(words)}`)
        : []),
    ];
    return `${lines.join('\n')}\n`;
  });
  return [...unchecked, ...items].join('');
}

function placeCode({ file, line }: JsonPlace): string {
  return markdownCode(`${file}:${line}`);
}
