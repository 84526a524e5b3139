// The pages of the kernel that is booted.

import { PAGE_SIZE } from '../addresses/page.ts';
import type { BootFacts } from './boot-facts.ts';

/** Bytes of a page: as given, else the 4 KiB that most kernels have. */
export function pageSizeOf(facts: BootFacts): bigint {
  const { value } = facts['kernel.pageSize'];
  return value === undefined ? PAGE_SIZE : BigInt(value);
}
