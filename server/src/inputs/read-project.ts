// Reads `dtmap.json`: what a folder of boards says about how its boards are checked.

import * as v from 'valibot';
import { plainObject, readFields, readText, type ReadFields, type ReadText } from './read-json.ts';
import { readProfileFields } from './read-profile.ts';
import { severities, type Severities } from './read-severities.ts';

const texts = v.array(v.string('must be a string'), 'must be a list of strings');

const project = v.pipe(
  plainObject(),
  v.strictObject({
    $schema: v.exactOptional(v.string('must be a string')),
    extends: v.exactOptional(v.union([v.string(), texts], 'must be a path or a list of paths')),
    includePaths: v.exactOptional(texts),
    defines: v.exactOptional(
      v.pipe(
        plainObject('must be an object of strings'),
        v.record(v.string(), v.string('must be a string')),
      ),
    ),
    targets: v.exactOptional(texts),
    overlays: v.exactOptional(texts),
    guests: v.exactOptional(texts),
    bootProfile: v.exactOptional(
      v.union(
        [v.string(), v.pipe(plainObject(), v.record(v.string(), v.unknown()))],
        'must be an object or the path of a JSON file',
      ),
    ),
    bootScript: v.exactOptional(v.string('must be a path')),
    severity: v.exactOptional(severities),
    maxWarnings: v.exactOptional(
      v.pipe(
        v.number('must be a whole number'),
        v.integer('must be a whole number'),
        v.minValue(0, 'must not be negative'),
      ),
    ),
    baseline: v.exactOptional(v.string('must be a path')),
    bindings: v.exactOptional(
      v.pipe(
        plainObject('must be an object with dir'),
        v.strictObject({ dir: v.exactOptional(v.string('must be a path')) }),
      ),
    ),
  }),
);

/** One `dtmap.json` as written; paths are relative to its folder. */
export interface Project {
  readonly extends?: string | readonly string[];
  readonly includePaths?: readonly string[];
  readonly defines?: Readonly<Record<string, string>>;
  /** `xen:4.18`, `linux:6.12`. */
  readonly targets?: readonly string[];
  readonly overlays?: readonly string[];
  /** xl configurations and partial trees of guests. */
  readonly guests?: readonly string[];
  /** A boot profile, or the path of one. */
  readonly bootProfile?: string | Readonly<Record<string, unknown>>;
  /** An ImageBuilder configuration, a U-Boot script or a U-Boot environment. */
  readonly bootScript?: string;
  readonly severity?: Severities;
  readonly maxWarnings?: number;
  readonly baseline?: string;
  /** The folder of bindings that nodes are checked against. */
  readonly bindings?: { readonly dir?: string };
}

/** The settings in the text of a `dtmap.json`, the boot profile in it included. */
export function readProject(text: string): ReadText<Project> {
  return readText(text, readProjectFields);
}

function readProjectFields(value: unknown): ReadFields<Project> {
  const fields = readFields(project, value);
  if (!fields.ok || typeof fields.value.bootProfile !== 'object') return fields;
  const inner = readProfileFields(fields.value.bootProfile);
  if (inner.ok) return fields;
  const below = (path: readonly string[]): readonly string[] => ['bootProfile', ...path];
  const faults = inner.faults.map((fault) => ({
    ...fault,
    path: below(fault.path),
    ...(fault.other && { other: below(fault.other) }),
  }));
  return { ok: false, faults };
}
