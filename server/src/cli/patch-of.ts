// A change of one file as `patch -p1` takes it.

import { createTwoFilesPatch } from 'diff';

/** A unified diff between two texts of the file that is called `name`. */
export function patchOf(name: string, before: string, after: string): string {
  return createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after).replace(/^=+\n/, '');
}
