// Cache colours are given, and colouring is not switched on.

import type { Basis } from '../../facts/boot-facts.ts';
import { eventIn, lineWith } from '../../messages/event.ts';
import { spanOf, stringOf, type DtNode } from '../../tree/device-tree.ts';
import { stringValue } from '../../tree/string-bytes.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import { chosenOf } from '../../xen/chosen-of.ts';
import { isCompatible } from '../../xen/compatible.ts';
import { printXen, XEN_MARK } from '../../xen/messages.ts';
import { NO, splitOptions, YES } from '../../xen/steps/boot-fdt-cmdline.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import type { Proposal } from '../proposal.ts';
import { rule } from '../rule.ts';
import { endsInScan, placeOfLine } from '../xen-places.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  /** The domain that has colours; undefined for options of the command line. */
  readonly domain: DtNode | undefined;
  /** The options that give colours. */
  readonly options: readonly string[];
  readonly because: 'off' | 'not-built';
}

/** Options that say which colours Xen and dom0 have. */
const COLOURS: readonly string[] = ['xen-llc-colors', 'dom0-llc-colors'];

/** Who says how Xen is built. */
const SAID: ReadonlySet<Basis> = new Set(['given', 'log', 'script']);

/**
 * Whether a command line switches colouring on: without the option, it is on when the cache's size and ways are given
 * (Xen: llc_coloring_init).
 */
function isOn(options: readonly { readonly name: string; readonly value: string }[]): boolean {
  const given = options.findLast(({ name }) => name === 'llc-coloring')?.value;
  if (given !== undefined && YES.has(given)) return true;
  if (given !== undefined && NO.has(given)) return false;
  return ['llc-size', 'llc-nr-ways'].every((name) => options.some((each) => each.name === name));
}

export const llcColorsOff = rule<Facts>({
  id: 'llc-colors-off',
  severity: 'error',
  title: 'Cache colours without cache colouring',
  why: `
Since 4.20 a domain of the devicetree may have \`llc-colors\`, its share of the last level cache. Xen panics when it meets
the property while colouring is off ("'llc-colors' found, but LLC coloring is disabled"): the command line does not say
\`llc-coloring=on\`, or Xen is built without CONFIG_LLC_COLORING. \`dom0-llc-colors\` and \`xen-llc-colors\` on the command
line are then ignored without a word. Older releases ignore all of them.`,
  instead: `
Add \`llc-coloring=on\` to Xen's command line and build Xen with CONFIG_LLC_COLORING, or delete the colours.`,
  source: [
    'xen: create_domUs (4.22)',
    'xen: llc_coloring_init (4.22)',
    'xen: docs/misc/cache-coloring.rst (4.22)',
  ],
  behaviours: ['xen.cacheColouring'],

  *check(board: Board) {
    const domains = chosenOf(board.tree)?.children.filter(
      (node) => isCompatible(node, 'xen,domain') && node.properties.has('llc-colors'),
    );
    for (const boot of xenBoots(board)) {
      const does = behavioursOf(boot.release);
      const line = lineWith(boot.log, 'command-line');
      if (!does.cacheColouring || !line || endsInScan(boot)) continue;
      const options = splitOptions(eventIn(line, 'command-line')?.facts.text ?? '');
      const built = board.facts['config.llcColoring'];
      // What is not known of the build is as the command line wants it.
      const isBuilt = built.value !== false || !SAID.has(built.basis);
      if (isOn(options) && isBuilt) continue;
      const because = isOn(options) ? 'not-built' : 'off';
      const commandLine = placeOfLine(line, board);
      const related = commandLine
        ? [{ message: "Xen's command line is here", at: commandLine }]
        : [];
      for (const domain of domains ?? []) {
        const at = domain.properties.get('llc-colors')?.definition?.whole;
        if (at)
          yield {
            at,
            facts: { domain, options: [], because },
            target: boot.target,
            related,
            log: [{ target: boot.target, line: panicOf(boot) }],
            tells: [{ target: boot.target, consequence: 'boot-ends' }],
          };
      }
      const given = COLOURS.filter((name) => options.some((option) => option.name === name));
      if (given.length > 0 && commandLine)
        yield {
          at: commandLine,
          facts: { domain: undefined, options: given, because },
          severity: 'warning',
          target: boot.target,
        };
    }
  },

  message({ domain, options, because }) {
    const cure =
      because === 'off'
        ? '`llc-coloring=on` is not on its command line'
        : 'it is built without CONFIG_LLC_COLORING';
    return domain
      ? `Xen panics at ${domain.name}, which has llc-colors: ${cure}`
      : `Xen ignores ${options.join(' and ')}: ${cure}`;
  },

  fixes: ({ facts }, board) => (facts.because === 'off' ? switchingOn(board) : []),
});

function panicOf({ release }: XenBoot): string {
  return `${XEN_MARK}${printXen('colouring-off', {}, behavioursOf(release))}`;
}

/** Appends the option to a command line of the tree that is written as one string. */
function switchingOn(board: Board): readonly Proposal[] {
  const chosen = chosenOf(board.tree);
  const property = ['xen,xen-bootargs', 'bootargs']
    .map((name) => chosen?.properties.get(name))
    .find((each) => each !== undefined);
  const text = property && chosen && stringOf(chosen, property.name);
  const value = property?.definition?.value;
  if (!chosen || !property || text === undefined || !value) return [];
  if (board.facts.xenCommandLine.basis !== 'tree') return [];
  const at = spanOf(value);
  const added = `${text} llc-coloring=on`;
  if (!isPlainString(board, at, text)) return [];
  return [
    {
      title: `Add llc-coloring=on to ${property.name}`,
      change: [
        {
          kind: 'set-property',
          node: chosen.path,
          property: property.name,
          bytes: stringValue(added),
        },
      ],
      ways: [[{ at, text: `"${added}"` }]],
    },
  ];
}

function isPlainString(
  { files }: Board,
  { file, start, end }: ReturnType<typeof spanOf>,
  text: string,
): boolean {
  const source = files.get(file);
  return typeof source !== 'string' && source.text.slice(start, end) === `"${text}"`;
}
