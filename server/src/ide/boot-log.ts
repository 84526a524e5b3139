// The predicted console of a boot, in the words people read, and how it compares with a captured one.

import { XEN_MARK } from '../xen/messages.ts';
import { formatGrouped } from '../addresses/format.ts';
import {
  compareBootLog as compareLines,
  whyNothingCompared,
  type ComparedLine,
} from '../console/compare-boot-log.ts';
import { explainLog, type ExplainedLine } from '../console/explain-log.ts';
import { readBootLog } from '../console/read-boot-log.ts';
import type { Board } from '../rules/board.ts';
import { sharedLines } from '../messages/shared-lines.ts';
import { certainPart, endingOf, settledBoot } from '../systems/verdicts-for.ts';
import { explainWithBoard, type PlacedLine } from './explain-with-board.ts';
import type { Boot } from '../target/boot.ts';
import { spanOf } from '../tree/device-tree.ts';
import { printable } from '../text/printable.ts';
import type { Span } from '../text/span.ts';
import type { XenBoot } from '../xen/xen-boot.ts';

export interface PredictedLog {
  readonly lines: readonly LogLine[];
  /** How the boot ends, in one sentence. */
  readonly outcome: string;
  /** What the inputs do not determine, one sentence each. */
  readonly uncertain: readonly string[];
}

/**
 * The lines that the console of a boot prints about memory, each with the source that caused it. Those that depend on
 * boot facts which are assumed or not known are marked as likely.
 */
export function predictedLog(board: Board, boot: Boot): PredictedLog {
  const sure = certainPart(boot, board.facts);
  const { sentence, uncertain } = endingOf(board, sure);
  const { log } = settledBoot(boot);
  const certain = new Set(sharedLines(log, sure.log));
  return {
    lines: log.map((line) => {
      const [opening] = line.node?.openings ?? [];
      const written = line.written ?? opening?.name;
      const text = printable(line.shown).trimEnd();
      return {
        text: certain.has(line) ? text : `${text}    # likely`,
        ...(written && { at: spanOf(written) }),
      };
    }),
    outcome: printable(sentence),
    uncertain: uncertain.map(printable),
  };
}

/** A line of text, and the source it is about. */
export interface LogLine {
  readonly text: string;
  readonly at?: Span;
  /** The rule whose page tells more. */
  readonly rule?: string;
}

export interface LogComparison {
  readonly differs: boolean;
  readonly verdict: string;
  /** Why nothing can be compared; absent where something can. */
  readonly because?: string;
  /** Both sides line by line; below what differs stands why, indented. */
  readonly predicted: readonly LogLine[];
  readonly captured: readonly LogLine[];
}

/** The prediction and a captured console, each reduced to the lines that can be compared. */
export function compareLogs(boot: XenBoot, captured: string): LogComparison {
  const log = readBootLog(captured);
  const comparison = compareLines(boot, log);
  const { lines } = comparison;
  const count = (state: ComparedLine['state']): number =>
    lines.filter((line) => line.state === state).length;
  const missing = count('missing');
  const unexpected = count('unexpected');
  const same = count('same');
  const explained = new Map(explainLog(log).map((line) => [line.line, line]));
  const predictedSide: LogLine[] = [];
  const capturedSide: LogLine[] = [];
  for (const line of lines) {
    const text = printable(XEN_MARK + line.text);
    const from = line.predicted === undefined ? undefined : comparison.boot.log[line.predicted];
    const written = from && (from.written ?? from.node?.openings[0]?.name);
    const at = written && spanOf(written);
    if (line.state !== 'unexpected') predictedSide.push({ text, ...(at && { at }) });
    if (line.state !== 'missing') capturedSide.push({ text });
    if (line.state === 'missing' && from?.node)
      predictedSide.push({
        text: printable(`    predicted because of ${from.node.path}`),
        ...(at && { at }),
      });
    if (line.state === 'unexpected') {
      const known = line.line === undefined ? undefined : explained.get(line.line);
      for (const each of known ? causeLines(known) : []) capturedSide.push({ text: `    ${each}` });
    }
  }
  const because = whyNothingCompared(comparison, log);
  return {
    differs: comparison.differs,
    ...(because !== undefined && { because }),
    verdict: comparison.differs
      ? `${comparison.rough === undefined ? '' : `Note: ${comparison.rough}. `}${unexpected} unexpected ${unexpected === 1 ? 'line' : 'lines'}, ${missing === 0 ? 'none' : missing} missing, ${same} ${same === 1 ? 'matches' : 'match'}.`
      : `All ${same} lines match.`,
    predicted: predictedSide,
    captured: capturedSide,
  };
}

function causeLines(line: ExplainedLine): string[] {
  return [line.cause, ...(line.cure === undefined ? [] : [`Cure: ${line.cure}`])].map(printable);
}

/**
 * Every line about memory of a captured console, with its cause and cure below, and the node of `board` whose memory the
 * line is about. Facts follow behind the faults; nothing when there is no such line.
 */
export function explainedLog(board: Board | undefined, captured: string): LogLine[] {
  const explained = explainLog(readBootLog(captured));
  const faults = explained.filter(({ grade }) => grade !== 'fact');
  const facts = explained.filter(({ grade }) => grade === 'fact');
  const heading = (text: string, lines: readonly ExplainedLine[]): LogLine[] =>
    lines.length === 0
      ? []
      : [{ text: `# ${text}` }, ...lines.flatMap(explainedLine), { text: '' }];
  const explainedLine = (plain: ExplainedLine): LogLine[] => {
    const placed = board ? explainWithBoard(plain, board) : { line: plain };
    const { line } = placed;
    const times = line.repeats > 0 ? ` (${line.repeats + 1} times)` : '';
    const owner = ownerOf(placed);
    return [
      { text: printable(`${line.text}${times}`) },
      ...causeLines(line).map((text) => ({ text: `    ${text}` })),
      ...(owner ? [owner] : []),
      ...(line.rule === undefined
        ? []
        : [{ text: `    Found while typing by the rule ${line.rule}.`, rule: line.rule }]),
    ];
  };
  return [...heading('What went wrong', faults), ...heading('What the rest says', facts)];
}

/** The node that has the byte. */
function ownerOf({ line: { address }, owner }: PlacedLine): LogLine | undefined {
  if (address === undefined || !owner?.node) return undefined;
  const written = owner.written ?? owner.node.openings[0]?.name;
  return {
    text: printable(`    ${formatGrouped(address)} belongs to ${owner.node.path}.`),
    ...(written && { at: spanOf(written) }),
  };
}
