// The page: what Xen and Linux count memory in.

/** Bytes of a page, for addresses. */
export const PAGE_SIZE = 4096n;

/** Bytes of a page, for sizes that are numbers. */
export const PAGE_SIZE_NUMBER = 4096;

/** The number of the frame that holds `address`: its MFN, or GFN where it is a guest's. */
export function frameOf(address: bigint): bigint {
  return address / PAGE_SIZE;
}
