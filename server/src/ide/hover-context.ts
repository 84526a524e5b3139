// What every part of a hover writes with: the board, and how places of its sources become links.

import type { Board } from '../rules/board.ts';
import { lineIndexOf } from '../text/line-index.ts';
import { markdownCode, markdownText } from '../text/markdown.ts';
import { printableBrief } from '../text/printable.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';
import { spanOf, type DtNode, type Written } from '../tree/device-tree.ts';
import { fileName } from './paths.ts';

/** How places are written in hovers: as links, where a client can follow them. */
export type LinkTo = (span: Span, text: string) => string;

export interface HoverContext {
  readonly board: Board;
  readonly linkTo: LinkTo;
}

/** What the tree says, as a code span; of something long the beginning. */
export function code(text: string): string {
  return markdownCode(printableBrief(text));
}

/** `board.dts:12`, as a link to it. */
export function place({ board, linkTo }: HoverContext, written: Written): string {
  const span = spanOf(written);
  const source = board.files.get(span.file);
  const name = fileName(span.file);
  if (typeof source === 'string') return markdownText(name);
  return linkTo(span, markdownText(`${name}:${lineOf(source, span.start)}`));
}

export function lineOf(file: SourceFile, offset: number): number {
  return lineIndexOf(file).positionAt(offset).line;
}

/** A node by its path, as a link to where it is opened first, its first label behind. */
export function nodeLink({ linkTo }: HoverContext, node: DtNode): string {
  const [opening] = node.openings;
  const [label] = node.labels;
  const path = markdownText(printableBrief(node.path));
  const shown = opening ? linkTo(spanOf(opening.name), path) : path;
  return label === undefined ? shown : `${shown} (${code(label)})`;
}
