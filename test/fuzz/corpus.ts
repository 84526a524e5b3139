// What fuzzing starts from: the fixtures, as texts.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const fixtures = path.resolve(import.meta.dirname, '../fixtures');

/** Texts of the fixtures whose path fits, in a fixed order; long ones are left out since most of a long text is not what counts. */
export function corpusOf(fits: RegExp, longest = 6000): string[] {
  return readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll(path.sep, '/'))
    .filter((name) => fits.test(name))
    .sort()
    .map((name) => readFileSync(path.join(fixtures, name), 'latin1'))
    .filter((text) => text.length <= longest);
}
