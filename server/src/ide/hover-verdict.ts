// What a hover begins with: the verdict on a claim, and which range a picture beside it is of.

import { childCells, regCells } from '../addresses/cells.ts';
import type { Range } from '../addresses/region.ts';
import { isMemoryNode } from '../memory/map-memory.ts';
import type { Board } from '../rules/board.ts';
import type { DtNode } from '../tree/device-tree.ts';
import { nodeTitle } from './code-lenses.ts';
import type { Located } from './locate.ts';
import { rangeVerdicts } from './range-verdict.ts';

/** A claim on memory. */
export interface HoverSubject {
  /** Absent for `/memreserve/`. */
  readonly node: DtNode | undefined;
  /** Where the range begins; absent for a region that has no place of its own. */
  readonly start?: bigint;
}

export interface HoverVerdict {
  /** In a few words. */
  readonly verdict?: string;
  readonly subject?: HoverSubject;
}

/** The ranges that a node claims or offers, as written. */
function rangesOf({ map }: Board, node: DtNode): readonly (Range & { readonly index: number })[] {
  return [
    ...map.reserved.filter((each) => each.node === node),
    ...map.modules
      .filter((each) => each.node === node)
      .map(({ start, end }, index) => ({ start, end, index })),
  ].filter(({ start, end }) => end > start);
}

/** What becomes of a claimed range, and the range to draw. */
export function verdictOnRange(
  board: Board,
  range: Range,
  node: DtNode | undefined,
): HoverVerdict | undefined {
  if (board.map.unread || range.end <= range.start) return undefined;
  const [verdict] = rangeVerdicts(board, range, node);
  return { ...(verdict !== undefined && { verdict }), subject: { node, start: range.start } };
}

/** Of several ranges the first that something is wrong with. */
function verdictOnRanges(
  board: Board,
  ranges: readonly Range[],
  node: DtNode,
): HoverVerdict | undefined {
  const verdicts = ranges.map((each) => verdictOnRange(board, each, node));
  return verdicts.find((each) => each?.verdict?.startsWith('⚠')) ?? verdicts[0];
}

/** The verdict on what a node claims, offers or runs; undefined where nothing is at stake. */
export function verdictOnNode(board: Board, node: DtNode): HoverVerdict | undefined {
  if (board.map.unread) return undefined;
  const verdict = nodeTitle(board, node);
  const onRanges = verdictOnRanges(board, rangesOf(board, node), node);
  // The title of a domain is about all that it has; that of a region leaves out what does not fit a lens.
  const isDomain = node.parent?.name === 'chosen';
  if (verdict === undefined || (onRanges && !isDomain)) return onRanges;
  return { ...(onRanges ?? dynamicSubject(board, node)), verdict };
}

function dynamicSubject({ map }: Board, node: DtNode): HoverVerdict | undefined {
  return map.dynamic.some((each) => each.node === node) ? { subject: { node } } : undefined;
}

/** Properties on which it depends where a region lies, or who has it. */
const DECIDES_A_REGION: ReadonlySet<string> = new Set([
  'reg',
  'status',
  'size',
  'alignment',
  'alloc-ranges',
  'xen,static-mem',
  'xen,static-heap',
  'xen,shared-mem',
  'linux,initrd-start',
  'linux,initrd-end',
]);

/** The verdict on the range that a property gives its node: with the cursor in a value, on that of its tuple. */
export function verdictOnProperty(
  board: Board,
  { node, property, definition, part }: Located,
  onName: boolean,
): HoverVerdict | undefined {
  if (!node || !property || board.map.unread || !DECIDES_A_REGION.has(property.name))
    return undefined;
  if (isMemoryNode(node)) return undefined;
  const ranges = rangesOf(board, node);
  if (ranges.length === 0)
    return dynamicSubject(board, node) ? verdictOnNode(board, node) : undefined;
  const offset = onName || property.definition !== definition ? undefined : part?.offset;
  const asked = ranges.filter(
    ({ index }) =>
      offset === undefined ||
      !(property.name === 'reg' || property.name.startsWith('xen,static-')) ||
      inTuple(index, offset, node, property.name),
  );
  return verdictOnRanges(board, asked, node);
}

/** Whether the tuple `index` of a property that lists ranges has the byte at `offset`. */
export function inTuple(index: number, offset: number, node: DtNode, name: string): boolean {
  const counts =
    name === 'xen,static-heap' && node.parent ? childCells(node.parent) : regCells(node);
  const width = (counts.address + counts.size) * 4;
  return index * width <= offset && offset < (index + 1) * width;
}
