// Reads `dtmap.json`: what a folder of boards says about how its boards are checked.

import * as v from 'valibot';
import {
  plainObject,
  readFields,
  readText,
  type JsonFault,
  type ReadFields,
  type ReadText,
} from './read-json.ts';
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

/** What of a `dtmap.json` can be used, and what is wrong with the rest. */
export function readProjectPart(text: string): {
  readonly value: Project;
  readonly faults: readonly JsonFault[];
} {
  const read = readProject(text);
  if (read.ok) return { value: read.value, faults: [] };
  const fields = readProjectFields(withoutFields(read.raw, read.faults));
  return { value: fields.ok ? fields.value : {}, faults: read.faults };
}

/** Fields of which one entry may be wrong without the others. */
const TABLES: ReadonlySet<string> = new Set(['defines', 'severity']);

function withoutFields(value: unknown, faults: readonly JsonFault[]): unknown {
  if (typeof value !== 'object' || value === null) return {};
  const kept: Record<string, unknown> = { ...value };
  for (const { path } of faults) {
    const [field = '', entry] = path;
    const table = kept[field];
    if (!TABLES.has(field) || entry === undefined || typeof table !== 'object') delete kept[field];
    else
      kept[field] = Object.fromEntries(
        Object.entries(table ?? {}).filter(([name]) => name !== entry),
      );
  }
  return kept;
}

function readProjectFields(value: unknown): ReadFields<Project> {
  const fields = readFields(project, value);
  const given = (value as Partial<Project> | null)?.bootProfile;
  if (typeof given !== 'object') return fields;
  const inner = readProfileFields(given);
  if (inner.ok) return fields;
  const below = (path: readonly string[]): readonly string[] => ['bootProfile', ...path];
  const faults = inner.faults.map((fault) => ({
    ...fault,
    path: below(fault.path),
    ...(fault.other && { other: below(fault.other) }),
  }));
  // What is no object at all has been said.
  const own = fields.ok ? [] : fields.faults;
  const isSaid = own.some(({ path }) => path[0] === 'bootProfile');
  return { ok: false, faults: isSaid ? own : [...own, ...faults] };
}
