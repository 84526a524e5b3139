// What a boot script, or what is given in place of one, does to memory and to the tree.

import type { ScriptStatement } from './write-script-tree.ts';

/** A file that the boot loader puts into memory. */
export interface ScriptLoad {
  readonly address: bigint;
  /** As the script names it. */
  readonly file: string;
  /** Bytes it has in memory, where what loads it says so. */
  readonly size?: bigint;
  /** Line of the script, from 1; 0 where it is a container without lines. */
  readonly line: number;
  /** In which arms of which conditions it is loaded, where those are not known; `because` is a clause. */
  readonly alternatives?: readonly Alternative[];
}

/** One arm of a choice: two arms of one choice never both run. */
export interface Alternative {
  readonly choice: number;
  readonly arm: number;
  readonly because: string;
}

export interface BootScript {
  /** Edits of the tree, in order. */
  readonly statements: readonly ScriptStatement[];
  readonly loads: readonly ScriptLoad[];
  /** Files that `fdt apply` puts on the tree, as the script names them, in order. */
  readonly overlays: readonly string[];
  /** What `booti`, `bootm`, `bootz` or `bootefi` is given. */
  readonly boot?: {
    readonly kernel?: bigint;
    readonly initrd?: bigint;
    readonly dtb?: bigint;
    /** The configuration of a FIT: what stands behind `#`. */
    readonly configuration?: string;
    readonly efi: boolean;
    /** Which of them U-Boot boots where they are loaded: it copies others to a place of its own. */
    readonly stays?: Stays;
    readonly line: number;
  };
  /** What is not known for want of a variable or a number, and what was ignored: one sentence each, with its line. */
  readonly unclear: readonly { readonly line: number; readonly because: string }[];
  /** What has no part in this boot, one clause each: other entries of a menu, unknown keywords. */
  readonly ignored?: readonly { readonly line: number; readonly because: string }[];
  /** Xen's command line, where the file gives it to Xen itself. */
  readonly xenCommandLine?: { readonly text: string; readonly line: number };
  /** The RAM that `fdt memory` writes. */
  readonly memory?: { readonly start: bigint; readonly end: bigint; readonly line: number };
  /** The file of dom0's kernel, where no address of it is known. */
  readonly dom0Kernel?: { readonly file: string; readonly line: number };
}

/** By the last address to which U-Boot may copy the initrd and the DTB (`initrd_high`, `fdt_high`): all ones say not to. */
export interface Stays {
  readonly kernel: boolean;
  readonly initrd: bigint | undefined;
  readonly dtb: bigint | undefined;
}
