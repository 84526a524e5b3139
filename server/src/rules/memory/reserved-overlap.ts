// Two reserved regions share bytes.

import { eventIn, lineWith } from '../../messages/event.ts';
import { formatRange, formatSize } from '../../addresses/format.ts';
import { contains, intersection } from '../../addresses/region.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { overlappingPairs } from '../../memory/overlapping-pairs.ts';
import { spanOf, type Definition } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { moveRegionFixes } from '../move-region.ts';
import { rule, type Place } from '../rule.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly own: Reserved;
  readonly other: Reserved;
}

const name = (region: Reserved): string => region.node?.name ?? '/memreserve/';

/** The other party, and for both the definitions that were overridden. */
function relatedTo(own: Reserved, other: Reserved): { message: string; at: Place }[] {
  const related: { message: string; at: Place }[] = [];
  if (other.written)
    related.push({ message: `${name(other)} ${formatRange(other)} is here`, at: other.written });
  for (const region of [own, other]) {
    const property = region.node?.properties.get('reg');
    for (const definition of property?.overridden ?? [])
      related.push({
        message: `the reg of ${name(region)} that is overridden`,
        at: definition.value ?? definition.whole,
      });
    if (property && property.overridden.length > 0 && property.definition)
      related.push({
        message: `the override that gives ${name(region)} its range`,
        at: property.definition.value ?? property.definition.whole,
      });
    const status = enabling(region);
    if (status)
      related.push({
        message: `${name(region)} is enabled here`,
        at: status.value ?? status.whole,
      });
  }
  return related;
}

function isOkay(status: Uint8Array): boolean {
  return status.length <= 5 && /^(ok|okay)\0$/.test(String.fromCharCode(...status));
}

/** The status that enables a region which an earlier one disabled. */
function enabling(region: Reserved): Definition | undefined {
  const status = region.node?.properties.get('status');
  const before = status?.overridden.at(-1);
  const disabled = before && !isOkay(before.bytes);
  return disabled ? status?.definition : undefined;
}

/** Where a region is written: the winning tuple, the node it overrides, and what enables it. */
function* placesOf(region: Reserved): Generator<Place> {
  if (region.written) yield region.written;
  const status = enabling(region);
  if (status) yield status.value ?? status.whole;
  const property = region.node?.properties.get('reg');
  const opening = region.node?.openings[0];
  if (!property?.definition || !opening || property.overridden.length === 0) return;
  const winner = spanOf(property.definition.whole);
  const whole = spanOf(opening.whole);
  const isInside =
    winner.file === whole.file && winner.start >= whole.start && winner.end <= whole.end;
  if (!isInside) yield opening.name;
}

export const reservedOverlap = rule<Facts>({
  id: 'reserved-overlap',
  severity: 'error',
  title: 'Two reserved regions share bytes',
  why: `
Both owners believe the shared bytes are theirs. Linux prints "OVERLAP DETECTED!" for neighbours and goes on; Xen 4.18
stops scanning the devicetree at the second region, and Xen 4.19 and later panic. Very often the cause is a board file
that overrides the \`reg\` of a region of the SoC file: the finding is then on the override, too.`,
  instead: 'Move or shrink one of the regions, or delete the one that the board does not use.',
  source: ['xen: check_reserved_regions_overlap', 'linux: __rmem_check_for_overlap'],

  *check(board: Board) {
    const regions = board.map.reserved.filter(
      (region) => region.kind === 'static' && region.enabled,
    );
    for (const [first, second] of overlappingPairs(regions)) {
      for (const [own, other] of [
        [first, second],
        [second, first],
      ] as const) {
        const log = logLine(board, own, other);
        for (const at of placesOf(own))
          yield {
            at,
            facts: { own, other },
            related: relatedTo(own, other),
            ...(log === undefined ? {} : { log }),
          };
      }
    }
  },

  message({ own, other }) {
    const shared = intersection(own, other);
    const size = shared ? formatSize(shared.end - shared.start) : '';
    const how =
      own.start === other.start && own.end === other.end
        ? 'is the same range as'
        : contains(own, other)
          ? 'contains'
          : contains(other, own)
            ? 'lies inside'
            : `overlaps ${size} of`;
    return `${name(own)} ${formatRange(own)} ${how} ${name(other)} ${formatRange(other)}`;
  },

  fixes({ facts }, board) {
    return moveRegionFixes(board, facts.own);
  },
});

/** What a reader prints about the pair: Xen's line first, since Xen stops. */
function logLine(board: Board, a: Reserved, b: Reserved): string | undefined {
  for (const boot of xenBoots(board)) {
    const about = [a, b].flatMap(({ node }) => linesAbout(boot, node));
    const line = lineWith(about, 'region-overlap');
    if (line) return line.shown;
  }
  for (const boot of linuxBoots(board)) {
    const line = [a, b]
      .flatMap(({ node }) => linesAbout(boot, node))
      .find((each) => {
        const told = eventIn(each, 'linux-overlap')?.facts;
        return told && [a, b].every((region) => [told.name, told.other].includes(name(region)));
      });
    if (line) return line.text;
  }
  return undefined;
}
