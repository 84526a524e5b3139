// Findings as Markdown: for a mail to a list, a bug report or the summary of a CI run.

import type { JsonFinding } from './json-finding.ts';

/** A list of the findings with the other parties below each; a sentence when there is none. */
export function printFindingsMarkdown(findings: readonly JsonFinding[]): string {
  if (findings.length === 0) return 'No findings.\n';
  return findings
    .map((finding) => {
      const { at } = finding;
      const targets = finding.targets.length > 0 ? ` (${finding.targets.join(', ')})` : '';
      const lines = [
        `- **${finding.severity}** \`${at.file}:${at.line}\`: ${escape(finding.message)}${targets} \`${finding.rule}\``,
        ...finding.related.map(
          ({ message, at }) => `  - \`${at.file}:${at.line}\`: ${escape(message)}`,
        ),
        ...(finding.log === undefined ? [] : [`  - log: \`${finding.log.replace(/`/g, "'")}\``]),
      ];
      return `${lines.join('\n')}\n`;
    })
    .join('');
}

function escape(text: string): string {
  return text.replace(/[\\*_<>|[\]]/g, '\\$&');
}
