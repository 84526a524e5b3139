// What a boot of Xen needs beside the tree: each fact with its value, where the value comes from, and what else it may be.

import type { Range } from '../addresses/region.ts';
import type { EfiMemoryRange, GivenModule, PageSize, RunningReservation } from './boot-profile.ts';

/**
 * The facts by name, which is their path in a boot profile where one can give them. Addresses and sizes are in bytes.
 */
export interface FactValues {
  'xen.address': bigint;
  /** BSS included: what Xen prints for itself as MODULE[0]. */
  'xen.size': bigint;
  'xen.textSize': bigint;
  'xen.debug': boolean;
  /** What a Xen that UEFI starts with `xen.cfg` is called with: `-cfg=`, `-basevideo`, `-mapbs`. */
  'xen.efiOptions': string;
  'dtb.address': bigint;
  /** The DTB's total size as it is handed to Xen, padding included. */
  'dtb.size': bigint;
  /** Who places the kernel of dom0: a module of the tree, or one that the boot loader adds to it. */
  'kernel.module': 'tree' | 'loader';
  'kernel.fileSize': bigint;
  'kernel.textOffset': bigint;
  'kernel.format': 'image' | 'zimage' | 'gzip';
  'kernel.uncompressedSize': bigint;
  /** Bytes of a page of the kernel that is booted: Linux itself, or dom0's. */
  'kernel.pageSize': PageSize;
  boot: 'dt' | 'efi';
  /** What starts Xen or Linux without UEFI: it decides what is done to the tree before. */
  bootLoader: 'u-boot' | 'other';
  /** What is added to the modules of the tree, in the order in which it is loaded. */
  modules: readonly GivenModule[];
  efiMemoryMap: readonly EfiMemoryRange[];
  /** RAM in place of what the memory nodes say. */
  memory: readonly Range[];
  /** What the tree reserves when the system starts: that of the source, and what is added on the way. */
  reserved: readonly RunningReservation[];
  xenCommandLine: string;
  /** Bits of an address that every device of the platform reaches. */
  dmaBits: number;
  /** Whether an IOMMU translates for dom0's devices. */
  iommu: boolean;
  cpus: number;
  architecture: 'arm64' | 'arm32';
  /** A name of `cpu-models.ts`. */
  cpu: string;
  'config.staticMemory': boolean;
  'config.staticShm': boolean;
  'config.llcColoring': boolean;
  'config.acpi': boolean;
}

export type FactName = keyof FactValues;

/**
 * Where a value comes from: the profile or an option, the tree, a boot script, a captured log. `assumed`: what a working
 * set-up has, since nothing says otherwise. `unknown`: there is no value.
 */
export type Basis = 'given' | 'tree' | 'script' | 'log' | 'assumed' | 'unknown';

export interface Fact<T> {
  /** Undefined when unknown, and where a step of the boot reads the tree for it (RAM, the command line). */
  readonly value: T | undefined;
  readonly basis: Basis;
  readonly because: FactReason;
  /** The file and line that say so, where it is known: `boot.cmd:12`. */
  readonly from?: string;
  /** What an assumed or unknown fact may be instead, as far as it matters; none where no working set-up has another. */
  readonly others: readonly T[];
}

export type BootFacts = { readonly [Name in FactName]: Fact<FactValues[Name]> };

/** Why a fact has its value, or none; the words are in `word-fact.ts`. */
export type FactReason =
  | 'given'
  | 'from-script'
  | 'from-log'
  | 'script-leaves-open'
  | 'boot-loader-knows'
  | 'image-knows'
  | 'file-knows'
  | 'padded-by-boot-loader'
  | 'written-by-efi-stub'
  | 'module-in-tree'
  | 'module-from-loader'
  | 'module-from-xen-cfg'
  | 'usual-loader'
  | 'started-by-efi'
  | 'usual-kernel'
  | 'only-page-size'
  | 'efi-binary-in-tree'
  | 'efi-stub-in-tree'
  | 'no-sign-of-efi'
  | 'firmware-knows'
  | 'in-tree'
  | 'boot-loader-fills-in'
  | 'platform-in-tree'
  | 'no-iommu-in-tree'
  | 'iommu-in-tree'
  | 'cpus-in-tree'
  | 'cpus-unknown'
  | 'cpu-in-tree'
  | 'cpu-unknown'
  | 'usual-architecture'
  | 'tree-uses-it'
  | 'tree-does-not-use-it'
  | 'usual-build'
  | 'usual-call';
