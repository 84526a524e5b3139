// What changed in Xen between point releases, one row a behaviour: the only place that compares versions.

import type { Release } from './releases.ts';

/**
 * A change, and the first point release of every branch that has it: `['4.13.4', '4.14.3', '4.15.1', '4.16.0']` are
 * three backports and the release it was made for. Branches after the last named one have it; branches before the
 * first named one, and those skipped between, do not.
 */
type Change<T> = readonly [since: readonly string[], value: T];

interface Row<T> {
  /** The Xen function or file that behaves so. */
  readonly symbol: string;
  /** As of 4.11.0. */
  readonly first: T;
  readonly changes: readonly Change<T>[];
}

const on = (...since: string[]): Change<boolean> => [since, true];
const off = (...since: string[]): Change<boolean> => [since, false];

const flag = (symbol: string, ...changes: Change<boolean>[]): Row<boolean> => ({
  symbol,
  first: false,
  changes,
});
const flagUntil = (symbol: string, ...changes: Change<boolean>[]): Row<boolean> => ({
  symbol,
  first: true,
  changes,
});
function choice<T>(symbol: string, first: T, ...changes: Change<T>[]): Row<T> {
  return { symbol, first, changes };
}

/** `compatible` of the consoles that Xen drives on Arm (Xen: drivers/char). */
const UARTS = [
  'arm,pl011',
  'cdns,uart-r1p8',
  'cdns,uart-r1p12',
  'marvell,armada-3700-uart',
  'ns16550',
  'ns16550a',
  'renesas,scif',
  'samsung,exynos4210-uart',
  'snps,dw-apb-uart',
  'ti,omap4-uart',
] as const;
const UARTS_4_13 = [
  ...UARTS,
  'amlogic,meson-uart',
  'amlogic,meson6-uart',
  'amlogic,meson8-uart',
  'amlogic,meson8b-uart',
  'amlogic,meson-gx-uart',
  'brcm,bcm2835-aux-uart',
  'renesas,scifa',
];
const UARTS_4_18 = [...UARTS_4_13, 'arm,sbsa-uart'];
const UARTS_4_19 = [...UARTS_4_18, 'fsl,imx8qxp-lpuart', 'ti,am654-uart'];
const UARTS_4_20 = [
  ...UARTS_4_19,
  'fsl,s32v234-linflexuart',
  'nxp,s32g2-linflexuart',
  'nxp,s32g3-linflexuart',
];

/** Every behaviour that differs between releases since 4.11.0. */
export const TABLE = {
  // The early scan of the flattened tree.
  /** What a handler's error does: nothing returns one; the walk ends and the boot goes on; panic. */
  scanError: choice<'none' | 'ends-scan' | 'panics'>(
    'boot_fdt_info',
    'none',
    [['4.13.0'], 'ends-scan'],
    [['4.19.0'], 'panics'],
  ),
  /** Whether a node 16 deep makes the walk repeat its warning for ever. */
  deepNestingHangs: flag(
    'device_tree_for_each_node',
    on('4.13.0'),
    off('4.20.4', '4.21.2', '4.22.0'),
  ),
  /** NR_MEM_BANKS. */
  bankLimit: choice('NR_MEM_BANKS', 128, [['4.16.1'], 256]),
  /** MAX_MODULES, of modules and again of command lines. */
  moduleLimit: choice('MAX_MODULES', 5, [['4.12.0'], 32]),
  /** Whether nodes below /reserved-memory are put into Xen's reserved list. */
  readsReservedMemory: flag('process_reserved_memory', on('4.13.0')),
  /** A tuple of size zero: passed over, or an error that ends the scan. */
  zeroSize: choice<'skipped' | 'error'>(
    'device_tree_get_reg',
    'skipped',
    [['4.13.0'], 'error'],
    [['4.14.1'], 'skipped'],
  ),
  /** Whether a node without the property, or with impossible cells, is passed over without an error. */
  toleratesBadReg: flagUntil('process_memory_node', off('4.13.0')),
  /** What is read of a number of more than two cells: its low 64 bits, or with a complaint its first cell. */
  wideNumbers: choice<'low-64' | 'first-cell'>('dt_read_number', 'low-64', [
    ['4.21.0'],
    'first-cell',
  ]),
  /** Whether the message about cells names the property rather than the node. */
  cellsMessageNamesProperty: flag('device_tree_get_meminfo', on('4.16.0')),
  /** Whether a full list of banks is announced. */
  announcesFullList: flag('device_tree_get_meminfo', on('4.16.0')),
  /** Whether the panics of a full reserved list and of static memory end their lines. */
  panicsEndLines: flag('process_reserved_memory_node', on('4.18.0')),
  /** Whether RAM banks are sorted before use. */
  sortsBanks: flag('boot_fdt_info', on('4.13.4', '4.14.3', '4.15.1', '4.16.0')),
  /** Whether `status` of memory nodes and reservations is looked at. */
  honoursStatus: flag('device_tree_get_meminfo', on('4.19.0')),
  /** Whether a memory node must be at depth 1 and say device_type = "memory". */
  strictMemoryNode: flag('early_scan_node', on('4.20.0')),
  /** Whether memory nodes stay in the tree, unread, when booted by UEFI. */
  efiIgnoresMemoryNodes: flag('early_scan_node', on('4.17.0')),
  /** Whether UEFI's memory is RAM only when it is write-back memory. */
  efiWriteBackOnly: flag('efi_process_memory_map_bootinfo', on('4.12.3', '4.13.1', '4.14.0')),
  /** Whether what UEFI's loaders have is RAM, as what its boot services have always is. */
  efiLoaderMemory: flag('efi_process_memory_map_bootinfo', on('4.12.3', '4.13.1', '4.14.0')),
  /** Whether UEFI's memory that runtime services keep is no RAM, whatever its type is. */
  efiSkipsRuntime: flag('efi_process_memory_map_bootinfo', on('4.15.4', '4.16.3', '4.17.0')),
  /** Whether a descriptor of UEFI's that starts where a bank ends is added to that bank. */
  efiJoinsBanks: flag('meminfo_add_bank', on('4.21.0')),
  /** What stands in front of the options in the command line that the EFI stub writes. */
  efiCommandLine: choice<'image-name' | 'blank'>('efi_arch_handle_cmdline', 'image-name', [
    ['4.19.0'],
    'blank',
  ]),
  /** Whether /memreserve/ entries are copied into the reserved list before the scan. */
  memreserveInReserved: flag('boot_fdt_info', on('4.19.0')),
  /** Whether reserved regions and modules are checked against each other. */
  checksOverlaps: flag('check_reserved_regions_overlap', on('4.18.0')),
  /** Whether a region inside one /memreserve/ entry passes that check. */
  toleratesMemreserve: flag('meminfo_overlap_check', on('4.19.2', '4.20.0')),
  /** Whether static shared memory has a list of its own. */
  sharedMemoryList: flag('process_shm_node', on('4.19.0')),
  /** Where `xen,static-mem` of a domain takes its cells from; none when it is unknown. */
  staticMem: choice<'none' | 'own-cells' | 'parent-cells'>(
    'process_domain_node',
    'none',
    [['4.16.0'], 'own-cells'],
    [['4.17.0'], 'parent-cells'],
  ),
  /** Whether `xen,static-mem` is refused while scanning when CONFIG_STATIC_MEMORY is off. */
  refusesStaticMemInScan: flag('process_domain_node', on('4.23.0')),
  /** Whether `xen,static-heap` of /chosen is read. */
  staticHeap: flag('process_chosen_node', on('4.17.0')),
  /** Whether `xen,domain-shared-memory-v1` nodes of domains are read while scanning. */
  staticShm: flag('process_shm_node', on('4.17.0')),
  /** Whether bad linux,initrd-* values are a scan error. */
  badInitrdIsError: flag('process_chosen_node', on('4.17.0')),
  /** Whether module nodes must be at most 3 deep below /chosen, are registered once, and command lines are a list. */
  dom0less: flag('process_multiboot_node', on('4.12.0')),
  /** Whether `multiboot,device-tree` is a kind of module. */
  dtbModules: flag('process_multiboot_node', on('4.13.0')),
  /** Whether `multiboot,microcode` is a kind of module. */
  microcodeModules: flag('process_multiboot_node', on('4.21.0')),
  /** What a module with the security policy is called in the table. */
  xsmName: choice('boot_module_kind_as_string', 'XSM', [['4.21.0'], 'XSM Policy']),

  // The printed table.
  /** Whether Xen registers itself first and prints itself as MODULE[0]. */
  xenIsModule: flag('start_xen', on('4.13.0')),
  /** Whether a module's line ends with its last byte rather than the first byte behind it. */
  moduleEndInclusive: flag('early_print_info', on('4.20.0')),
  /** Whether the line of a /memreserve/ entry ends with the first byte behind it. */
  memreserveEndExclusive: flagUntil('early_print_info', off('4.19.0')),
  /** Width of a module's kind; 4.11 prints its command line behind it. */
  moduleCommandLineInTable: flagUntil('early_print_info', off('4.12.0')),

  // What Xen owns.
  /** Whether Xen moves itself to the highest free hole below the end of RAM. */
  relocates: flagUntil('get_xen_paddr', off('4.12.0')),
  /** How page frame numbers are compressed. */
  pdx: choice<'mask' | 'scheme'>('pfn_pdx_hole_setup', 'mask', [['4.21.0'], 'scheme']),
  /** What is taken from the top of the highest region before the frame table. */
  beforeFrametable: choice<'blob-copy' | 'nothing' | 'page-tables'>(
    'setup_mm',
    'blob-copy',
    [['4.13.0'], 'nothing'],
    [['4.17.0'], 'page-tables'],
  ),
  /** Whether the frame table covers holes too, as one piece. */
  frametable: choice<'whole' | 'chunks'>('init_frametable', 'whole', [['4.22.0'], 'chunks']),
  /** What happens when there is no RAM at all. */
  noMemory: choice<'bug' | 'region' | 'too-small'>(
    'setup_frametable_mappings',
    'bug',
    [['4.18.0'], 'region'],
    [['4.22.0'], 'too-small'],
  ),
  /** Whether page tables outside RAM end in a crash rather than in endless aborts. */
  crashesOutsideRam: flag('setup_directmap_mappings', on('4.18.0')),
  /** Whether the first page given to the boot allocator holds its region list. */
  firstPageHoldsRegionList: flagUntil('bootmem_region_add', off('4.14.0')),
  /** Where the page allocator's source is, as a BUG line names it. */
  pageAllocPath: choice('BUG_ON', 'page_alloc.c', [['4.17.0'], 'common/page_alloc.c']),
  /** Whether two mappings of the direct map over each other panic. */
  directmapRefusesOverlap: flag('setup_directmap_mappings', on('4.17.0')),
  /** What the direct map is called in its panics. */
  directmapName: choice('setup_directmap_mappings', 'xenheap', [['4.17.0'], 'directmap']),
  /** Whether reservations are kept when ACPI is used. */
  acpiDropsReservations: flag('fw_unreserved_regions', on('4.15.0')),
  /** Whether the panic about the heap on 32-bit Arm doubles a word: `Not not enough space`. */
  arm32HeapMessage: choice<'doubled' | 'plain'>('setup_mm', 'doubled', [['4.17.0'], 'plain']),

  // dom0's memory.
  /** Whether bootscrub may be, and by default is, `idle`: memory is dirty until idle CPUs have scrubbed it. */
  idleScrub: flag('opt_bootscrub', on('4.12.0')),
  /** CPUs of which translation needs an empty root beside a domain's own (ARM64_WORKAROUND_AT_SPECULATE), and roots have two pages. */
  emptyRoot: choice<readonly string[]>(
    'setup_virt_paging',
    [],
    [['4.13.3', '4.14.2', '4.15.0'], ['arm,cortex-a55']],
    [['4.20.0'], ['arm,cortex-a55', 'arm,cortex-a53']],
  ),
  /** Whether the platform's DMA width limits low memory. */
  platformDmaBits: flag('allocate_memory_11', on('4.14.0')),
  /** Whether the boot stops when less memory than asked for is left for dom0. */
  shortMemoryPanics: flag('allocate_memory_11', on('4.13.0')),
  /** Whom the line about 1:1 allocations is for. */
  allocatingFor: choice('allocate_memory_11', 'dom0', [['4.22.0'], 'd0']),
  /** Whether dom0's memory may be coloured: then it is not mapped 1:1. */
  cacheColouring: flag('construct_dom0', on('4.20.0')),
  /** Whether the grant table's place is chosen before the extended regions. */
  grantTableFirst: flag('construct_dom0', on('4.20.0')),
  /** Whether a number of dom0_mem before `%` counts bytes rather than KiB. */
  percentIsBytes: flag('parse_size_and_unit', on('4.12.0')),
  /** The text of an option's bad value. */
  reportsBadOption: flag('parse_params', on('4.12.0')),
  /** Whether dom0 is offered address space for foreign pages, and whether the lines about it name the domain. */
  extendedRegions: choice<'none' | 'plain' | 'domain'>(
    'make_hypervisor_node',
    'none',
    [['4.16.0'], 'plain'],
    [['4.17.0'], 'domain'],
  ),
  /** What of a domU's address space without RAM a dom0less domU is offered: none, all, or all but its devices. */
  domUExtendedRegions: choice<'none' | 'over-devices' | 'beside-devices'>(
    'find_domU_holes',
    'none',
    [['4.17.0'], 'over-devices'],
    [['4.21.0'], 'beside-devices'],
  ),
  /** Whether the cell counts of a partial tree's `xen,reg` are divided by unseen; later ones must be 1 or 2. */
  dividesByCells: flagUntil('handle_passthrough_prop', off('4.20.4', '4.21.2', '4.22.0')),
  /** Whether the range sets of extended regions count pages, and whether their end is one page's start too low. */
  extendedRegionMath: choice<'bytes' | 'pages-short' | 'pages'>(
    'add_ext_regions',
    'bytes',
    [['4.18.0'], 'pages-short'],
    [['4.21.0'], 'pages'],
  ),
  /** Whether a subtraction over a gap can make the range below the gap grow. */
  rangesetGrows: flagUntil('rangeset_remove_range', off('4.19.3', '4.20.1', '4.21.0')),

  // Placing and loading.
  /** Whom the line about a kernel names: nobody, `Domd0`, or `d0`. */
  kernelFrom: choice<'bare' | 'Dom' | 'name'>(
    'kernel_probe',
    'bare',
    [['4.12.0'], 'Dom'],
    [['4.13.0'], 'name'],
  ),
  /** Whom the lines about loading are for. */
  loadingFor: choice('initrd_load', 'dom0', [['4.13.0'], 'd0']),
  /** Whose memory the panics of loading name. */
  copyInto: choice('kernel_zimage_load', 'hwdom', [['4.21.0'], 'd0']),
  /** How the panic of a domain that cannot be built ends: with nothing, or with the error's number. */
  setupPanic: choice<'plain' | 'dom0-rc' | 'd0-rc'>(
    'start_xen',
    'plain',
    [['4.18.0'], 'dom0-rc'],
    [['4.21.0'], 'd0-rc'],
  ),
  /** Whether a tree with kernels for domUs only boots without dom0. */
  dom0lessMode: flag('is_dom0less_mode', on('4.16.0')),
  /** Whether overlapping kernel and initrd modules are freed twice after dom0 is built. */
  freesModulesTwice: flagUntil('discard_initial_modules', off('4.18.0')),
  /** Whether modules are given to the heap after use even when it is a static one (4cde11cdae). */
  freesModulesToStaticHeap: flagUntil('discard_initial_modules', off('4.20.0')),

  // dom0's tree.
  /** Bytes that the buffer of dom0's blob has above the host's blob. */
  blobSlack: choice('DOM0_FDT_EXTRA_SIZE', 144, [['4.22.0'], 144 + 4096]),
  /** The consoles that a driver of Xen claims, and dom0 does not see. */
  uarts: choice<readonly string[]>(
    'dt_uart_init',
    UARTS,
    [['4.13.0'], UARTS_4_13],
    [['4.17.0'], [...UARTS_4_13, 'fsl,imx8qm-lpuart']],
    [['4.18.0'], [...UARTS_4_18, 'fsl,imx8qm-lpuart']],
    [['4.19.0'], UARTS_4_19],
    [['4.20.0'], UARTS_4_20],
    [['4.23.0'], [...UARTS_4_20, 'fsl,imx6q-uart']],
  ),
  /** Whether dom0's interrupt controller is called what the host's is. */
  gicKeepsName: flag('make_gic_node', on('4.21.0')),
  /** Whether dom0's timer is called what the host's is. */
  timerKeepsCompatible: flagUntil('make_timer_node', off('4.13.0')),
  /** Whether dom0's memory node has a unit address. */
  memoryNodeHasAddress: flag('make_memory_node', on('4.13.0')),
  /** Which reserved banks are told to dom0 as memory. */
  reservedAsMemory: choice<'none' | 'all' | 'not-static-mem' | 'from-first-default'>(
    'handle_node',
    'none',
    [['4.13.0'], 'all'],
    [['4.16.0'], 'not-static-mem'],
    [['4.17.0'], 'from-first-default'],
  ),
  /** Whether a reserved list that is exactly full overruns the memory node's buffer. */
  fullMemoryNodeBugs: flag('make_memory_node', on('4.13.0'), off('4.20.4', '4.21.2', '4.22.0')),
  /** Where the source that builds domains is, as a BUG line names it. */
  domainBuildPath: choice(
    'BUG_ON',
    'domain_build.c',
    [['4.17.0'], 'arch/arm/domain_build.c'],
    [['4.21.0'], 'common/device-tree/domain-build.c'],
  ),
  /** Whether the nodes of other domains are kept from dom0's tree. */
  hidesDomUs: flag('handle_node', on('4.18.0')),
  /** Whether `xen,static-heap` is kept from dom0's tree. */
  hidesStaticHeap: flag('write_properties', on('4.18.0')),
  /** Whether the properties of an IOMMU that Xen uses are kept from dom0's tree. */
  hidesIommuProperties: flag('write_properties', on('4.13.0')),
  /** Whether /reserved-memory children get no I/O memory permission. */
  reservedWithoutPermission: flag('map_range_to_domain', on('4.13.0')),
  /** What refuses a range that ends above what can be addressed. */
  rangeTooHigh: choice<'assertion' | 'map' | 'width'>(
    'handle_device',
    'assertion',
    [['4.13.0'], 'map'],
    [['4.18.0'], 'width'],
  ),

  // domUs.
  /** Whether `capabilities` of a domain can make it the hardware domain. */
  domainCapabilities: flag('create_domUs', on('4.21.0')),
  /** Whether a domain's second bank is listed when it is empty. */
  keepsEmptyDomainBank: flagUntil('allocate_memory', off('4.16.0')),
  /** How a domain's memory is printed, hexadecimal always: bare, or with 0x. */
  domUMemoryUnit: choice<'KB' | '0x'>('construct_domU', 'KB', [['4.18.0'], '0x']),
  /** Where the source is that asserts static memory to be whole pages, as it names itself. */
  staticMemoryPath: choice(
    'acquire_static_memory_bank',
    'domain_build.c',
    [['4.17.0'], 'arch/arm/domain_build.c'],
    [['4.19.0'], 'arch/arm/static-memory.c'],
    [['4.21.0'], 'common/device-tree/static-memory.c'],
  ),
  /** Whether a domain's tree has places for a ramdisk's addresses even where the domain has no ramdisk. */
  alwaysNamesRamdisk: flagUntil('make_chosen_node', off('4.18.0')),
  /** Whether the clock frequency of the host's timer is in a domain's tree. */
  domainTimerFrequency: flag('make_timer_node', on('4.13.0')),
  /** Whether nodes of a domain's devices have plain unit addresses, not numbers as C has them: `0x03001000ULL`. */
  domainPlainUnitAddress: flag('make_gicv2_domU_node', on('4.17.0')),
  /** Whether the interrupt controller of a domain counts its redistributors' regions. */
  domainCountsRedistributors: flag('make_gicv3_domU_node', on('4.20.0')),
  /** Whether the nodes of PSCI and vpl011 are the last of a domain's tree. */
  domainPsciLast: flag('prepare_dtb_domU', on('4.21.0')),
  /** Bytes that the buffer of a domain's tree has. */
  domainBlobBuffer: choice('DOMU_DTB_SIZE', 4096, [['4.22.0'], 2048 + 128 * 128]),
  /** What ends the boot when a domain wants Xenstore and no domain has it: at that domain, or after all. */
  xenstoreMissing: choice<'at-domain' | 'at-end'>('construct_domU', 'at-domain', [
    ['4.21.0'],
    'at-end',
  ]),
  /** Whether Xen allocates a domain's page for Xenstore, unless `xen,enhanced` says `legacy`. */
  allocatesXenstorePage: flag('alloc_xenstore_page', on('4.21.0')),
  /** What a domain with static memory does on a build without it. */
  staticMemWithoutConfig: choice<'panics' | 'unreachable' | 'unreachable-header'>(
    'construct_domU',
    'panics',
    [['4.17.0'], 'unreachable'],
    [['4.19.0'], 'unreachable-header'],
  ),
} satisfies Record<string, Row<unknown>>;

/** The value of every behaviour in one release. */
export type Behaviours = {
  readonly [Name in keyof typeof TABLE]: (typeof TABLE)[Name]['first'];
};

const computed = new Map<string, Behaviours>();

/** What a release of Xen does, by the name of the behaviour. */
export function behavioursOf(release: Release): Behaviours {
  let values = computed.get(release.name);
  if (!values) {
    values = compute(release);
    computed.set(release.name, values);
  }
  return values;
}

function compute(release: Release): Behaviours {
  const values: Record<string, unknown> = {};
  for (const [name, { first, changes }] of Object.entries(TABLE) as [string, Row<unknown>][]) {
    values[name] = changes.reduce(
      (value, [since, changed]) => (hasChange(release, since) ? changed : value),
      first,
    );
  }
  return values as Behaviours;
}

function hasChange(release: Release, since: readonly string[]): boolean {
  let newest = -1;
  for (const text of since) {
    const [, minor = 0, point = 0] = text.split('.').map(Number);
    if (release.minor === minor) return release.point >= point;
    newest = Math.max(newest, minor);
  }
  return release.minor > newest;
}
