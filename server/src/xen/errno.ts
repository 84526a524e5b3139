// The error numbers Xen's handlers return, negative as they are printed.

export const ENOENT = -2;
export const EINVAL = -22;
export const ENOSPC = -28;
export const ERANGE = -34;
