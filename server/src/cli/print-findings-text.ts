// Findings for a terminal and for editors that read gcc's messages: `file:line:col: severity: message [rule]`.

import { labelLines } from '../rules/target-lines.ts';
import type { JsonFinding } from './json-finding.ts';
import { textLines } from './output.ts';
import type { JsonPlace } from './places.ts';

/**
 * One line per finding, then a `note:` line for every other party, each log line and the releases it holds for; `verbose`
 * adds every folder that was searched.
 */
export function printFindingsText(findings: readonly JsonFinding[], verbose = false): string {
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
  }
  return textLines(lines);
}

function placeText({ file, line, column }: JsonPlace): string {
  return `${file}:${line}:${column}`;
}
