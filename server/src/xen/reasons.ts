// Why a boot of Xen ends as it does, or why a part of it cannot be told: a code with facts, and its words.

import type { BootFacts, FactName } from '../facts/boot-facts.ts';
import { wordChanges } from '../facts/word-fact.ts';
import type { FactChange } from '../facts/world.ts';
import { printForm, type Facts, type FactsOf } from '../messages/form.ts';
import type { XenReservedKind } from './reserved-kind.ts';

/** The words of every reason, by its code; a part of a sentence, without a full stop. */
const WORDS = {
  // The blob and the scan.
  'blob-misplaced':
    'the blob has {size:dec} bytes at {address:hex}; at most 2 MiB, 8-byte aligned, are allowed',
  'blob-too-large':
    'the blob has {size:dec} bytes at an unknown address; at most 2 MiB, 8-byte aligned, are allowed',
  'memreserve-limit': 'more than {limit:dec} /memreserve/ entries',
  'reserved-limit': 'more than {limit:dec} reserved ranges',
  'node-unreadable': '{node:word} cannot be read',
  'tree-unreadable': 'the tree cannot be read',
  'nested-too-deep':
    '{node:word} is {depth:dec} levels deep, and this release never gets past such a node',
  'number-size': '{node:word}: a number of {cells:dec} cells is more than Xen reads',
  'module-without-reg': '{node:word} has no reg',
  'module-reg-short': 'reg of {node:word} is shorter than {cells:dec} cells',
  'command-line-long': 'bootargs of {node:word} has {length:dec} bytes, more than {limit:dec}',

  // RAM and what Xen takes of it.
  'ram-from-firmware':
    'booted by UEFI, RAM comes from the firmware: the profile gives no efiMemoryMap',
  'efi-image-name':
    "the name of Xen's image stands in front of the options, and is not given with them",
  'ram-from-loader': 'the tree has no memory node: the boot loader adds it',
  'value-from-loader':
    'the boot script sets {property:word} of {node:word} to a value that is not known',
  'ram-size-from-loader': 'the memory nodes leave the size of RAM to the boot loader',
  'places-not-given': ({ modules }: { readonly modules: readonly MissingPlace[] }) =>
    `the boot facts do not say ${modules.map(wordPlace).join(', ')}`,
  /** `unless`: what is so where the statement does not hold. */
  'depends-on-fact': ({ unless, facts }: DecidingFact) =>
    `otherwise if ${wordChanges(unless, facts)}`,
  'no-ram': 'Xen recognises no RAM in the tree',
  'no-ram-scan-ended': 'Xen recognises no RAM in the tree: its scan ends at {node:word}',
  'no-place-for-xen': 'no free hole for Xen to move to',
  'no-place-for-xenheap': 'no free hole for the xenheap',
  'banks-unsorted': 'RAM banks are not in ascending order, and this release does not sort them',
  'banks-overlap': 'RAM banks overlap',
  'no-page-tables': 'no free RAM for page tables',
  'page-tables-outside-ram':
    'the static heap is not in RAM: Xen puts page tables at {address:alternate}',
  'frametable-span': 'RAM spans {pages:dec} pages, more than the frame table can describe',
  'frametable-span-unchecked':
    'RAM spans {pages:dec} pages, more than the frame table can describe, and this release does not check that',
  'frametable-no-piece': 'no piece of free RAM holds the frame table of {size:dec} MiB',
  'xenheap-unaligned':
    'a xenheap of {size:dec} MiB does not start at a multiple of 32 MiB, as this release needs',
  'xenheap-large': 'the xenheap has {size:dec} MiB, and Xen maps no more than 1 GiB of it',
  'ram-twice': 'free RAM from {address:hex0x} overlaps RAM that Xen already has',
  'free-pieces-limit': 'more than {limit:dec} pieces of free RAM',
  'modules-freed-twice':
    'the {other:name} module overlaps the {module:name} module, and Xen frees both',

  // dom0.
  'dom0-kernel-missing': 'no kernel module for dom0 is known to Xen',
  'cache-colouring': 'with cache colouring Xen moves itself, and dom0 gets pages of its colours',
  'kernel-size-not-file':
    "the kernel's file has {file:dec} bytes and its module {module:dec}: Xen reads the unpacked size from the module's end",
  'kernel-cut':
    "the kernel's file has {file:dec} bytes, and its module only {module:dec}: Xen copies no more",
  'dom0-memory-exceeds-ram': 'dom0_mem is {size:dec} MiB, and the board has {ram:dec} MiB of RAM',
  'domain-memory-exceeds-ram':
    'memory of {node:word} is {size:dec} MiB, and the board has {ram:dec} MiB of RAM',
  'dom0-memory-short': "{missing:dec} MiB of dom0_mem do not fit into Xen's free memory",
  'dom0-low-block':
    'a 32-bit dom0 needs a free block of {wanted:dec} MiB below {limit:hex0x}, and the largest there has {largest:dec} MiB',
  'dom0-memory-below-first':
    "{missing:dec} MiB of dom0_mem are free only in pieces under 128 MiB below dom0's first bank at {first:hex0x}, where Xen takes none",
  'dom0-banks-limit':
    '{missing:dec} MiB of dom0_mem are free, but dom0 has {limit:dec} banks already',
  'dom0-memory-in-pieces':
    '{missing:dec} MiB of dom0_mem are free only in pieces under 4 MiB, which Xen does not look for',
  'follows-banks': "it follows from dom0's banks",
  'depends-on-banks': "it depends on where dom0's memory is",
  'rest-below-4-mib': 'the rest below 4 MiB comes from what Xen itself has left over',
  'places-assumed': 'the places of Xen and of the blob are not given',
  'scrubbed-by-several':
    'several CPUs scrub memory while dom0 is built, and clean blocks are taken first',
  'scrubbed-by':
    '{cpus:dec} CPUs scrub memory while dom0 is built, and clean blocks are taken first',
  'own-pages': 'it depends on how many pages Xen itself has taken before',
  'boot-may-end-at-memory': 'the boot may end where dom0 gets its memory',
  'dom0-memory-less-than-page': 'dom0_mem is less than a page',
  'kernel-size-unknown': 'the kernel is unpacked into the heap before, and its size is not given',
  'extended-regions-iommu':
    'with an IOMMU they are the holes between all devices, up to an address width that depends on the CPU',
  'extended-regions-banks': "they are what dom0's banks and the grant table leave",
  'kernel-unpacked': 'the kernel is unpacked to pages of the heap, and from there copied',
  'device-over-ram': "{node:word} is mapped over dom0's RAM, where Xen puts this",
  'tree-too-large':
    "dom0's tree does not fit into {size:dec} bytes: the host's blob and a little more",
  'node-not-mapped': '{node:word} cannot be mapped into dom0',
  'dom0-32-bit-top':
    "dom0's only memory ends at 4 GiB, which a 32-bit kernel without LPAE does not survive",
  'dom0-shared-memory': "dom0's shared memory cannot be mapped",
  'reg-above-64-bits': 'reg of {node:word} ends above 64 bits',
  'root-cells': "the root's #address-cells and #size-cells are {address:dec} and {size:dec}",
  'memory-node-overrun': "exactly {limit:dec} reserved ranges overrun the memory node's buffer",
  'first-bank-small':
    "dom0's first bank has {size:dec} MiB, too little for kernel, ramdisk and blob",
  'no-room-beside-kernel': "dom0's first bank has no room for ramdisk and blob beside the kernel",
  'blob-size-unknown': "the size of the host's blob is not known",
  'no-interrupt-controller': 'the tree has no interrupt controller that Xen knows',
  'cpus-not-given': "dom0's number of CPUs is not given",

  // What dom0 is told.
  'told-not-mapped': ({ kind, node }: ToldRange) =>
    `dom0 is told that ${wordTold(kind, node)} is memory, but it is not mapped there`,
  'told-not-owned': ({ kind, node }: ToldRange) =>
    `dom0 is told that ${wordTold(kind, node)} is memory, but does not own it`,

  // Why Linux in dom0 uses a range that it is told of as ordinary memory.
  'reserved-memory-misspelt': 'Linux knows the node only as `reserved-memory`',
  'not-reserved': 'no reservation in its tree says so',
  'not-direct-child': 'Linux looks only at direct children of /reserved-memory',
  'reserved-memory-cells':
    "{name:word} of /reserved-memory is not the root's, so Linux ignores all of it",
  'reserved-memory-ranges': '/reserved-memory has no ranges, so Linux ignores all of it',
  'node-status': 'its status is "{status:text}", so Linux ignores it',
  'node-reusable': 'it is reusable, so Linux hands it out',
  'node-is-memory': 'Xen takes nodes with device_type = "memory" out of dom0\'s tree',

  // Domains of the tree.
  'domain-not-static': '{node:word} is to be mapped 1:1 but has no xen,static-mem',
  'domain-without-cpus': '{node:word} does not say how many CPUs it has',
  'domain-without-memory': '{node:word} does not say how much memory it has',
  'domain-without-kernel': 'no kernel module of {node:word} is known to Xen',
  'hardware-domain':
    '{node:word} is the hardware domain: its memory depends on what is built before it',
  'passthrough-incomplete': '{node:word} of the partial tree has only one of xen,reg and xen,path',
  'passthrough-cells':
    '{node:word} of the partial tree has addresses of {address:dec} and sizes of {size:dec} cells',
  'passthrough-unaligned': 'xen,reg of {node:word} of the partial tree is not page-aligned',
  'passthrough-before':
    'a device that {domain:domain} is given before may be refused for its IOMMU or its interrupts',
  'domain-shared-memory': 'the shared memory of {node:word} cannot be mapped',
  'domain-memory-short': 'memory of {node:word} is {size:dec} MiB, and {free:dec} MiB are free',
  'domain-memory-tight': 'memory of {node:word} is about as much as is free',
  'shortfall-unknown': 'the last message says how much is missing',
  'static-memory-not-built':
    '{node:word} has xen,static-mem, and Xen is built without CONFIG_STATIC_MEMORY',
  'static-memory-not-pages': 'xen,static-mem of {node:word} does not begin and end at pages',
  'static-memory-starts-in-page':
    'xen,static-mem of {node:word} begins within a page, which Xen did not set aside',
  'static-memory-outside-ram':
    'xen,static-mem of {node:word} is not in RAM: what Xen does then depends on what is there',
  'static-memory-twice':
    'xen,static-mem of {node:word} is used twice: what Xen does then depends on what is there',
  'domain-extended-regions':
    'the extended regions of {node:word} are what its devices leave, which its own tree assigns',
  'static-memory-beyond-frametable':
    'xen,static-mem or xen,shared-mem of {node:word} lies outside all RAM that Xen describes by pages',
  'static-memory-given-twice':
    '{node:word} sets memory aside that {other:word} has set aside, and Xen takes each page once',
  'static-memory-in-heap': '{node:word} sets memory aside that xen,static-heap gives to the heap',
  'static-memory-other-cells':
    'this release reads xen,static-mem of {node:word} with the cells of {parent:word}, {address:dec} and {size:dec}, and not with #xen,static-mem-address-cells and #xen,static-mem-size-cells',
  'static-memory-without-cells':
    'this release reads xen,static-mem with #xen,static-mem-address-cells and #xen,static-mem-size-cells, which {node:word} lacks',
  'static-memory-sum': 'memory of {node:word} is not the sum of its xen,static-mem',
  'domain-capabilities': 'capabilities of {node:word} are {bits:hex0x}, and Xen knows 1, 2 and 4',
  'hardware-domain-twice': '{node:word} is to be the hardware domain beside dom0',
  'hardware-domain-passthrough': '{node:word} is the hardware domain and has passthrough',
  'hardware-domain-iommu':
    '{node:word} is the hardware domain, not mapped 1:1, and there is no IOMMU',
  'hardware-domain-tree': '{node:word} is the hardware domain and has a tree for devices',
  'xenstore-twice': '{node:word} is to run Xenstore beside another domain',
  'domain-cpus-limit':
    '{node:word} has {cpus:dec} CPUs, and the virtual interrupt controller allows {limit:dec}',
  'domain-tree-too-large':
    'the tree that Xen makes for {node:word} with {cpus:dec} CPUs is larger than {size:dec} bytes',
  'domain-no-room-beside-kernel':
    "{domain:domain}'s first bank has no room for ramdisk and blob beside the kernel",
  'xenstore-missing': '{node:word} is to have Xenstore, and no domain runs it',
  'domain-kernel-large': "{domain:domain}'s kernel does not fit into its first bank",
} as const satisfies Readonly<Record<string, string | ((facts: never) => string)>>;

/** What is not known of a module's place: by the fact that would say it, or by the node that describes the module. */
export type MissingPlace = { readonly fact: keyof typeof PLACES } | { readonly node: string };

/** Assumed facts on which something depends. */
export interface DecidingFact {
  /** They have these values where it is otherwise. */
  readonly unless: readonly FactChange[];
  readonly facts: BootFacts;
}

const PLACES = {
  'xen.address': 'where Xen is loaded',
  'xen.size': 'how large Xen is',
  'dtb.address': 'where the DTB is',
  'dtb.size': 'how large the DTB is',
  'kernel.module': "where dom0's kernel is loaded",
} as const satisfies Partial<Record<FactName, string>>;

/** A range that dom0 is told to be memory: a static heap, or a node's, or one without a node. */
export interface ToldRange {
  readonly kind: XenReservedKind;
  readonly node: string | undefined;
}

function wordPlace(missing: MissingPlace): string {
  return 'fact' in missing ? PLACES[missing.fact] : `where ${missing.node} is loaded`;
}

function wordTold(kind: XenReservedKind, node: string | undefined): string {
  return kind === 'static-heap' ? 'the static heap' : (node ?? 'a reserved range');
}

export type ReasonCode = keyof typeof WORDS;

/** A reason with the facts that its words need. */
export type Reason = { [Code in ReasonCode]: ReasonOf<Code> }[ReasonCode];
export type ReasonOf<Code extends ReasonCode> = {
  readonly code: Code;
  readonly facts: ReasonFacts<Code>;
};
export type ReasonFacts<Code extends ReasonCode> = (typeof WORDS)[Code] extends infer W
  ? W extends string
    ? FactsOf<W>
    : W extends (facts: infer F) => string
      ? F
      : never
  : never;

/** A reason, with its facts checked. */
export function reason<Code extends ReasonCode>(code: Code, facts: ReasonFacts<Code>): Reason {
  return { code, facts } as unknown as Reason;
}

/** Reasons in words: a part of a sentence, without a full stop. */
export function wordReasons(reasons: readonly Reason[]): string {
  return reasons.map(wordReason).join('; ');
}

function wordReason({ code, facts }: Reason): string {
  const words: string | ((facts: never) => string) = WORDS[code];
  return typeof words === 'string' ? printForm(words, facts as Facts) : words(facts as never);
}

const DECIDED_BY: Partial<Readonly<Record<ReasonCode, FactName>>> = {
  'ram-from-firmware': 'efiMemoryMap',
  'ram-from-loader': 'memory',
  'ram-size-from-loader': 'memory',
  'scrubbed-by-several': 'cpus',
  'kernel-size-unknown': 'kernel.uncompressedSize',
  'kernel-size-not-file': 'kernel.fileSize',
  'extended-regions-iommu': 'iommu',
  'blob-size-unknown': 'dtb.size',
  'cpus-not-given': 'cpus',
  'cache-colouring': 'config.llcColoring',
};

/** The boot facts that would decide what these reasons leave open, the first that is worth asking for first. */
export function decidingFacts(reasons: readonly Reason[]): FactName[] {
  return reasons.flatMap((each): FactName[] => {
    if (each.code === 'depends-on-fact')
      return each.facts.unless.slice(0, 1).map(({ fact }) => fact);
    if (each.code === 'places-not-given')
      return each.facts.modules.flatMap((missing) => ('fact' in missing ? [missing.fact] : []));
    if (each.code === 'places-assumed') return [...PLACE_FACTS];
    const fact = DECIDED_BY[each.code];
    return fact === undefined ? [] : [fact];
  });
}

const PLACE_FACTS = ['xen.address', 'xen.size', 'dtb.address'] as const;
