// YAML as values.

import { load, YAMLException, CORE_SCHEMA } from 'js-yaml';

/** Why a text is no YAML, with its line from 1; 0 where it is not known. */
export interface YamlFault {
  readonly line: number;
  readonly because: string;
}

/** What a YAML text says; a fault when it is none. Nothing in it is run, and no type but those of JSON is made. */
export function readYaml(
  text: string,
): { readonly value: unknown } | { readonly fault: YamlFault } {
  try {
    return { value: load(text, { schema: CORE_SCHEMA }) };
  } catch (error) {
    if (error instanceof YAMLException) {
      const { reason, mark } = error as { reason?: string; mark?: { line?: number } };
      return { fault: { line: (mark?.line ?? -1) + 1, because: reason ?? 'not YAML' } };
    }
    // Nested deeper than the stack.
    if (error instanceof RangeError) return { fault: { line: 0, because: 'nested too deeply' } };
    throw error;
  }
}
