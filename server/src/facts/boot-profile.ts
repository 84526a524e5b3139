// Boot facts that a devicetree cannot hold: what `--profile` and `dtmap.bootProfile` say.

import type { Range } from '../addresses/region.ts';

export interface EfiMemoryRange extends Range {
  /** The UEFI type name, e.g. `EfiConventionalMemory`. */
  readonly type: string;
}

/** All optional: every field has a default, and a result says so when the default mattered. */
export interface BootProfile {
  readonly xen?: {
    readonly address?: bigint;
    /** Bytes, BSS included: what Xen prints for itself as MODULE[0]. */
    readonly size?: bigint;
    readonly textSize?: bigint;
    readonly debug?: boolean;
  };
  readonly dtb?: { readonly address?: bigint; readonly size?: bigint };
  readonly kernel?: {
    /** Bytes of the file, where its module's `reg` has another size. */
    readonly fileSize?: bigint;
    readonly textOffset?: bigint;
    readonly format?: 'image' | 'zimage' | 'gzip';
    readonly uncompressedSize?: bigint;
  };
  readonly boot?: 'dt' | 'efi';
  readonly efiMemoryMap?: readonly EfiMemoryRange[];
  /** RAM as it really is, in place of what the memory nodes say. */
  readonly memory?: readonly Range[];
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
