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
  /** Whether the severities have the colours that compilers give them. */
  readonly colours: boolean;
}

/**
 * One line per finding, then a `note:` line for every other party, each log line, the releases and the boards it holds for.
 */
export function printFindingsText(
  findings: readonly JsonFinding[],
  { verbose, boards, colours }: TextOptions,
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
    const targets = wordHolds(finding);
    if (targets !== undefined) lines.push(`${where}: note: ${targets}`);
    const words = boards ? wordBoards(finding) : undefined;
    if (words !== undefined) lines.push(`${where}: note: ${words}`);
  }
  const text = textLines(lines);
  return colours
    ? text.replace(
        /^(.*?:\d+:\d+: )(error|warning|information|hint|note):/gm,
        (_, where: string, word: keyof typeof COLOURS) =>
          `${where}\u001b[1;${COLOURS[word]}m${word}:\u001b[0m`,
      )
    : text;
}

/** Of "Select Graphic Rendition". */
const COLOURS = { error: 31, warning: 35, information: 36, hint: 36, note: 36 } as const;

function placeText({ file, line, column }: JsonPlace): string {
  return `${file}:${line}:${column}`;
}

/** `holds for xen:4.18, linux:6.12`; undefined for what holds for every reader of the tree. */
export function wordHolds({ targets }: Pick<JsonFinding, 'targets'>): string | undefined {
  return targets.length > 0 ? `holds for ${targets.join(', ')}` : undefined;
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
