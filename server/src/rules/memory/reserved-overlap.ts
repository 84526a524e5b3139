// Two reserved regions share bytes.

import { eventIn } from '../../messages/event.ts';
import { formatRange, formatSize } from '../../addresses/format.ts';
import { contains, intersection } from '../../addresses/region.ts';
import type { KernelLine, LinuxBoot } from '../../linux/linux-boot.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { overlappingPairs } from '../../memory/overlapping-pairs.ts';
import type { Definition, Written } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { isWrittenLater } from '../is-written-later.ts';
import { linesAbout } from '../lines-about.ts';
import { lostPlaces, lostToScan } from '../lost-to-scan.ts';
import { moveRegionFixes } from '../move-region.ts';
import { refusalParts, refusedOverlaps, wordRefusals, type Refusal } from '../refused-overlap.ts';
import { rule, type Found, type Place } from '../rule.ts';
import { reservationName } from '../static-regions.ts';
import { logOfAll } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  /** The region that is to be changed. */
  readonly own: Reserved;
  readonly other: Reserved;
  /** The boots of Xen that do not take both. */
  readonly refusals: readonly Refusal[];
}

type Related = NonNullable<Found<Facts>['related']>;

/** The other party, and for both the definitions that were overridden. */
function relatedTo(own: Reserved, other: Reserved): Related {
  const related: { message: string; at: Place }[] = [];
  if (other.written)
    related.push({
      message: `${reservationName(other)} ${formatRange(other)} is here`,
      at: other.written,
    });
  for (const region of [own, other]) {
    const name = reservationName(region);
    const property = region.node?.properties.get('reg');
    for (const definition of property?.overridden ?? [])
      related.push({
        message: `the reg of ${name} that is overridden`,
        at: definition.value ?? definition.whole,
      });
    if (region === other && property && property.overridden.length > 0 && property.definition)
      related.push({
        message: `the override that gives ${name} its range`,
        at: property.definition.value ?? property.definition.whole,
      });
    const status = enabling(region);
    if (!status) continue;
    // The finding itself stands at the status of its own region.
    if (region === other)
      related.push({ message: `${name} is enabled here`, at: placeOfStatus(status) });
    else if (region.written)
      related.push({ message: `${name} ${formatRange(region)} is here`, at: region.written });
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

function placeOfStatus({ value, whole }: Definition): Written {
  return value ?? whole;
}

/** What made a region what it is: the status that enables it, else the winning tuple. */
function placeOf(region: Reserved): Written | undefined {
  const status = enabling(region);
  return status ? placeOfStatus(status) : region.written;
}

/** Whether a later statement changed the region: it is likelier wrong than one that was written in one go. */
function isOverridden(region: Reserved): boolean {
  const reg = region.node?.properties.get('reg');
  return (reg?.overridden.length ?? 0) > 0 || enabling(region) !== undefined;
}

/** Which of two regions is to be changed: one that was overridden, else the later one in the text. */
function orderOf(
  board: Board,
  a: Reserved,
  b: Reserved,
): readonly [own: Reserved, other: Reserved] {
  const [placeA, placeB] = [placeOf(a), placeOf(b)];
  if (!placeA || !placeB) return placeA ? [a, b] : [b, a];
  if (isOverridden(a) !== isOverridden(b)) return isOverridden(a) ? [a, b] : [b, a];
  return isWrittenLater(board, placeA, placeB) ? [a, b] : [b, a];
}

export const reservedOverlap = rule<Facts>({
  id: 'reserved-overlap',
  severity: 'error',
  title: 'Two reserved regions share bytes',
  why: `
Both owners believe the shared bytes are theirs. Linux prints "OVERLAP DETECTED!" for neighbours and goes on; Xen 4.18
stops scanning the devicetree at the second region and gives what it did not read to its heap, and Xen 4.19 and later
panic. Very often the cause is a board file that overrides the \`reg\` of a region of the SoC file: the finding is then on
the override, else on the region that stands later in the text.`,
  instead: 'Move or shrink one of the regions, or delete the one that the board does not use.',
  source: ['xen: check_reserved_regions_overlap (4.22)', 'linux: __rmem_check_for_overlap (6.12)'],
  behaviours: ['xen.checksOverlaps', 'xen.scanError'],

  *check(board: Board) {
    const regions = board.map.reserved.filter(
      (region) => region.kind === 'static' && region.enabled,
    );
    const refusalsOf = refusedOverlaps(board);
    for (const [first, second] of overlappingPairs(regions)) {
      const [own, other] = orderOf(board, first, second);
      const at = placeOf(own);
      if (!at) continue;
      const refusals = refusalsOf(own, other);
      const stopped = refusals.filter(({ comesTo }) => comesTo === 'scan-stops');
      const { log = [], tells = [] } = refusalParts(refusals);
      const linux = logOfAll(linuxBoots(board), (boot) => overlapLine(boot, own, other));
      yield {
        at,
        facts: { own, other, refusals },
        related: [
          ...relatedTo(own, other),
          ...stopped.flatMap(({ boot }) => lostPlaces(boot, lostToScan(board, boot))),
        ],
        log: [...log, ...(linux.log ?? [])],
        tells,
      };
    }
  },

  message({ own, other, refusals }) {
    const shared = intersection(own, other);
    const size = shared ? formatSize(shared.end - shared.start) : '';
    const name = reservationName(other);
    const how =
      own.start === other.start && own.end === other.end
        ? `is the same range as ${name}`
        : contains(own, other)
          ? `contains ${name}`
          : contains(other, own)
            ? `lies inside ${name}`
            : `overlaps ${name} by ${size}`;
    return `${reservationName(own)} ${how}${wordRefusals(refusals, own.node)}`;
  },

  fixes({ facts: { own, other } }, board) {
    const fixes = moveRegionFixes(board, own);
    // The other party has a way out as well, which nothing takes unasked while there is one for the first.
    const [second] = moveRegionFixes(board, other);
    if (fixes.length === 0 || !second) return second ? [second] : fixes;
    return [...fixes, { ...second, preferred: false }];
  },
});

function overlapLine(boot: LinuxBoot, a: Reserved, b: Reserved): KernelLine | undefined {
  return [a, b]
    .flatMap(({ node }) => linesAbout(boot, node))
    .find((line) => {
      const told = eventIn(line, 'linux-overlap')?.facts;
      return (
        told && [a, b].every((region) => [told.name, told.other].includes(reservationName(region)))
      );
    });
}
