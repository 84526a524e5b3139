// A boot module does not say what it is, and Xen guesses.

import { spanOf, stringsIn, type DtNode } from '../../tree/device-tree.ts';
import { stringValue } from '../../tree/string-bytes.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import { isModule } from '../../memory/map-memory.ts';
import type { XenBoot, XenModule } from '../../xen/xen-boot.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import type { Proposal } from '../proposal.ts';
import { rule, type Found } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';

type Guess = 'Kernel' | 'Ramdisk' | 'Unknown';

interface Facts {
  readonly node: DtNode;
  readonly guess: Guess;
  /** Another module of dom0 that is the same; undefined where there is none. */
  readonly other: string | undefined;
  /** Whether Xen takes this one of the two. */
  readonly isFirst: boolean;
  /** The domain whose node it stands in, which does not look at guesses; undefined for dom0. */
  readonly domain: string | undefined;
}

/** What all modules are compatible with. */
const MODULES = ['multiboot,module', 'xen,multiboot-module'];

const GUESSES: readonly Guess[] = ['Kernel', 'Ramdisk', 'Unknown'];

export const xsmGuess = rule<Facts>({
  id: 'xsm-guess',
  severity: 'warning',
  title: 'Xen guesses what a boot module is',
  why: `
A module whose \`compatible\` says no more than "multiboot,module" is guessed by its place among all such modules, those of
domUs included: the first is the kernel, the second the ramdisk, all others are nothing. From the second one on, a file that
begins like an XSM policy is the policy, in a build with XSM. A typed module beside it does not count: a ramdisk without a
type is a second kernel. For a domU Xen takes only modules that say what they are.`,
  instead: `
Say what it is: \`compatible = "multiboot,ramdisk", "multiboot,module"\`, or "multiboot,kernel", "xen,xsm-policy",
"multiboot,device-tree" (since Xen 4.13).`,
  source: ['xen: process_multiboot_node, has_xsm_magic, kernel_probe (4.11 to current)'],
  behaviours: ['xen.dtbModules'],

  *check(board: Board) {
    for (const boot of xenBoots(board)) {
      for (const module of boot.modules) {
        const found = judge(boot, module);
        if (found) yield found;
      }
    }
  },

  message({ node, guess, other, isFirst, domain }) {
    const { name } = node;
    const untyped = whyGuessed(node);
    if (domain !== undefined) return `Xen does not load ${name} for ${domain}: ${untyped}`;
    if (guess === 'Unknown') return `Xen ignores ${name} unless it is an XSM policy: ${untyped}`;
    const role = guess === 'Kernel' ? 'kernel' : 'ramdisk';
    // The first one is not looked into.
    const unless = guess === 'Kernel' ? '' : ' unless it is an XSM policy';
    if (other === undefined) return `Xen takes ${name} for dom0's ${role}${unless}: ${untyped}`;
    return isFirst
      ? `Xen takes ${name} for dom0's ${role} in place of ${other}${unless}: ${untyped}`
      : `Xen takes ${name} for a second ${role} and does not use it${unless}: ${untyped}`;
  },

  fixes({ facts: { node, guess, domain } }, board) {
    if (domain !== undefined) return [];
    const isLikely = guess === 'Kernel';
    const ramdisk = hasRamdisk(board) ? undefined : withType(board, node, 'multiboot,ramdisk');
    const policy = withType(board, node, 'xen,xsm-policy');
    return [
      ...(ramdisk ? [isLikely ? { ...ramdisk, preferred: true } : ramdisk] : []),
      ...(policy ? [policy] : []),
    ];
  },
});

function judge(boot: XenBoot, module: XenModule): Found<Facts> | undefined {
  const { node } = module;
  const guess = GUESSES.find((each) => each === module.kind);
  if (!node || !guess || !isModule(node) || isTyped(node, boot)) return undefined;
  const at = placeOfProperty(node, 'compatible');
  if (!at) return undefined;
  const { target } = boot;
  const facts = { node, guess, other: undefined, isFirst: false, domain: undefined };
  if (isInDomU(node, boot)) {
    const domain = node.parent?.name ?? '';
    return { at, target, facts: { ...facts, domain } };
  }
  const isOpen = guess !== 'Kernel';
  const found: Found<Facts> = {
    at,
    target,
    facts,
    // What its file holds decides.
    ...(isOpen ? { severity: 'information' } : {}),
  };
  if (guess === 'Unknown') return found;
  const alike = boot.modules.filter(
    (each) => each.kind === guess && !(each.node && isInDomU(each.node, boot)),
  );
  const other = alike.find((each) => each !== module);
  // One kernel without a type is the kernel, whatever it holds.
  if (!other) return isOpen ? found : undefined;
  return {
    ...found,
    facts: { ...facts, other: nameOf(other), isFirst: alike[0] === module },
    related: other.written ? [{ message: 'the other one is here', at: other.written }] : [],
  };
}

/** A clause. */
function whyGuessed(node: DtNode): string {
  const [said] = stringsIn(node, 'compatible').filter((name) => !MODULES.includes(name));
  return said === undefined
    ? 'its compatible does not say what it is'
    : `it does not know "${said}"`;
}

function nameOf({ node }: XenModule): string {
  return node && isModule(node) ? node.name : "/chosen's";
}

/** Whether a release knows by `compatible` what a module is. */
function isTyped(node: DtNode, { release }: XenBoot): boolean {
  const { dtbModules, microcodeModules } = behavioursOf(release);
  const types = [
    ...['multiboot,kernel', 'multiboot,ramdisk'],
    ...['xen,linux-zimage', 'xen,linux-initrd', 'xen,xsm-policy'],
    ...(dtbModules ? ['multiboot,device-tree'] : []),
    ...(microcodeModules ? ['multiboot,microcode'] : []),
  ];
  return stringsIn(node, 'compatible').some((name) => types.includes(name));
}

function isInDomU({ parent }: DtNode, { release }: XenBoot): boolean {
  if (!parent || !behavioursOf(release).dom0less) return false;
  return stringsIn(parent, 'compatible').includes('xen,domain');
}

function hasRamdisk({ map }: Board): boolean {
  return map.modules.some(
    ({ kind, node: { parent } }) =>
      kind === 'ramdisk' && !(parent && stringsIn(parent, 'compatible').includes('xen,domain')),
  );
}

/** The proposal to put a type in front of the names that a module is compatible with. */
function withType(board: Board, node: DtNode, type: string): Proposal | undefined {
  const property = node.properties.get('compatible');
  const value = property?.definition?.value;
  if (!property || !value) return undefined;
  const { file, start } = spanOf(value);
  if (typeof board.files.get(file) === 'string') return undefined;
  const names = stringValue(type);
  const bytes = new Uint8Array(names.length + property.bytes.length);
  bytes.set(names);
  bytes.set(property.bytes, names.length);
  return {
    title: `Say that ${node.name} is compatible with "${type}"`,
    change: [{ kind: 'set-property', node: node.path, property: 'compatible', bytes }],
    ways: [[{ at: { file, start, end: start }, text: `"${type}", ` }]],
  };
}
