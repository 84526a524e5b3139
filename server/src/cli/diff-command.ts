// `dtmap diff`: what changed between two trees, for the review of a patch, or in the memory map between two releases.

import { formatGrouped, formatSize } from '../addresses/format.ts';
import { foldersAbove } from '../ide/paths.ts';
import { allSystems } from '../systems/all-systems.ts';
import { markdownCode, markdownText } from '../text/markdown.ts';
import { bootInWords, endingOf } from '../systems/verdicts-for.ts';
import { systemIdOf } from '../target/boot.ts';
import { spanOf } from '../tree/device-tree.ts';
import { diffTrees, type NodeChange, type ShownValue } from '../tree/diff-trees.ts';
import { Failure } from './failure.ts';
import { hasReader, mapJson, toRange, type JsonMap, type JsonRange } from './map-json.ts';
import { openTree } from './open-tree.ts';
import { jsonText, textLines, writeResult } from './output.ts';
import type { JsonPlace } from './places.ts';
import { placeText } from './print-map.ts';
import { releasesAsked, type DiffOptions } from './program.ts';
import { stopAtUnread } from './remark-unread.ts';
import { RevisionFiles } from './revision-files.ts';
import { Session, type OpenBoard } from './session.ts';
import { resolveFile } from './settings.ts';

interface Entry extends JsonRange {
  readonly what: string;
  /** The node that gives the range; `/memreserve/` and the like have none. */
  readonly node?: string;
  readonly owner?: string;
  readonly flags: string;
  readonly at?: JsonPlace;
}

/** One difference. */
export interface MapChange {
  readonly change: 'added' | 'removed' | 'moved' | 'resized' | 'changed';
  readonly what: string;
  readonly node?: string;
  readonly before?: Entry;
  readonly after?: Entry;
}

/** Two trees, or one under two releases, as one reader sees them. */
export interface Comparison {
  readonly version: 1;
  readonly for: string;
  /** The releases, where they are what differs: `xen:4.18`. */
  readonly before?: string;
  readonly after?: string;
  /** How the boot ends in both, where that differs. */
  readonly boot?: { readonly before: string; readonly after: string };
  readonly changes: readonly MapChange[];
  /** What changed in the tree; absent where releases are compared, which read the same one. */
  readonly tree?: readonly TreeChange[];
}

/** One difference of the trees. */
export interface TreeChange {
  readonly change: NodeChange['change'];
  /** Path of the node: of the new one, unless it was removed. */
  readonly node: string;
  readonly property?: string;
  /** Of a renamed node: its path before. */
  readonly from?: string;
  /** Of an added or removed node: how many nodes are below it. */
  readonly below?: number;
  readonly at?: JsonPlace;
  readonly before?: TreeValue;
  readonly after?: TreeValue;
}

/** A value as source; empty for a property without one. */
interface TreeValue {
  readonly value: string;
  readonly at?: JsonPlace;
}

/** What is compared with what. */
interface Pair {
  readonly reader: string;
  /** Whether the reader was chosen by default: if it never reads the tree, how the boot ends says why. */
  readonly isImplied: boolean;
  /** Whether it tells of the boot, too: once for several readers. */
  readonly tellsBoot: boolean;
  readonly before: Side;
  readonly after: Side;
}

interface Side {
  readonly name: string;
  readonly options: DiffOptions;
  readonly release?: string;
  /** Of git; the files of the disk without one. */
  readonly revision?: string;
}

/** Prints the differences of two trees, or of one tree under the releases that are named; status 1 when there are any. */
export async function diffCommand(
  session: Session,
  before: string,
  after: string | undefined,
  options: DiffOptions,
): Promise<number> {
  const comparisons = await comparisonsOf(session, before, after, options);
  const isOfReleases = after === undefined;
  writeResult(session.shell, options.output, printed(comparisons, options.format, isOfReleases));
  return comparisons.every(isUnchanged) ? 0 : 1;
}

/** One for two trees; of releases one for each reader and each release with the one named after it. */
export async function comparisonsOf(
  session: Session,
  before: string,
  after: string | undefined,
  options: DiffOptions,
): Promise<readonly Comparison[]> {
  const revisions = after === undefined ? undefined : revisionsIn(session, before);
  const pairs =
    after === undefined
      ? pairsOfReleases(before, options)
      : revisions
        ? pairsOfRevisions(after, revisions, options)
        : pairsOfFiles(before, after, options);
  const trees = new Trees(session);
  const comparisons: Comparison[] = [];
  for (const pair of pairs) {
    const comparison = await compare(trees, pair);
    if (comparison) comparisons.push(comparison);
  }
  return comparisons;
}

function isUnchanged({ changes, boot, tree = [] }: Comparison): boolean {
  return changes.length === 0 && boot === undefined && tree.length === 0;
}

/** `REV1..REV2`, or `REV1..` for the commit that is checked out; undefined for what a file is called. */
function revisionsIn({ shell }: Session, argument: string): readonly [string, string] | undefined {
  const at = argument.lastIndexOf('..');
  if (at <= 0 || shell.files.exists(resolveFile(argument, shell.cwd))) return undefined;
  // A path has `..` for a folder.
  const [first, second] = [argument.slice(0, at), argument.slice(at + 2)];
  return first.endsWith('/') || second.startsWith('/') ? undefined : [first, second || 'HEAD'];
}

function pairsOfRevisions(
  name: string,
  [before, after]: readonly [string, string],
  options: DiffOptions,
): Pair[] {
  return pairsOfFiles(name, name, options).map((pair) => ({
    ...pair,
    before: { ...pair.before, revision: before },
    after: { ...pair.after, revision: after },
  }));
}

function pairsOfFiles(before: string, after: string, options: DiffOptions): Pair[] {
  const reader = options.for ?? 'host';
  const side = (name: string): Side => ({ name, options });
  return [
    {
      reader,
      isImplied: false,
      tellsBoot: reader !== 'host',
      before: side(before),
      after: side(after),
    },
  ];
}

/** Each release with the one that is named after it, for every reader that releases decide about. */
function pairsOfReleases(name: string, options: DiffOptions): Pair[] {
  const pairs = allSystems.flatMap(({ id, readers }) => {
    const releases = releasesAsked(options, id);
    const wanted = options.for === undefined ? readers : [options.for];
    const side = (release: string): Side => {
      const none = Object.fromEntries(allSystems.map((each) => [each.id, []]));
      return {
        name,
        options: { ...options, ...none, [id]: [release] },
        release: `${id}:${release}`,
      };
    };
    const sides = releases.map(side);
    return sides.flatMap((after, index) => {
      const before = sides[index - 1];
      if (!before) return [];
      const isImplied = options.for === undefined;
      return wanted.map((reader, rank) => ({
        reader,
        isImplied,
        tellsBoot: rank === 0,
        before,
        after,
      }));
    });
  });
  if (pairs.length === 0)
    throw new Failure(
      'diff: give two files, or one and two releases, such as --xen 4.18 --xen 4.19',
    );
  return pairs;
}

/** Undefined when there is nothing to be compared, and it is not for this reader to say so. */
async function compare(
  trees: Trees,
  { reader, isImplied, tellsBoot, before, after }: Pair,
): Promise<Comparison | undefined> {
  const [openedOld, openedFresh] = [await trees.open(before), await trees.open(after)];
  const old = look(openedOld, reader, isImplied);
  const fresh = look(openedFresh, reader, isImplied);
  if (!tellsBoot && (!old.map || !fresh.map)) return undefined;
  const differs = tellsBoot && old.end && fresh.end && plainOf(old.end) !== plainOf(fresh.end);
  return {
    version: 1,
    for: reader,
    ...(before.release === undefined ? {} : { before: before.release }),
    ...(after.release === undefined ? {} : { after: after.release }),
    ...(differs ? { boot: { before: old.end.sentence, after: fresh.end.sentence } } : {}),
    changes: old.map && fresh.map ? compareMaps(old.map, fresh.map) : [],
    ...(before.release === undefined ? { tree: compareTrees(openedOld, openedFresh) } : {}),
  };
}

function compareTrees(before: OpenBoard, after: OpenBoard): TreeChange[] {
  return diffTrees(before.board.tree, after.board.tree).map((each): TreeChange => {
    const { places } = each.change === 'removed' && !('property' in each) ? before : after;
    if ('property' in each) {
      const { change, node, property } = each;
      const value = (shown: ShownValue, side: OpenBoard): TreeValue => ({
        value: shown.text,
        ...(shown.written ? { at: side.places.placeOf(spanOf(shown.written)) } : {}),
      });
      return {
        change,
        node: node.path,
        property,
        ...(each.before ? { before: value(each.before, before) } : {}),
        ...(each.after ? { after: value(each.after, after) } : {}),
      };
    }
    const { change, node } = each;
    const name = node.openings[0]?.name;
    return {
      change,
      node: node.path,
      ...('from' in each ? { from: each.from.path } : { below: each.below }),
      ...(name ? { at: places.placeOf(spanOf(name)) } : {}),
    };
  });
}

/** How a boot ends, and the name of its release in that sentence. */
interface End {
  readonly sentence: string;
  readonly release: string;
}

/** The sentence without the release, whose name alone is no difference. */
function plainOf({ sentence, release }: End): string {
  return sentence.replaceAll(release, '');
}

interface Look {
  readonly map: JsonMap | undefined;
  readonly end: End | undefined;
}

/** The map of one side, none where an implied reader has none, and how the boot ends that decides what it has. */
function look({ board, places, request }: OpenBoard, reader: string, isImplied: boolean): Look {
  const system = allSystems.find(({ readers }) => readers.includes(reader));
  const boot = board.boots.find(({ target }) => !system || systemIdOf(target) === system.id);
  return {
    map:
      isImplied && !hasReader(board, reader)
        ? undefined
        : mapJson(board, reader, places, request.targets),
    end: boot && { sentence: endingOf(board, boot).sentence, release: bootInWords(boot) },
  };
}

/** The trees of both sides, each opened once for all of its readers and neighbours. */
class Trees {
  readonly #session: Session;
  readonly #opened = new Map<Side, OpenBoard>();

  constructor(session: Session) {
    this.#session = session;
  }

  async open(side: Side): Promise<OpenBoard> {
    let opened = this.#opened.get(side);
    if (!opened) {
      const { name, options, revision } = side;
      const at = revision === undefined ? this.#session : sessionAt(this.#session, name, revision);
      opened = await openTree(at, name, options);
      stopAtUnread(opened);
      this.#opened.set(side, opened);
    }
    return opened;
  }
}

/** A session that reads files as a revision has them. */
function sessionAt({ shell }: Session, name: string, revision: string): Session {
  const file = shell.files.realPath(resolveFile(name, shell.cwd));
  // The file, and its folder, may be gone since.
  const folder = foldersAbove(file).find((each) => shell.files.exists(each)) ?? shell.cwd;
  const found = shell.revision?.(folder, revision) ?? 'there is no git here';
  if (typeof found === 'string') throw new Failure(`${name}: ${found}`);
  return new Session({ ...shell, files: new RevisionFiles(found, shell.files) });
}

/** The differences between two maps of one reader: entries are the same when kind, node and rank within it agree. */
export function compareMaps(before: JsonMap, after: JsonMap): MapChange[] {
  const old = keyed(before);
  const fresh = keyed(after);
  const changes: MapChange[] = [];
  for (const [key, entry] of old) {
    const other = fresh.get(key);
    const named = { what: entry.what, ...(entry.node ? { node: entry.node } : {}) };
    if (!other) {
      // A renamed node is the same region at another address more often than two changes.
      changes.push({ change: 'removed', ...named, before: entry });
      continue;
    }
    const change = changeOf(entry, other);
    if (change) changes.push({ change, ...named, before: entry, after: other });
  }
  for (const [key, entry] of fresh) {
    if (old.has(key)) continue;
    const named = { what: entry.what, ...(entry.node ? { node: entry.node } : {}) };
    const renamed = changes.findIndex(
      (each) =>
        each.change === 'removed' &&
        each.what === entry.what &&
        bareName(each.node) === bareName(entry.node) &&
        entry.node !== undefined,
    );
    const gone = changes[renamed]?.before;
    if (gone) changes[renamed] = { change: 'moved', ...named, before: gone, after: entry };
    else changes.push({ change: 'added', ...named, after: entry });
  }
  return changes;
}

function changeOf(before: Entry, after: Entry): MapChange['change'] | undefined {
  const size = ({ start, end }: JsonRange): bigint => BigInt(end) - BigInt(start);
  if (size(before) !== size(after)) return 'resized';
  if (before.start !== after.start) return 'moved';
  if (before.owner !== after.owner || before.flags !== after.flags) return 'changed';
  return undefined;
}

function bareName(node: string | undefined): string | undefined {
  const at = node?.indexOf('@', node.lastIndexOf('/') + 1) ?? -1;
  return at < 0 ? node : node?.slice(0, at);
}

function keyed(map: JsonMap): Map<string, Entry> {
  const entries: Entry[] = [
    ...map.banks.map((each) => ({ ...each, what: 'RAM', flags: '' })),
    ...map.reserved.map((each) => ({
      ...each,
      what: 'reserved',
      flags: [each.kind, each.noMap ? 'no-map' : '', each.reusable ? 'reusable' : '', each.status]
        .filter(Boolean)
        .join(' '),
    })),
    ...map.modules.map((each) => ({ ...each, what: 'module', flags: each.kind })),
    ...map.devices.map((each) => ({ ...each, what: 'device', flags: '' })),
  ];
  const seen = new Map<string, number>();
  return new Map(
    entries.map((entry) => {
      const base = `${entry.what} ${entry.node ?? (entry.what === 'RAM' ? '' : entry.start)}`;
      const rank = seen.get(base) ?? 0;
      seen.set(base, rank + 1);
      return [`${base} ${rank}`, entry];
    }),
  );
}

function printed(
  comparisons: readonly Comparison[],
  format: string,
  isOfReleases: boolean,
): string {
  if (format === 'json') {
    return jsonText(isOfReleases ? comparisons : comparisons[0]);
  }
  const style = format === 'markdown' ? 'markdown' : 'text';
  if (!isOfReleases) return comparisons.map((each) => print(each, style)).join('');
  return comparisons
    .map((each) => {
      const between = [each.before ?? '', each.after ?? ''];
      const title =
        style === 'markdown'
          ? [`## ${markdownText(each.for)}: ${markdownText(between.join(' → '))}`, '']
          : [`${each.for}, ${between.join(' -> ')}`];
      return textLines(title) + print(each, style);
    })
    .join('\n');
}

function print(comparison: Comparison, format: 'text' | 'markdown'): string {
  const { boot, changes, tree } = comparison;
  if (isUnchanged(comparison))
    return tree
      ? 'No change in the memory map or in the tree.\n'
      : 'No change in the memory map.\n';
  const line = (change: string, name: string, parts: readonly string[]): string =>
    format === 'markdown'
      ? `- **${change}** ${markdownText(name)}: ${parts.map(markdownCode).join(' → ')}`
      : `${change}: ${name}: ${parts.join(' -> ')}`;
  return textLines([
    ...(changes.length === 0 && !boot ? ['No change in the memory map.'] : []),
    ...(changes.length === 0 && !boot && format === 'markdown' ? [''] : []),
    ...(boot ? [line('changed', 'boot', [boot.before, boot.after])] : []),
    ...changes.map(({ change, what, node, before, after }) =>
      line(
        change,
        `${what} ${node ?? ''}`.trim(),
        [before, after].flatMap((entry) => (entry ? [entryText(entry)] : [])),
      ),
    ),
    ...(tree ?? []).map((each) => treeLine(each, line)),
  ]);
}

/** Longer values are cut in text: nobody reads the bytes of a firmware. */
const LONGEST_VALUE = 240;

function treeLine(
  { change, node, property, from, below = 0, at, before, after }: TreeChange,
  line: (change: string, name: string, parts: readonly string[]) => string,
): string {
  if (property === undefined) {
    const parts = [
      ...(from === undefined ? [] : [`was ${from}`]),
      ...(below > 0 ? [`with ${below} ${below === 1 ? 'node' : 'nodes'} below it`] : []),
      ...(at ? [placeText(at)] : []),
    ];
    return line(change, `node ${node}`, [parts.join(', ')]);
  }
  const words = ({ value, at: place }: TreeValue): string => {
    const text =
      value.length > LONGEST_VALUE
        ? `${value.slice(0, LONGEST_VALUE)}… (${value.length} characters)`
        : value;
    return `${text === '' ? 'empty' : text}${place ? ` (${placeText(place)})` : ''}`;
  };
  const parts = [before, after].flatMap((value) => (value ? [words(value)] : []));
  return line(change, `property ${property} of ${node}`, parts);
}

function entryText(entry: Entry): string {
  const { start, end } = toRange(entry);
  const detail = [entry.flags, entry.owner].filter(Boolean).join(', ');
  return `${formatGrouped(start)} - ${formatGrouped(end)} (${formatSize(end - start)}${detail === '' ? '' : `, ${detail}`})`;
}
