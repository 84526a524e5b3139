// The page of a rule, as Markdown: what, why, what to write instead, an example, the source.

import { saysBehaviour, wordBehaviour } from './behaviour-ref.ts';
import type { Severity } from './finding.ts';
import type { Rule } from './rule.ts';

/** Source text shown on the page: what the rule finds and what it is silent on. */
export interface Examples {
  readonly bad: string;
  readonly good: string;
  /** What is read beside the tree and holds the fault: names and texts; and what is then found, as `check` prints it. */
  readonly beside?: {
    readonly files: readonly (readonly [name: string, text: string])[];
    readonly found: string;
  };
  /** Severities that the rule gives in some cases, in place of its own. */
  readonly otherSeverities: readonly Severity[];
}

/** The whole page, with a final newline. Without `examples` (the command line) the examples are left out. */
export function rulePage(rule: Rule, examples?: Examples): string {
  const sections = [
    `# ${rule.id}`,
    `**${rule.title}**`,
    `Severity: ${rule.severity}${inSomeCases(examples)}${rule.offByDefault ? ', off unless asked for' : ''}${rule.fixes ? ', with a quick fix' : ''}`,
    `## Why\n\n${rule.why.trim()}`,
    `## Instead\n\n${rule.instead.trim()}`,
  ];
  if (examples) {
    sections.push(`## Found\n\n\`\`\`dts\n${examples.bad.trim()}\n\`\`\``);
    const { files = [], found = '' } = examples.beside ?? {};
    for (const [name, text] of files)
      sections.push(`with \`${name}\`:\n\n\`\`\`text\n${text.trim()}\n\`\`\``);
    if (found !== '') sections.push(`\`dtmap check\` says:\n\n\`\`\`text\n${found.trim()}\n\`\`\``);
    sections.push(`## Silent\n\n\`\`\`dts\n${examples.good.trim()}\n\`\`\``);
  }
  sections.push(
    `## Source\n\n${sourcesOf(rule)
      .map((each) => `- ${each}`)
      .join('\n')}`,
  );
  sections.push(
    `## Allow\n\n\`\`\`dts\n// dtmap-allow: ${rule.id} — the reason\n\`\`\`\n\non the line above silences it; \`-W no-${rule.id}\` and the setting \`dtmap.severity\` do so everywhere.`,
  );
  return `${sections.join('\n\n')}\n`;
}

function inSomeCases(examples: Examples | undefined): string {
  const others = examples?.otherSeverities ?? [];
  return others.length === 0 ? '' : ` (${others.join(' or ')} in some cases)`;
}

/** Symbols, sections and, for what differs between releases, the rows of the tables. */
export function sourcesOf({ source, behaviours = [] }: Rule): string[] {
  return [
    ...source,
    ...behaviours
      .filter((ref) => !source.some((line) => saysBehaviour(line, ref)))
      .map(wordBehaviour),
  ];
}
