// The kernel's command line takes memory from a reserved region: mem= cuts RAM off, cma= replaces the default pool.

import { formatRange } from '../../addresses/format.ts';
import { partsWithin, type Range } from '../../addresses/region.ts';
import type { LinuxBoot } from '../../linux/linux-boot.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';
import { isCmaNode } from '../../linux/region-drivers.ts';
import { commandLineValues } from '../../linux/scan.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import { lineWith } from '../../messages/event.ts';
import { nodeAt, stringOf, type DtNode } from '../../tree/device-tree.ts';
import { unknownProperty } from '../../tree/loader-changes.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import { dropOption } from '../drop-option.ts';
import { linesAbout } from '../lines-about.ts';
import { rule, type Found, type Place } from '../rule.ts';
import { placeOfProperty, reservedChildren, staticRegions } from '../static-regions.ts';
import { logOf } from '../target-lines.ts';

interface Facts {
  readonly node: DtNode;
  /** The word of the command line: `mem=512M`. */
  readonly word: string;
  /** What of the region `mem=` takes away; undefined for `cma=`. */
  readonly cut: Range | undefined;
  /** Where the command line stands: a property of /chosen. */
  readonly property: string | undefined;
}

/** Properties of /chosen that can hold the command line of dom0's kernel. */
const DOM0_PROPERTIES = ['xen,dom0-bootargs', 'bootargs'];

export const bootargsCutMemory = rule<Facts>({
  id: 'bootargs-cut-memory',
  severity: 'warning',
  title: 'The command line of Linux takes memory from a reserved region',
  why: `
\`mem=SIZE\` on the command line leaves Linux the lowest SIZE bytes of RAM (on 32-bit Arm \`mem=SIZE@START\` replaces all
banks). A \`reusable\` pool in the rest has no memory behind it, and Linux may crash when it activates the pool. Other
regions there still work where their driver maps them, which is then a mapping of no RAM; that is only information.

\`cma=SIZE\` replaces the default pool of the tree: Linux prints "bypass … node, using cmdline CMA params instead", releases the
node with \`linux,cma-default\`, and puts a pool of SIZE where it likes. Drivers that name the node by \`memory-region\` fail.

A boot loader can replace \`bootargs\`: what a boot script sets to something unknown is not judged.`,
  instead:
    'Drop the option, or make it agree with the tree: reserve memory in /reserved-memory instead of cutting it off, and give the default pool its size there.',
  source: [
    'linux: early_mem, memblock_mem_limit_remove_map (6.12)',
    'linux: rmem_cma_setup (6.12)',
  ],

  *check(board: Board) {
    for (const boot of linuxBoots(board)) {
      yield* cutRegions(board, boot);
      for (const node of defaultPools(board)) {
        const refused = boot.recorded.some((each) => each.node === node && each.refused);
        const ignored = boot.ignored.some(
          (each) => each.node === node && each.because === 'refused',
        );
        if (!refused && !ignored) continue;
        const line = lineWith(linesAbout(boot, node), 'cma-bypassed');
        for (const found of bypassed(board, node, boot.commandLine, ['bootargs']))
          yield { ...found, target: boot.target, ...logOf(boot, line) };
      }
    }
    if (!isForXen(board)) return;
    for (const { dom0, target } of xenBoots(board)) {
      const chosen = dom0?.tree && nodeAt(dom0.tree, '/chosen');
      const commandLine = chosen && stringOf(chosen, 'bootargs');
      if (commandLine === undefined) continue;
      for (const node of defaultPools(board))
        for (const found of bypassed(board, node, commandLine, DOM0_PROPERTIES))
          yield { ...found, target };
    }
  },

  message: ({ node, word, cut }) =>
    cut
      ? `${word} on the command line leaves ${node.name} ${formatRange(cut)} without RAM in Linux`
      : `${word} on the command line replaces ${node.name}: Linux releases its memory`,

  // What mem= leaves out may belong to somebody else.
  fixes({ facts: { word, cut, property } }, board) {
    const fix = cut || property === undefined ? undefined : dropOption(board, property, word);
    return fix ? [fix] : [];
  },
});

function* cutRegions(board: Board, boot: LinuxBoot): Generator<Found<Facts>> {
  if (boot.cut.length === 0) return;
  const place = chosenPlace(board, ['bootargs']);
  const word = wordOf(boot.commandLine, 'mem');
  for (const region of staticRegions(board)) {
    const [first, ...others] = partsWithin(boot.cut, region);
    if (!first || !region.written) continue;
    yield {
      at: region.written,
      facts: {
        node: region.node,
        word,
        cut: { start: first.start, end: (others.at(-1) ?? first).end },
        property: place?.property,
      },
      severity: isCmaNode(region.node) ? 'warning' : 'information',
      target: boot.target,
      related: place ? [{ message: `${word} is here`, at: place.at }] : [],
    };
  }
}

/** The pools that Linux would take for the default one. */
function defaultPools(board: Board): DtNode[] {
  return reservedChildren(board).filter(
    (node) => isEnabled(node) && isCmaNode(node) && node.properties.has('linux,cma-default'),
  );
}

function* bypassed(
  board: Board,
  node: DtNode,
  commandLine: string,
  properties: readonly string[],
): Generator<Found<Facts>> {
  const at = placeOfProperty(node, 'linux,cma-default');
  if (!at || commandLineValues(commandLine, 'cma').length === 0) return;
  const word = wordOf(commandLine, 'cma');
  const place = chosenPlace(board, properties);
  yield {
    at,
    facts: { node, word, cut: undefined, property: place?.property },
    related: place ? [{ message: `${word} is here`, at: place.at }] : [],
  };
}

function wordOf(commandLine: string, name: string): string {
  return `${name}=${commandLineValues(commandLine, name).at(-1) ?? ''}`;
}

interface CommandLinePlace {
  readonly property: string;
  readonly at: Place;
}

/** The first of some properties of /chosen that is there and known. */
function chosenPlace(board: Board, properties: readonly string[]): CommandLinePlace | undefined {
  const chosen = nodeAt(board.tree, '/chosen');
  if (!chosen) return undefined;
  const property = properties.find((each) => chosen.properties.has(each));
  if (property === undefined || unknownProperty(board.tree, chosen, property)) return undefined;
  const at = placeOfProperty(chosen, property);
  return at && { property, at };
}
