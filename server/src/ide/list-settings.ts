// Every setting that holds for a board, and where it comes from: for whoever wonders why something is found or not.

import type { BootProfile } from '../facts/boot-profile.ts';
import type { LoadedProject, SettingPlace } from '../inputs/load-project.ts';
import { defaultTargets } from '../systems/targets.ts';
import type { FileId } from '../text/span.ts';

/** What was chosen for this run, or in this editor: it wins over `dtmap.json`. */
export interface ChosenSettings {
  /** Empty when none were chosen. */
  readonly targets: readonly string[];
  readonly includePaths: readonly FileId[];
  readonly defines: readonly (readonly [string, string])[];
  readonly overlays: readonly FileId[];
  readonly guests: readonly FileId[];
  readonly bootScripts: readonly FileId[];
  readonly profile: BootProfile;
  readonly severity: readonly (readonly [string, string])[];
  readonly maxWarnings?: number | undefined;
  readonly baseline?: FileId | undefined;
}

/** One setting. */
export interface ListedSetting {
  /** `targets`, `severity.reg-length`, `bootProfile.xen.address`. */
  readonly name: string;
  readonly value: string;
  /** A place in a JSON file, or who said it. */
  readonly from: 'default' | 'chosen' | SettingPlace;
}

/** The settings of a board in the order of server/docs/json.md; files as `shown` names them. */
export function listSettings(
  project: LoadedProject | undefined,
  chosen: ChosenSettings,
  shown: (file: FileId) => string,
): readonly ListedSetting[] {
  const place = (name: string): ListedSetting['from'] => project?.places.get(name) ?? 'default';
  const files = (name: string, own: readonly FileId[], given: readonly FileId[]) => [
    ...given.map((file): ListedSetting => ({ name, value: shown(file), from: 'chosen' })),
    ...own.map((file): ListedSetting => ({ name, value: shown(file), from: place(name) })),
  ];
  const table = (
    name: string,
    own: Readonly<Record<string, string>> = {},
    given: readonly (readonly [string, string])[],
  ): ListedSetting[] => {
    const chosenHere = new Map(given);
    const all = new Map([...Object.entries(own), ...given]);
    return [...all].map(([key, value]) => ({
      name: `${name}.${key}`,
      value,
      from: chosenHere.has(key) ? 'chosen' : place(`${name}.${key}`),
    }));
  };
  const targets = chosen.targets.length > 0 ? chosen.targets : (project?.targets ?? defaultTargets);
  const { bootScript, maxWarnings, baseline, profileSource } = project ?? {};
  const ownScripts = bootScript === undefined ? [] : [bootScript];
  const scripts = chosen.bootScripts.length > 0 ? [] : ownScripts;
  const mostWarnings = chosen.maxWarnings ?? maxWarnings;
  const recorded = chosen.baseline ?? baseline;
  return [
    {
      name: 'targets',
      value: targets.join(', '),
      from: chosen.targets.length > 0 ? 'chosen' : place('targets'),
    },
    ...files('includePaths', project?.includePaths ?? [], chosen.includePaths),
    ...table('defines', project?.defines, chosen.defines),
    ...files('overlays', project?.overlays ?? [], chosen.overlays),
    ...files('guests', project?.guests ?? [], chosen.guests),
    ...files('bootScript', scripts, chosen.bootScripts),
    ...profileRows(project?.bootProfile ?? {}, chosen.profile, profileSource),
    ...table('severity', project?.severity, chosen.severity),
    ...(mostWarnings === undefined
      ? []
      : [
          {
            name: 'maxWarnings',
            value: String(mostWarnings),
            from: chosen.maxWarnings === undefined ? place('maxWarnings') : ('chosen' as const),
          },
        ]),
    ...(recorded === undefined
      ? []
      : [
          {
            name: 'baseline',
            value: shown(recorded),
            from: chosen.baseline === undefined ? place('baseline') : ('chosen' as const),
          },
        ]),
  ];
}

/** The fields of a boot profile; a field that was chosen replaces the whole one of `dtmap.json`. */
function profileRows(
  own: BootProfile,
  chosen: BootProfile,
  source: SettingPlace | undefined,
): ListedSetting[] {
  const given = new Set(Object.keys(chosen));
  return Object.entries({ ...own, ...chosen }).flatMap(([field, value]) =>
    leavesOf([field], value).map(([path, text]): ListedSetting => ({
      name: `bootProfile.${path.join('.')}`,
      value: text,
      from:
        given.has(field) || !source
          ? 'chosen'
          : { file: source.file, within: [...source.within, ...path] },
    })),
  );
}

/** The values inside of a value, each with its path; addresses as hexadecimal numbers. */
function leavesOf(
  path: readonly string[],
  value: unknown,
): (readonly [readonly string[], string])[] {
  if (typeof value === 'bigint') return [[path, `0x${value.toString(16)}`]];
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, each]) => leavesOf([...path, name], each));
}
