// Boot facts in words: what they are, why they have their value, what their values mean, and how to give them.

import { formatAddress, formatSize } from '../addresses/format.ts';
import type { BootFacts, Fact, FactName, FactReason, FactValues } from './boot-facts.ts';
import type { FactChange } from './world.ts';

const REASONS: Readonly<Record<FactReason, string>> = {
  given: 'the boot profile or an option says so',
  'from-script': 'the boot script says so',
  'from-log': 'the captured log says so',
  'script-leaves-open': 'the boot script sets it to a value that is known only in part',
  'boot-loader-knows': 'the boot loader chooses it',
  'image-knows': "it depends on Xen's image",
  'file-knows': "it depends on the kernel's file",
  'padded-by-boot-loader': 'U-Boot pads the DTB by 12 KiB',
  'written-by-efi-stub': "Xen's EFI stub writes a new DTB",
  'module-in-tree': 'the tree lists the boot modules',
  'module-from-loader': 'the tree lists no boot modules, so the boot loader adds them',
  'module-from-xen-cfg': 'Xen is started by UEFI, which loads what xen.cfg names',
  'usual-loader': 'most boards are started by U-Boot',
  'started-by-efi': 'UEFI starts the system',
  'usual-kernel': 'the default of kernels',
  'only-page-size': '32-bit kernels have no other',
  'efi-binary-in-tree': 'the tree has xen,uefi-binary',
  'efi-stub-in-tree': "the tree is the one that Xen's EFI stub writes",
  'no-sign-of-efi': 'nothing in the tree speaks of UEFI',
  'firmware-knows': 'the firmware makes it',
  'in-tree': 'the tree says it',
  'boot-loader-fills-in': 'the boot loader fills it in',
  'platform-in-tree': 'the platform decides',
  'no-iommu-in-tree': 'the tree has no IOMMU that Xen drives',
  'iommu-in-tree': 'the tree has an IOMMU, which Xen uses by default',
  'cpus-in-tree': 'the tree has so many CPUs, which are alike',
  'cpu-in-tree': 'the CPUs of the tree are of that kind',
  'cpu-unknown': 'the tree names no CPU whose address width is known, or several',
  'cpus-unknown': 'the tree does not tell how many CPUs Xen starts',
  'usual-architecture': 'nothing says otherwise',
  'tree-uses-it': 'the tree uses it',
  'tree-does-not-use-it': 'the tree does not use it',
  'usual-build': 'the default of builds',
  'usual-call': 'few set-ups need more than -cfg=',
};

/** Why a fact has its value, or none: a clause. */
export function wordFactReason({ because, from }: Fact<unknown>): string {
  if (from === undefined) return REASONS[because];
  return because === 'given' ? `${from} says so` : `${REASONS[because]} (${from})`;
}

type Words = {
  readonly [Name in FactName]: {
    /** What the fact is. */
    readonly title: string;
    /** A clause that says the fact has this value; it stands behind `if`. */
    readonly clause: (value: FactValues[Name], likely: FactValues[Name] | undefined) => string;
    /** Where to find the value. */
    readonly find: string;
  };
};

const yesOrNo =
  (yes: string, no: string) =>
  (value: boolean): string =>
    value ? yes : no;

const WORDS: Words = {
  'xen.address': {
    title: "Xen's load address",
    clause: (value) => `Xen is loaded over the reserved region at ${formatAddress(value)}`,
    find: "the address that the boot script gives to booti, or MODULE[0] in Xen's log",
  },
  'xen.size': {
    title: "Xen's size in memory",
    clause: (value) => `Xen has ${formatSize(value)}`,
    find: "--xen-image FILE reads it from Xen's image; MODULE[0] in Xen's log shows it",
  },
  'xen.textSize': {
    title: "size of Xen's text section",
    clause: (value) => `Xen's text has ${formatSize(value)}`,
    find: 'readelf -S xen-syms, section .text; only a text below 256 KiB matters',
  },
  'xen.debug': {
    title: 'debug build of Xen',
    clause: yesOrNo('Xen is a debug build', 'Xen is a release build'),
    find: "CONFIG_DEBUG in Xen's .config, or `debug=y` in its first log line",
  },
  'xen.efiOptions': {
    title: "options of Xen's UEFI image",
    clause: (value) =>
      value === '' ? 'Xen is started without options' : `Xen is started with "${value}"`,
    find: "what stands behind xen.efi in UEFI's shell; -mapbs keeps the memory of boot services",
  },
  'dtb.address': {
    title: "the DTB's load address",
    clause: (value) => `the DTB is loaded over the reserved region at ${formatAddress(value)}`,
    find: "the address that the boot script gives to booti, or the Device Tree module in Xen's log",
  },
  'dtb.size': {
    title: "the DTB's size with padding",
    clause: (value, likely) =>
      likely !== undefined && value < likely
        ? 'the boot loader does not pad the DTB'
        : 'the boot loader pads the DTB',
    find: "the Device Tree module in Xen's log, or `fdt header get totalsize totalsize` in U-Boot",
  },
  'kernel.module': {
    title: "dom0's kernel module",
    clause: (value) =>
      value === 'tree' ? 'the tree lists the kernel' : 'the boot loader adds the kernel',
    find: 'pass the boot script with --boot-script, or add the multiboot,module nodes to /chosen',
  },
  'kernel.fileSize': {
    title: "size of dom0's kernel file",
    clause: (value) => `the kernel's file has ${formatSize(value)}`,
    find: 'ls -l Image',
  },
  'kernel.textOffset': {
    title: "the kernel's text offset",
    clause: (value) => `the kernel's text offset is ${formatAddress(value)}`,
    find: 'bytes 8 to 15 of the Image; 0x80000 before Linux 5.8, 0 since',
  },
  'kernel.format': {
    title: "format of dom0's kernel",
    clause: (value) =>
      value === 'gzip'
        ? 'the kernel is compressed with gzip'
        : value === 'zimage'
          ? 'the kernel is a 32-bit zImage'
          : 'the kernel is an uncompressed Image',
    find: 'file Image',
  },
  'kernel.uncompressedSize': {
    title: 'size of the unpacked kernel',
    clause: (value) => `the unpacked kernel has ${formatSize(value)}`,
    find: 'gzip -l Image.gz',
  },
  'kernel.pageSize': {
    title: 'page size of the kernel',
    clause: (value) => `the kernel has pages of ${formatSize(BigInt(value))}`,
    find: '`getconf PAGESIZE` on the running board; CONFIG_ARM64_4K_PAGES, _16K_PAGES or _64K_PAGES in its .config',
  },
  boot: {
    title: 'how Xen is started',
    clause: (value) => (value === 'efi' ? 'Xen is started by UEFI' : 'Xen is not started by UEFI'),
    find: '"EFI" in the first lines of the log',
  },
  bootLoader: {
    title: 'boot loader',
    clause: (value) =>
      value === 'u-boot' ? 'U-Boot starts the system' : 'the system is not started by U-Boot',
    find: 'first lines of the console; --boot-script with a script of U-Boot says it, too',
  },
  modules: {
    title: 'boot modules that the tree does not list',
    clause: (value) =>
      value.length === 0
        ? 'no boot modules are added to the tree'
        : `these boot modules are added to the tree: ${value.map(({ kind }) => kind).join(', ')}`,
    find: 'kernel=, ramdisk= and xsm= of xen.cfg, or the boot script',
  },
  efiMemoryMap: {
    title: "UEFI's memory map",
    clause: () => "UEFI's memory map is the given one",
    find: "--efi-map FILE reads the output of U-Boot's `efidebug memmap` or of EDK2's `memmap`",
  },
  memory: {
    title: 'RAM',
    clause: () => 'RAM is the given one',
    find: "--memory-from LOG reads it from a captured log; U-Boot's `bdinfo` shows it",
  },
  reserved: {
    title: 'reservations of the running tree',
    clause: () => 'the running tree has the given reservations',
    find: '--memory-from FILE reads /sys/firmware/fdt, the RESVD lines of Xen, or "OF: reserved mem" lines of Linux',
  },
  xenCommandLine: {
    title: "Xen's command line",
    clause: (value) => `Xen's command line is "${value}"`,
    find: 'xen,xen-bootargs in /chosen, or "Command line:" in Xen\'s log',
  },
  dmaBits: {
    title: 'address bits that all devices reach',
    clause: (value) => `devices reach ${value} bits`,
    find: "the platform's dma_bitsize in Xen",
  },
  iommu: {
    title: 'IOMMU for dom0',
    clause: yesOrNo('Xen uses the IOMMU', 'Xen does not use the IOMMU'),
    find: '"I/O virtualisation enabled" in Xen\'s log; iommu=off turns it off',
  },
  cpus: {
    title: 'CPUs that Xen starts',
    clause: (value) => (value === 1 ? 'Xen starts one CPU' : `Xen starts ${value} CPUs`),
    find: '"Brought up N CPUs" in Xen\'s log',
  },
  architecture: {
    title: 'architecture',
    clause: (value) => `Xen is built for ${value}`,
    find: "the platform's CPUs",
  },
  cpu: {
    title: 'CPU model',
    clause: (value) => `the CPU is like ${value}`,
    find: 'compatible of the nodes below /cpus of the running board',
  },
  'config.staticMemory': {
    title: 'CONFIG_STATIC_MEMORY',
    clause: yesOrNo(
      'Xen is built with CONFIG_STATIC_MEMORY',
      'Xen is built without CONFIG_STATIC_MEMORY',
    ),
    find: "Xen's .config",
  },
  'config.staticShm': {
    title: 'CONFIG_STATIC_SHM',
    clause: yesOrNo(
      'Xen is built with CONFIG_STATIC_SHM',
      'Xen is built without CONFIG_STATIC_SHM',
    ),
    find: "Xen's .config",
  },
  'config.llcColoring': {
    title: 'CONFIG_LLC_COLORING',
    clause: yesOrNo(
      'Xen is built with CONFIG_LLC_COLORING',
      'Xen is built without CONFIG_LLC_COLORING',
    ),
    find: "Xen's .config",
  },
  'config.acpi': {
    title: 'CONFIG_ACPI',
    clause: yesOrNo('Xen is built with CONFIG_ACPI', 'Xen is built without CONFIG_ACPI'),
    find: "Xen's .config",
  },
};

/** What a fact is: `Xen's load address`. */
export function wordFact(fact: FactName): string {
  return WORDS[fact].title;
}

/** Where the value of a fact is found. */
export function wordFactSource(fact: FactName): string {
  return WORDS[fact].find;
}

/** What a change of another fact brings with it: it is not worth a clause. */
const COMPANIONS: Partial<Readonly<Record<FactName, FactName>>> = {
  'xen.size': 'xen.address',
  'kernel.uncompressedSize': 'kernel.format',
};

/** Clauses that say how a world differs from the likely one, to stand behind `if` or `unless`. */
export function wordChanges(changes: readonly FactChange[], facts: BootFacts): string {
  return changes
    .filter(({ fact }) => !changes.some((other) => other.fact === COMPANIONS[fact]))
    .map(({ fact, value }) => WORDS[fact].clause(value as never, facts[fact].value as never))
    .join(' and ');
}
