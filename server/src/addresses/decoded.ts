// A value that may be unknown, with the reason.

/** Why an address could not be worked out. */
export type Unknown =
  | { readonly code: 'reg-length'; readonly bytes: number; readonly tuple: number }
  | { readonly code: 'cells-out-of-range'; readonly property: string; readonly value: number }
  | { readonly code: 'not-translatable'; readonly bus: string }
  | { readonly code: 'size-zero' }
  | { readonly code: 'no-reg' }
  | { readonly code: 'set-by-loader' }
  | { readonly code: 'dynamic' };

export type Decoded<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly because: Unknown };

export function known<T>(value: T): Decoded<T> {
  return { known: true, value };
}

export function unknown(because: Unknown): Decoded<never> {
  return { known: false, because };
}
