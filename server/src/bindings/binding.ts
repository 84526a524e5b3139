// One binding, read and expanded.

import type { FileId } from '../text/span.ts';
import type { CompiledSchema } from './compiled-schema.ts';

/** A binding that was read. */
export interface Binding {
  readonly file: FileId;
  /** `http://devicetree.org/schemas/…`, without `#`. */
  readonly id: string;
  readonly schema: CompiledSchema;
}
