// `dtmap diff`: what changed in the memory map between two trees, for the review of a patch.

import { formatGrouped, formatSize } from '../addresses/format.ts';
import { markdownCode, markdownText } from '../text/markdown.ts';
import { mapJson, toRange, type JsonMap, type JsonRange } from './map-json.ts';
import { openTree } from './open-tree.ts';
import { jsonText, textLines, writeResult } from './output.ts';
import type { JsonPlace } from './places.ts';
import type { MapOptions } from './program.ts';
import { stopAtUnread } from './remark-unread.ts';
import type { Session } from './session.ts';

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

/** Prints the differences; status 1 when there are any. */
export async function diffCommand(
  session: Session,
  before: string,
  after: string,
  options: MapOptions,
): Promise<number> {
  const one = await openTree(session, before, options);
  stopAtUnread(one);
  const old = mapJson(one.board, options.for, one.places);
  const two = await openTree(session, after, options);
  stopAtUnread(two);
  const changes = compareMaps(old, mapJson(two.board, options.for, two.places));
  const result =
    options.format === 'json'
      ? jsonText({ version: 1, for: options.for, changes })
      : print(changes, options.format === 'markdown' ? 'markdown' : 'text');
  writeResult(session.shell, options.output, result);
  return changes.length > 0 ? 1 : 0;
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

function print(changes: readonly MapChange[], format: 'text' | 'markdown'): string {
  if (changes.length === 0) return 'No change in the memory map.\n';
  const lines = changes.map(({ change, what, node, before, after }) => {
    const name = `${what} ${node ?? ''}`.trim();
    const parts = [before, after].flatMap((entry) => (entry ? [entryText(entry)] : []));
    return format === 'markdown'
      ? `- **${change}** ${markdownText(name)}: ${parts.map(markdownCode).join(' → ')}`
      : `${change}: ${name}: ${parts.join(' -> ')}`;
  });
  return textLines(lines);
}

function entryText(entry: Entry): string {
  const { start, end } = toRange(entry);
  const detail = [entry.flags, entry.owner].filter(Boolean).join(', ');
  return `${formatGrouped(start)} - ${formatGrouped(end)} (${formatSize(end - start)}${detail === '' ? '' : `, ${detail}`})`;
}
