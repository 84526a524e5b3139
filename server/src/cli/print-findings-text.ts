// Findings for a terminal and for editors that read gcc's messages: `file:line:col: severity: message [rule]`.

import { labelLines } from '../rules/target-lines.ts';
import { boardsOf, type JsonFinding } from './json-finding.ts';
import { textLines } from './output.ts';
import type { JsonPlace } from './places.ts';

/** What of a finding is printed besides. */
export interface TextOptions {
  /** Every folder that was searched. */
  readonly verbose: boolean;
  /** The board, where the finding is not in the board's own file. */
  readonly boards: boolean;
}

/**
 * One line per finding, then a `note:` line for every other party, each log line, the releases and the boards it holds for.
 */
export function printFindingsText(
  findings: readonly JsonFinding[],
  { verbose, boards }: TextOptions,
): string {
  const lines: string[] = [];
  for (const finding of findings) {
    const where = placeText(finding.at);
    lines.push(`${where}: ${finding.severity}: ${finding.message} [${finding.rule}]`);
    for (const { message, at } of finding.related) lines.push(`${placeText(at)}: note: ${message}`);
    if (verbose)
      for (const folder of finding.searched ?? []) lines.push(`${where}: note: searched ${folder}`);
    for (const { label, line } of labelLines(finding.log ?? []))
      lines.push(`${where}: note: ${label}: ${line}`);
    if (finding.targets.length > 0)
      lines.push(`${where}: note: holds for ${finding.targets.join(', ')}`);
    const words = boards ? wordBoards(finding) : undefined;
    if (words !== undefined) lines.push(`${where}: note: ${words}`);
  }
  return textLines(lines);
}

function placeText({ file, line, column }: JsonPlace): string {
  return `${file}:${line}:${column}`;
}

/** Boards that are named in a line; of more the number is said. */
const MOST_NAMED = 3;

/** `on boards a.dts, b.dts`; undefined for what stands in the only board's own file. */
export function wordBoards(finding: JsonFinding): string | undefined {
  const boards = boardsOf(finding);
  if (boards.length === 1 && boards[0] === finding.at.file) return undefined;
  const named = boards.slice(0, MOST_NAMED).join(', ');
  const more = boards.length > MOST_NAMED ? ` and ${boards.length - MOST_NAMED} more` : '';
  return `on ${boards.length === 1 ? 'board' : 'boards'} ${named}${more}`;
}
