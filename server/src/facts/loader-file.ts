// A file that the boot loader puts into memory.

import type { DeviceTree } from '../tree/device-tree.ts';

export interface LoaderFile {
  /** Where it is loaded. */
  readonly address: bigint;
  /** Bytes of the file; absent when it is not there. */
  readonly size?: bigint;
  /** What the script boots it as. `xen` is what the boot command starts: Xen, or Linux where the tree is not for Xen. */
  readonly role: 'xen' | 'initrd' | 'dtb' | 'file';
  /** What it holds when it is a guest's partial tree, and it is loaded on every boot. */
  readonly tree?: DeviceTree;
  /**
   * Set when it is known that the boot loader leaves it there until the kernel starts: always, or where addresses have 32
   * bits. U-Boot moves an initrd and a DTB as it likes unless `initrd_high` and `fdt_high` say no.
   */
  readonly stays?: 'always' | 'with-32-bits';
}
