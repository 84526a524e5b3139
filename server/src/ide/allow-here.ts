// The quick fix that says of a finding that it is intended: an allowance above its line.

import type { Finding } from '../rules/finding.ts';
import type { Proposal } from '../rules/proposal.ts';
import type { FileSet } from '../text/source-file.ts';

/** What stands for the reason until the user writes it. */
const REASON = 'reason';

/**
 * Adds `// dtmap-allow: rule — reason` above the line of `finding`; undefined where no comment can stand there: in the lines
 * of a macro.
 */
export function allowHere(files: FileSet, { rule, at }: Finding): Proposal | undefined {
  const source = files.get(at.file);
  if (typeof source === 'string') return undefined;
  const { text } = source;
  const start = text.lastIndexOf('\n', at.start - 1) + 1;
  const isContinued = /\\[ \t]*\r?\n$/.test(text.slice(0, start));
  if (isContinued) return undefined;
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
  // The dash by number: one letter outside ASCII, and an engine keeps the whole bundle in two bytes a letter.
  const comment = `${indent}// dtmap-allow: ${rule} \u2014 ${REASON}\n`;
  return {
    title: `Allow ${rule} here (dtmap-allow)`,
    change: [],
    ways: [[{ at: { file: at.file, start, end: start }, text: comment, select: REASON }]],
  };
}
