// The bindings of a folder of the disk, with dtschema's own.

import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { BindingIndex, type CoreSchemas } from '../../server/src/bindings/binding-index.ts';
import type { Bindings } from '../../server/src/bindings/bindings.ts';
import { isBindingName } from '../../server/src/bindings/find-bindings.ts';

const core = join(import.meta.dirname, '../../server/dtschema');

/** dtschema's own schemas as the build packs them. */
export function coreSchemas(): CoreSchemas {
  return Object.fromEntries(
    filesBelow(core).map((name) => [
      name.replaceAll(sep, '/'),
      readFileSync(join(core, name), 'utf8'),
    ]),
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => isBindingName(name))
    .sort();
}

/** The bindings in `folder`. */
export function readBindings(folder: string): Bindings {
  const index = new BindingIndex(coreSchemas());
  const listed = filesBelow(folder).map((name) => ({ file: join(folder, name), stamp: '' }));
  for (const each of listed) index.add(each, readFileSync(each.file, 'utf8'));
  return index.bindings(folder, listed);
}
