// The pipeline: one root file to everything known about its board, and what is worth saying. Read this file first.

import type { Bindings } from '../bindings/bindings.ts';
import { TreeBindings } from '../bindings/tree-bindings.ts';
import { blobSize } from '../dtb/blob-size.ts';
import { mapMemory } from '../memory/map-memory.ts';
import { foreignReaderOf } from '../memory/tree-readers.ts';
import type { MemoryMap } from '../memory/memory-map.ts';
import type { UnreadText } from '../memory/unread-text.ts';
import type { PreprocessCache } from '../preprocess/preprocess.ts';
import type { ExpandedSource, PreprocessOptions } from '../preprocess/preprocessed.ts';
import type { Board, Guest, Load } from '../rules/board.ts';
import { withAppendix, type Appendix } from '../text/append-text.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { LoaderFile } from '../facts/loader-file.ts';
import { applyOverlays } from '../tree/apply-overlays.ts';
import { applyLoaderChanges, type LoaderChanges } from '../tree/loader-changes.ts';
import type { DeviceTree } from '../tree/device-tree.ts';
import { gatherFacts, type FactSource } from '../facts/gather-facts.ts';
import { check, type RuleSettings } from './check.ts';
import type { Checked } from './checked.ts';
import { carryOver } from './carry-over.ts';
import { boardOf } from './board-of.ts';
import { findExcess } from './find-excess.ts';
import { once } from './once.ts';
import { findUnreadText, keepCertainOfSource, keepCertainOfTree } from './find-unread-text.ts';
import { readTree, type Reading, type ReadTree } from './read-tree.ts';
import type { Targets } from '../systems/targets.ts';

/** What to analyse, and for whom. */
export interface BoardRequest {
  readonly root: FileId;
  /** Whether the root is only a part of boards, such as a `.dtsi`, and none is known that includes it. */
  readonly isPart?: boolean;
  /** Applied to the root's tree in order, as the boot loader would. */
  readonly overlays: readonly FileId[];
  readonly preprocessor: PreprocessOptions;
  /** What says the facts that are not in the tree, the most believed first. */
  readonly facts: readonly FactSource[];
  readonly targets: Targets;
  readonly rules: RuleSettings;
  /** The system that alone reads trees of the board's place; undefined when its place tells of none. */
  readonly readBy?: string | undefined;
  /** Files the boot loader loads, when a boot script says so. */
  readonly loads?: readonly Load[];
  /** What a boot script does to the tree that is in no source. */
  readonly loaderChanges?: LoaderChanges;
  /** What is read behind the text of the root: the edits of a boot script. */
  readonly appendix?: Appendix;
  /** Guests that share the board with Xen's dom0. */
  readonly guests?: readonly Guest[];
  /** The bindings that nodes are checked against. */
  readonly bindings?: Bindings;
}

export type Analysis =
  | Exclude<Reading, ReadTree>
  | (Checked & {
      readonly kind: 'complete';
      readonly request: BoardRequest;
      readonly board: Board;
      /** Root and overlays as read, for the next analysis of the same board to reuse. */
      readonly readings: readonly ReadTree[];
    });

/** Everything about one board. `cache`, and `previous`, an earlier analysis of the same board, only make it faster. */
export function analyze(
  request: BoardRequest,
  given: FileSet,
  cache: PreprocessCache,
  previous?: Analysis,
): Analysis {
  const files = withAppendix(given, request.appendix);
  const { preprocessor, targets } = request;
  const symbols = request.overlays.length > 0;
  const readings: ReadTree[] = [];
  for (const [index, file] of [request.root, ...request.overlays].entries()) {
    const before = previous?.kind === 'complete' ? previous.readings[index] : undefined;
    const reading = readTree(file, files, { preprocessor, symbols }, cache, before);
    if (reading.kind !== 'tree') return reading;
    readings.push(reading);
  }
  const [base, ...overlays] = readings as [ReadTree, ...ReadTree[]];
  const merged = symbols
    ? applyOverlays(
        base.tree,
        overlays.map((overlay) => overlay.tree),
      )
    : base.tree;
  const { loaderChanges } = request;
  const whole = loaderChanges ? applyLoaderChanges(merged, loaderChanges) : merged;
  const read = readings.flatMap((reading) => reading.source ?? []);
  const unread = unreadTextOf(request, read);
  const sources = unread ? read.map(keepCertainOfSource) : read;
  const tree = unread
    ? keepCertainOfTree(
        whole,
        unread.because === 'no-board' ? read : read.filter(findUnreadText),
        unread,
      )
    : whole;
  const { loads, guests } = request;
  const excess = once(() => findExcess(tree));
  // Of a tree of which nothing is certain no fact is taken.
  const judged = once(() => (unread || excess() ? withoutNodes(tree) : tree));
  const facts = once(() => {
    const blob = blobOf(tree, overlays.length > 0 ? undefined : base.blobSize);
    return gatherFacts(unread ? judged() : tree, blob, request.facts);
  });
  const map = once(() =>
    unread ? nothingKnown(judged(), unread) : mapMemory(judged(), facts().memory.value),
  );
  const foreignReader = once(() => (unread ? undefined : foreignReaderOf(tree, request.readBy)));
  const boots = once(() =>
    unread || excess() || foreignReader() !== undefined
      ? []
      : targets.map((target) => target.boot(tree, facts(), withTrees(map(), loads ?? [], guests))),
  );
  const bindingsBefore = previous?.kind === 'complete' ? previous.board.bindings : undefined;
  // An overlay by itself has nodes in place of which others stand in a board.
  const bindings =
    request.bindings && !unread && !tree.isPlugin
      ? new TreeBindings(tree, request.bindings, bindingsBefore)
      : undefined;
  const board = boardOf(
    { sources, files, tree, unread, excess, foreignReader, facts, map, boots, bindings },
    request,
  );
  const before =
    previous?.kind === 'complete' && previous.request === request ? previous : undefined;
  const checked = check(board, request.rules, targets, before && carryOver(before, tree));
  return { kind: 'complete', request, board, ...checked, readings };
}

/**
 * The loaded files, with the partial trees of guests that are among them. The only tree that was named without a place is
 * that of the only module for one.
 */
function withTrees(
  { modules }: MemoryMap,
  loads: readonly Load[],
  guests: readonly Guest[] = [],
): readonly LoaderFile[] {
  const files = loads.map((load): LoaderFile => {
    const guest = guests.find(({ loadedAt }) => loadedAt === load.address);
    return guest?.tree && !load.alternatives ? { ...load, tree: guest.tree } : load;
  });
  const [guest, ...otherGuests] = guests.filter(
    ({ tree, loadedAt, isMadeByXl }) => tree && loadedAt === undefined && !isMadeByXl,
  );
  const [module, ...others] = modules.filter(({ kind }) => kind === 'device-tree');
  if (!guest?.tree || !module || otherGuests.length > 0 || others.length > 0) return files;
  if (files.some(({ address }) => address === module.start)) return files;
  return [...files, { address: module.start, role: 'file', tree: guest.tree }];
}

/** The first text of the board that was not read; of a part of boards the board itself is missing. */
function unreadTextOf(
  { root, isPart }: BoardRequest,
  sources: readonly ExpandedSource[],
): UnreadText | undefined {
  for (const source of sources) {
    const unread = findUnreadText(source);
    if (unread) return unread;
  }
  if (isPart !== true) return undefined;
  const at = { file: root, start: 0, end: 0 };
  return { because: 'no-board', path: root.slice(root.lastIndexOf('/') + 1), at };
}

/** The map of a tree of which text is missing that may change anything of it. */
function nothingKnown(tree: DeviceTree, unread: UnreadText): MemoryMap {
  return { ...mapMemory(tree), ramKnown: false, unread };
}

/** What is left of a tree that is too large to be judged, or of which too little is known. */
function withoutNodes(tree: DeviceTree): DeviceTree {
  const { path, name, parent, properties, labels, openings } = tree.root;
  const root = { path, name, parent, properties, labels, openings, children: [] };
  return { ...tree, root, memoryReservations: [] };
}

/** The host's blob; its size costs a walk, so it is worked out only for a boot that asks. */
function blobOf(tree: DeviceTree, known: number | undefined): { readonly totalSize: bigint } {
  let size = known;
  return {
    get totalSize() {
      size ??= blobSize(tree);
      return BigInt(size);
    },
  };
}
