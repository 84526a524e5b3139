// Unpacks what is compressed inside of an image.

import { inflateRawSync } from 'node:zlib';
import type { Inflate } from '../inputs/read-xen-image.ts';

/** The bytes that raw deflated data stands for, at most so many; undefined when it is none. */
export const inflate: Inflate = (bytes, most) => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: most });
  } catch {
    // Whatever is wrong with it, it is nothing that can be read.
    return undefined;
  }
};
