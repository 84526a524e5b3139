// Reads back the SARIF that print-findings-sarif.ts writes, so that the results of shards can be joined.

import type { Severity } from '../rules/finding.ts';
import type { TargetLine } from '../rules/target-lines.ts';
import { fileIdOf } from '../text/file-id.ts';
import type { JsonFinding, JsonFix, JsonReport } from './json-finding.ts';
import type { JsonPlace } from './places.ts';
import { sarifTrailer, unescapeLinks } from './print-findings-sarif.ts';

/** A result of `check` in either format, read back. */
export interface ReadReport {
  readonly format: 'json' | 'sarif';
  readonly files: readonly string[];
  readonly failures: JsonReport['failures'];
  readonly facts: JsonReport['facts'];
  readonly findings: readonly JsonFinding[];
}

interface Location {
  readonly uri: string;
  readonly uriBaseId?: string;
}

interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

interface Physical {
  readonly artifactLocation: Location;
  readonly region: Region;
}

interface Result {
  readonly ruleId: string;
  readonly message: { readonly text: string };
  readonly locations: readonly { readonly physicalLocation: Physical }[];
  readonly relatedLocations?: readonly {
    readonly message: { readonly text: string };
    readonly physicalLocation: Physical;
  }[];
  readonly fixes?: readonly {
    readonly description: { readonly text: string };
    readonly properties?: { readonly safe?: boolean };
    readonly artifactChanges: readonly {
      readonly artifactLocation: Location;
      readonly replacements: readonly {
        readonly deletedRegion: Region;
        readonly insertedContent: { readonly text: string };
      }[];
    }[];
  }[];
  readonly properties: {
    readonly severity: Severity;
    readonly targets: readonly string[];
    readonly boards?: readonly string[];
    readonly log?: readonly TargetLine[];
  };
}

interface Notification {
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: Location };
  }[];
}

interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string } };
    readonly artifacts?: readonly { readonly location: Location }[];
    readonly invocations?: readonly {
      readonly toolExecutionNotifications: readonly Notification[];
    }[];
    readonly results: readonly Result[];
  }[];
}

/** The findings in a SARIF log of dtmap; undefined when it is of another tool or damaged. */
export function readSarif(value: unknown): ReadReport | undefined {
  const log = value as Log;
  try {
    if (log.version !== '2.1.0' || log.runs.some(({ tool }) => tool.driver.name !== 'dtmap'))
      return undefined;
    return {
      format: 'sarif',
      files: log.runs.flatMap(({ artifacts }) =>
        (artifacts ?? []).map(({ location }) => fileOf(location)),
      ),
      failures: log.runs.flatMap(({ invocations }) =>
        (invocations ?? []).flatMap(({ toolExecutionNotifications }) =>
          toolExecutionNotifications.map(failureOf),
        ),
      ),
      // SARIF has no place for them.
      facts: {},
      findings: log.runs.flatMap(({ results }) => results.map(findingOf)),
    };
  } catch (error) {
    // A field that is not there: the file is not one this program wrote.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function failureOf({ message, locations }: Notification): JsonReport['failures'][number] {
  return {
    file: locations.map(({ physicalLocation }) => fileOf(physicalLocation.artifactLocation)).join(),
    because: unescapeLinks(message.text),
  };
}

function findingOf(result: Result): JsonFinding {
  const { severity, targets, boards = [], log } = result.properties;
  const at = jsonPlaceOf(result.locations[0] as { physicalLocation: Physical });
  const text = unescapeLinks(result.message.text);
  const trailer = sarifTrailer({ targets, ...(log === undefined ? {} : { log }) });
  return {
    rule: result.ruleId,
    severity,
    message: text.endsWith(trailer) ? text.slice(0, text.length - trailer.length) : text,
    at,
    board: boards[0] ?? at.file,
    ...(boards.length > 1 ? { boards } : {}),
    related: (result.relatedLocations ?? []).map((related) => ({
      message: unescapeLinks(related.message.text),
      at: jsonPlaceOf(related),
    })),
    targets,
    ...(log === undefined ? {} : { log }),
    fixes: (result.fixes ?? []).map(fixOf),
  };
}

function fixOf(fix: NonNullable<Result['fixes']>[number]): JsonFix {
  return {
    title: unescapeLinks(fix.description.text),
    safe: fix.properties?.safe === true,
    edits: fix.artifactChanges.flatMap(({ artifactLocation, replacements }) =>
      replacements.map(({ deletedRegion, insertedContent }) => ({
        at: place(artifactLocation, deletedRegion),
        text: insertedContent.text,
      })),
    ),
  };
}

function jsonPlaceOf({ physicalLocation }: { physicalLocation: Physical }): JsonPlace {
  return place(physicalLocation.artifactLocation, physicalLocation.region);
}

function place(location: Location, region: Region): JsonPlace {
  return {
    file: fileOf(location),
    line: region.startLine,
    column: region.startColumn,
    endLine: region.endLine,
    endColumn: region.endColumn,
  };
}

function fileOf({ uri }: Location): string {
  return uri.startsWith('file:') ? fileIdOf(uri) : decodeURIComponent(uri);
}
