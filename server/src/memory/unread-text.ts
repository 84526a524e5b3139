// Text of a board that was not read: it may define any node, property, label or macro, so nothing of the tree is known.

import type { Span } from '../text/span.ts';

export type UnreadText = {
  /** As it is written, or the name of the file when it is `no-board`. */
  readonly path: string;
  /** The `#include` that names it; for `no-board` the beginning of the file. */
  readonly at: Span;
} & (
  | {
      readonly because: 'missing' | 'unreadable' | 'too-large';
      /** Who would include it: only what cpp includes may define macros. */
      readonly by: 'cpp' | 'dtc';
    }
  /** The file is only a part of boards, and none is known that includes it. */
  | { readonly because: 'no-board' }
);

/** A clause, such as "soc.dtsi is missing". */
export function wordUnreadText({ path, because }: UnreadText): string {
  switch (because) {
    case 'missing':
      return `${path} is missing`;
    case 'unreadable':
      return `${path} cannot be read`;
    case 'too-large':
      return `${path} is too large to be read`;
    case 'no-board':
      return `no board that includes ${path} is known`;
  }
}
