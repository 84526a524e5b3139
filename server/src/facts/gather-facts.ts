// Collects the boot facts of a board: what was given, what the tree itself says, and what a working set-up has.

import { isModule, mapMemory } from '../memory/map-memory.ts';
import { nodesWith } from '../tree/nodes-with.ts';
import {
  stringOf,
  stringsOf,
  walkNodes,
  type DeviceTree,
  type DtNode,
} from '../tree/device-tree.ts';
import { unknownProperty } from '../tree/loader-changes.ts';
import { architectureOf } from './architecture-of.ts';
import type { BootFacts, Fact, FactName, FactReason } from './boot-facts.ts';
import type { BootProfile, GivenModule } from './boot-profile.ts';
import { cpuOf } from './cpu-of.ts';
import { cpusOf } from './cpus-of.ts';

/** Something that says facts: the profile, or a file beside the tree. */
export interface FactSource {
  readonly basis: 'given' | 'script' | 'log';
  readonly profile: BootProfile;
  /** Where it says them: file and line, as users name them. */
  readonly places?: Partial<Readonly<Record<FactName, string>>>;
}

/** By how much U-Boot grows a DTB before it boots a system with it (U-Boot: CONFIG_SYS_FDT_PAD). */
const U_BOOT_PADDING = 0x3000n;

/** Where arm64 kernels before 5.8 start in their 2 MiB (Linux: TEXT_OFFSET). */
const OLD_TEXT_OFFSET = 0x80000n;

/** A kernel as distributions build it, unpacked. */
const USUAL_KERNEL = 48n << 20n;

/** A command line that says otherwise than none, where the boot loader may add one. */
const OTHER_COMMAND_LINE = 'dom0_mem=1024M bootscrub=0';

/** Room that Xen's image never needs more of (Xen: XEN_VIRT_SIZE up to 4.18). */
const LARGE_IMAGE = 2n << 20n;

/** IOMMUs that every build of Xen with passthrough drives (Xen: drivers/passthrough/arm/smmu.c). */
const IOMMUS = new Set(['arm,smmu-v1', 'arm,smmu-v2', 'arm,mmu-400', 'arm,mmu-401', 'arm,mmu-500']);

/**
 * All facts. `sources` are asked in order, the first that says a fact is believed. `compiled` is the tree as a DTB;
 * its size in bytes costs a walk, so it is asked for only when it matters.
 */
export function gatherFacts(
  tree: DeviceTree,
  compiled: { readonly totalSize: bigint },
  sources: readonly FactSource[],
): BootFacts {
  return withPlaces(gather(tree, compiled, sources), sources);
}

function gather(
  tree: DeviceTree,
  compiled: { readonly totalSize: bigint },
  sources: readonly FactSource[],
): BootFacts {
  const said = <T>(read: (profile: BootProfile) => T | undefined): Fact<T> | undefined => {
    for (const { basis, profile } of sources) {
      const value = read(profile);
      if (value !== undefined) return { value, basis, because: REASON_OF[basis], others: [] };
    }
    return undefined;
  };
  const signs = readSigns(tree);
  const boot =
    said(({ boot, efiMemoryMap }) => boot ?? (efiMemoryMap ? 'efi' : undefined)) ??
    (signs.efiStub
      ? inTree('efi', 'efi-stub-in-tree')
      : signs.efi
        ? inTree('efi', 'efi-binary-in-tree')
        : assumed('dt', 'no-sign-of-efi'));
  const efi = boot.value === 'efi';
  const modules = said((profile) => profile.modules);
  const commandLine = said(({ xenCommandLine }) => xenCommandLine);
  const colours = llcColoring(commandLine?.value ?? signs.commandLine);
  const anyPlace = loadAddress(tree);
  const architecture = said((profile) => profile.architecture) ?? architectureIn(tree);
  return {
    'xen.address': said(({ xen }) => xen?.address) ?? anyPlace,
    'xen.size': said(({ xen }) => xen?.size) ?? {
      ...unknown('image-knows'),
      others: [LARGE_IMAGE],
    },
    'xen.textSize': said(({ xen }) => xen?.textSize) ?? unknown('image-knows'),
    'xen.debug': said(({ xen }) => xen?.debug) ?? assumed(true, 'usual-build', false),
    // Nothing in a tree speaks of them, and few use more than -cfg=.
    'xen.efiOptions': said(({ xen }) => xen?.efiOptions) ?? assumed('', 'usual-call'),
    'dtb.address': said(({ dtb }) => dtb?.address) ?? anyPlace,
    'dtb.size':
      said(({ dtb }) => dtb?.size) ?? (efi ? unknown('written-by-efi-stub') : paddedSize(compiled)),
    'kernel.module': kernelModule(signs, efi, modules),
    'kernel.fileSize': said(({ kernel }) => kernel?.fileSize) ?? unknown('file-knows'),
    'kernel.textOffset':
      said(({ kernel }) => kernel?.textOffset) ?? assumed(0n, 'usual-kernel', OLD_TEXT_OFFSET),
    'kernel.format':
      said(({ kernel }) => kernel?.format) ??
      (architecture.value === 'arm32'
        ? assumed('zimage', 'usual-kernel')
        : assumed('image', 'usual-kernel', 'gzip')),
    'kernel.uncompressedSize': said(({ kernel }) => kernel?.uncompressedSize) ?? {
      ...unknown('file-knows'),
      others: [USUAL_KERNEL],
    },
    'kernel.pageSize':
      said(({ kernel }) => kernel?.pageSize) ??
      (architecture.value === 'arm32'
        ? inTree(4096, 'only-page-size')
        : assumed(4096, 'usual-kernel', 16384, 65536)),
    boot,
    bootLoader:
      said(({ bootLoader }) => bootLoader) ??
      (efi ? inTree('other', 'started-by-efi') : assumed('u-boot', 'usual-loader', 'other')),
    modules: modules ?? {
      value: undefined,
      basis: 'tree',
      because: 'module-in-tree',
      others: [],
    },
    efiMemoryMap: said(({ efiMemoryMap }) => efiMemoryMap) ?? unknown('firmware-knows'),
    memory: said(({ memory }) => memory) ?? {
      ...unknown(signs.memory ? 'in-tree' : 'boot-loader-fills-in'),
      ...(signs.memory ? { basis: 'tree' as const } : {}),
    },
    reserved: said((profile) => profile.reserved) ?? unknown('firmware-knows'),
    xenCommandLine:
      commandLine ??
      (signs.openCommandLine === undefined
        ? undefined
        : assumed(signs.openCommandLine, 'script-leaves-open')) ??
      (signs.commandLine !== undefined || signs.modules
        ? { value: undefined, basis: 'tree', because: 'in-tree', others: [] }
        : { ...unknown('boot-loader-fills-in'), others: [OTHER_COMMAND_LINE] }),
    dmaBits: said(({ dmaBits }) => dmaBits) ?? {
      value: undefined,
      basis: 'tree',
      because: 'platform-in-tree',
      others: [],
    },
    iommu:
      said(({ iommu }) => iommu) ??
      (signs.iommu ? assumed(true, 'iommu-in-tree', false) : inTree(false, 'no-iommu-in-tree')),
    cpus: said(({ cpus }) => cpus) ?? cpusIn(tree, commandLine?.value ?? signs.commandLine),
    architecture,
    cpu: said((profile) => profile.cpu) ?? cpuIn(tree),
    'config.staticMemory':
      said(({ config }) => config?.staticMemory) ?? buildOption(signs.staticMemory),
    'config.staticShm': said(({ config }) => config?.staticShm) ?? buildOption(signs.staticShm),
    'config.llcColoring': said(({ config }) => config?.llcColoring) ?? buildOption(colours),
    'config.acpi': said(({ config }) => config?.acpi) ?? assumed(false, 'usual-build'),
  };
}

/** With the places at which the sources that are believed say them. */
function withPlaces(facts: BootFacts, sources: readonly FactSource[]): BootFacts {
  const placed: Record<string, Fact<unknown>> = { ...facts };
  for (const source of sources)
    for (const [name, from] of Object.entries(source.places ?? {})) {
      const fact = placed[name];
      const believed = sources.find(({ profile }) => saysFact(profile, name));
      if (fact && believed === source) placed[name] = { ...fact, from };
    }
  return placed as unknown as BootFacts;
}

function saysFact(profile: BootProfile, name: string): boolean {
  const [group = '', field] = name.split('.');
  const value: unknown = new Map<string, unknown>(Object.entries(profile)).get(group);
  if (field === undefined || typeof value !== 'object' || value === null)
    return value !== undefined;
  return new Map<string, unknown>(Object.entries(value)).get(field) !== undefined;
}

const REASON_OF = { given: 'given', script: 'from-script', log: 'from-log' } as const;

function inTree<T>(value: T, because: FactReason): Fact<T> {
  return { value, basis: 'tree', because, others: [] };
}

function assumed<T>(value: T, because: FactReason, ...others: readonly T[]): Fact<T> {
  return { value, basis: 'assumed', because, others };
}

function unknown(because: FactReason): Fact<never> {
  return { value: undefined, basis: 'unknown', because, others: [] };
}

/** An option of Xen's build that only a tree which uses it asks for: who writes such a tree builds Xen for it. */
function buildOption(used: boolean): Fact<boolean> {
  return used ? assumed(true, 'tree-uses-it', false) : inTree(false, 'tree-does-not-use-it');
}

/** U-Boot pads; a loader that does not is the other possibility. */
function paddedSize(compiled: { readonly totalSize: bigint }): Fact<bigint> {
  return {
    get value() {
      return compiled.totalSize + U_BOOT_PADDING;
    },
    basis: 'assumed',
    because: 'padded-by-boot-loader',
    get others() {
      return [compiled.totalSize];
    },
  };
}

/** A tree that is not yet what UEFI hands to Xen lacks the modules of `xen.cfg`; it may have those of domUs. */
function kernelModule(
  { modules, dom0Modules, efiStub }: Signs,
  efi: boolean,
  given: Fact<readonly GivenModule[]> | undefined,
): Fact<'tree' | 'loader'> {
  if (given?.value?.some(({ kind }) => kind === 'kernel'))
    return { ...given, value: 'tree', others: [] };
  if (efi && !efiStub && !dom0Modules)
    return modules
      ? assumed('tree', 'module-in-tree', 'loader')
      : assumed('loader', 'module-from-xen-cfg');
  return modules || efi
    ? inTree('tree', 'module-in-tree')
    : assumed('loader', 'module-from-loader');
}

/** How many CPUs Xen starts of those in the tree (Xen: maxcpus). */
function cpusIn(tree: DeviceTree, commandLine: string | undefined): Fact<number> {
  const { value } = cpusOf(tree);
  const limit = Number(/(?:^| )maxcpus=([1-9]\d{0,3})(?= |$)/.exec(commandLine ?? '')?.[1]);
  if (limit === 1) return inTree(1, 'in-tree');
  if (value === undefined) return unknown('cpus-unknown');
  return inTree(limit < value ? limit : value, 'cpus-in-tree');
}

/** The models stand for those with tables of one page, of two pages, and of two pages twice. */
const OTHER_CPUS = ['arm,cortex-a57', 'arm,cortex-a35', 'arm,cortex-a53'];

function cpuIn(tree: DeviceTree): Fact<string> {
  const cpu = cpuOf(tree);
  return cpu === undefined
    ? { ...unknown('cpu-unknown'), others: OTHER_CPUS }
    : inTree(cpu, 'cpu-in-tree');
}

/** 64-bit Arm where the CPUs do not say; Xen's model knows no other architecture. */
function architectureIn(tree: DeviceTree): Fact<'arm64' | 'arm32'> {
  const { value } = architectureOf(tree);
  return value === 'arm32' || value === 'arm64'
    ? inTree(value, 'cpu-in-tree')
    : assumed('arm64', 'usual-architecture');
}

/**
 * Where the boot loader puts something is not known. What matters is whether it lies over a reserved region, for Xen
 * checks that: the first region stands for all.
 */
function loadAddress(tree: DeviceTree): Fact<bigint> {
  let others: readonly bigint[] | undefined;
  return {
    ...unknown('boot-loader-knows'),
    // Every world asks again, and the map of a large tree is dear.
    get others() {
      return (others ??= firstRegion(tree));
    },
  };
}

function firstRegion(tree: DeviceTree): readonly bigint[] {
  const { reserved } = mapMemory(tree, undefined);
  const first = reserved.find(({ kind, start, end }) => kind === 'static' && start < end);
  return first ? [first.start] : [];
}

/** What the tree says of its boot. */
interface Signs {
  /** Whether it has boot modules: then it has all of them. */
  modules: boolean;
  /** Whether it has modules that are not those of a domU. */
  dom0Modules: boolean;
  efi: boolean;
  /** Whether it is the tree that Xen's EFI stub has written: then nothing is added any more. */
  efiStub: boolean;
  memory: boolean;
  iommu: boolean;
  staticMemory: boolean;
  staticShm: boolean;
  commandLine: string | undefined;
  /** What is known of a command line that the boot loader sets, where that is not all of it. */
  openCommandLine: string | undefined;
}

function readSigns(tree: DeviceTree): Signs {
  const chosen = tree.root.children.find(({ name }) => /^chosen(?:@|$)/.test(name));
  const signs: Signs = {
    modules: false,
    dom0Modules: false,
    efi: false,
    efiStub: chosen?.properties.has('linux,uefi-system-table') ?? false,
    memory: false,
    iommu: false,
    staticMemory: false,
    staticShm: false,
    commandLine: chosen && stringOf(chosen, 'xen,xen-bootargs'),
    openCommandLine: chosen && unknownProperty(tree, chosen, 'xen,xen-bootargs')?.text,
  };
  for (const node of tree.root.children)
    if (/^memory(?:@|$)/.test(node.name))
      signs.memory ||= (node.properties.get('reg')?.bytes.length ?? 0) > 0;
  signs.iommu = nodesWith(tree, ['#iommu-cells', 'mmu-masters']).some(isIommu);
  for (const node of chosen ? walkNodes(chosen) : []) {
    if (isModule(node)) {
      signs.modules = true;
      if (node.parent === chosen) signs.dom0Modules = true;
    }
    if (node.properties.has('xen,uefi-binary')) signs.efi = true;
    if (node.properties.has('xen,static-mem')) signs.staticMemory = true;
    if (node.properties.has('xen,shared-mem')) signs.staticShm = true;
  }
  return signs;
}

/** Whether a node with an IOMMU's properties is enabled and one that Xen drives. */
function isIommu(node: DtNode): boolean {
  const status = stringOf(node, 'status');
  const compatible = node.properties.get('compatible');
  const isEnabled = status === undefined || status === 'okay' || status === 'ok';
  return isEnabled && !!compatible && stringsOf(compatible).some((each) => IOMMUS.has(each));
}

/** Whether Xen is told to colour its last level cache (Xen: docs/misc/cache-coloring.rst). */
function llcColoring(commandLine: string | undefined): boolean {
  const value = /(?:^| )llc-coloring(?:=(\S*))?(?= |$)/.exec(commandLine ?? '');
  return value !== null && !/^(?:no|off|false|disable|0)$/.test(value[1] ?? '');
}
