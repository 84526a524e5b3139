// The sentence for an address that could not be worked out.

import type { Unknown } from '../addresses/decoded.ts';

/** A clause that follows "its addresses are unknown:". */
export function wordUnknown(because: Unknown): string {
  switch (because.code) {
    case 'reg-length':
      return `reg is ${because.bytes} bytes long, which is no multiple of its ${because.tuple}-byte entries`;
    case 'cells-out-of-range':
      return `${because.property} is ${because.value}`;
    case 'not-translatable':
      return `${because.bus} does not translate it to a CPU address`;
    case 'size-zero':
      return 'its size is 0: firmware fills it in';
    case 'no-reg':
      return 'it has no reg';
    case 'set-by-loader':
      return 'the boot script sets reg to a value that is not known';
    case 'dynamic':
      return 'the kernel chooses its place when it boots';
  }
}
