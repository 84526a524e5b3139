// Boot facts that a devicetree cannot hold: what `--profile` and `dtmap.bootProfile` say.

import type { Range } from '../addresses/region.ts';

export interface EfiMemoryRange extends Range {
  /** The UEFI type name, e.g. `EfiConventionalMemory`. */
  readonly type: string;
  /** Its attributes (UEFI Specification, EFI_MEMORY_WB and others); write-back memory where it is absent. */
  readonly attributes?: bigint;
}

/** A file that whoever starts Xen loads beside it and adds to /chosen: as `xen.cfg` names it, or a boot script. */
export interface GivenModule {
  readonly kind: 'kernel' | 'ramdisk' | 'xsm';
  readonly address?: bigint;
  /** Bytes. */
  readonly size?: bigint;
  readonly commandLine?: string;
}

/** A reservation of the tree that a system is started with. */
export interface RunningReservation extends Range {
  /** The name of its node, where it is known. */
  readonly node?: string;
}

/** What a 64-bit kernel may have as a page, in bytes; a 32-bit one has the first. */
export const PAGE_SIZES = [4096, 16384, 65536] as const;

export type PageSize = (typeof PAGE_SIZES)[number];

/** All optional: every field has a default, and a result says so when the default mattered. */
export interface BootProfile {
  readonly xen?: {
    readonly address?: bigint;
    /** Bytes, BSS included: what Xen prints for itself as MODULE[0]. */
    readonly size?: bigint;
    readonly textSize?: bigint;
    readonly debug?: boolean;
    /** What UEFI's shell or boot manager calls its image with: `-cfg=xen.cfg -mapbs`. */
    readonly efiOptions?: string;
  };
  readonly dtb?: { readonly address?: bigint; readonly size?: bigint };
  readonly kernel?: {
    /** Bytes of the file, where its module's `reg` has another size. */
    readonly fileSize?: bigint;
    readonly textOffset?: bigint;
    readonly format?: 'image' | 'zimage' | 'gzip';
    readonly uncompressedSize?: bigint;
    readonly pageSize?: PageSize;
  };
  readonly boot?: 'dt' | 'efi';
  readonly bootLoader?: 'u-boot' | 'other';
  /** In the order in which they are loaded. */
  readonly modules?: readonly GivenModule[];
  readonly efiMemoryMap?: readonly EfiMemoryRange[];
  /** RAM as it really is, in place of what the memory nodes say. */
  readonly memory?: readonly Range[];
  /** What the tree reserves when the system starts, with what firmware and boot loader add to it. */
  readonly reserved?: readonly RunningReservation[];
  readonly xenCommandLine?: string;
  readonly dmaBits?: number;
  readonly iommu?: boolean;
  readonly cpus?: number;
  readonly architecture?: 'arm64' | 'arm32';
  /** The `compatible` of its CPUs. */
  readonly cpu?: string;
  readonly config?: {
    readonly staticMemory?: boolean;
    readonly staticShm?: boolean;
    readonly llcColoring?: boolean;
    readonly acpi?: boolean;
  };
}
