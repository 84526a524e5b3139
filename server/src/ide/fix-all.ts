// Applies the preferred fixes of one finding after the other, until none is left that changes only what it says.

import {
  faultsOf,
  isGrave,
  tryProposals,
  type Offer,
  type Refusal,
  type TrialBoard,
  type TrialHost,
} from '../analysis/try-proposals.ts';
import type { Finding } from '../rules/finding.ts';
import { applyEdits, editsByFile, filesWith } from '../text/edit.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

/** What was done about one finding. `at` is in the text before the fix. */
export interface AppliedFix {
  readonly finding: Finding;
  readonly title: string;
}

/** What was not done about one finding, and why. */
export interface RefusedFix extends AppliedFix {
  readonly refusal: Refusal;
}

export interface FixedBoard {
  /** New texts by file; empty when nothing was changed. */
  readonly texts: ReadonlyMap<FileId, string>;
  /** In the order in which they were applied. */
  readonly applied: readonly AppliedFix[];
  /** The preferred fixes that are left, each refused in the last round. */
  readonly refused: readonly RefusedFix[];
  /** Those that would have been made if they were safe. */
  readonly unsafe: readonly AppliedFix[];
}

/**
 * The texts after every preferred fix of an error or warning of `board`, of `fixes` only the safe ones or all. Each fix
 * takes its own finding away and adds none, so the rounds come to an end.
 */
export async function fixAll(
  board: TrialBoard,
  host: TrialHost,
  fixes: 'safe' | 'all',
): Promise<FixedBoard> {
  const texts = new Map<FileId, SourceFile>();
  const over: TrialHost = { ...host, files: filesWith(host.files, texts) };
  const applied: AppliedFix[] = [];
  let current = board;
  for (;;) {
    const refused: RefusedFix[] = [];
    const unsafe: AppliedFix[] = [];
    const before = applied.length;
    // A fix may make room for one that was refused: rounds go on until one changes nothing.
    for (let index = 0; index < current.analysis.findings.length;) {
      const finding = current.analysis.findings[index];
      const offer = finding && (await preferredOf(current, finding, over));
      if (!finding || !offer) index += 1;
      else if (offer.ok && !offer.fix.safe && fixes === 'safe') {
        unsafe.push({ finding, title: offer.fix.title });
        index += 1;
      }
      // Fewer each time: whatever a trial overlooks, the rounds come to an end.
      else if (offer.ok && isBetter(offer.after, current)) {
        change(texts, over, offer.fix.edits);
        applied.push({ finding, title: offer.fix.title });
        current = offer.after;
      } else {
        const { title } = offer.ok ? offer.fix : offer;
        const refusal: Refusal = offer.ok
          ? { code: 'finding-stays', board: current.request.root }
          : offer.refusal;
        refused.push({ finding, title, refusal });
        index += 1;
      }
    }
    if (applied.length === before)
      return {
        texts: new Map([...texts].map(([file, source]) => [file, source.text])),
        applied,
        refused,
        unsafe,
      };
  }
}

/** Fewer faults of syntax, whatever comes to light behind them, or as many and fewer findings. */
function isBetter(after: TrialBoard, before: TrialBoard): boolean {
  const faults = faultsOf(after) - faultsOf(before);
  return faults < 0 || (faults === 0 && gravesOf(after) < gravesOf(before));
}

function gravesOf({ analysis }: TrialBoard): number {
  return analysis.findings.filter(isGrave).length;
}

async function preferredOf(
  board: TrialBoard,
  finding: Finding,
  host: TrialHost,
): Promise<Offer | undefined> {
  if (!isGrave(finding)) return undefined;
  const proposal = finding.proposals.find((each) => each.preferred);
  if (!proposal) return undefined;
  const [offer] = await tryProposals([proposal], board, finding, host);
  return offer;
}

function change(
  texts: Map<FileId, SourceFile>,
  { files }: TrialHost,
  edits: Parameters<typeof editsByFile>[0],
): void {
  for (const [file, own] of editsByFile(edits)) {
    const source = files.get(file);
    if (typeof source !== 'string')
      texts.set(file, { id: file, text: applyEdits(source.text, own) });
  }
}
