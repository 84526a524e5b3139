// Why Xen keeps a range out of its heap.

export type XenReservedKind =
  'memreserve' | 'reserved-memory' | 'static-mem' | 'static-heap' | 'shared-mem';
