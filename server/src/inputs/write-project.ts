// A commented `dtmap.json` to begin with: every field, those that need a decision commented out.

import type { Project } from './read-project.ts';

/** A field with what it is for; `value` is an example, unless the field is one of those that are given. */
interface Field {
  readonly about: string;
  readonly value: unknown;
}

/** A field of the type that is not here does not compile. */
const FIELDS: Readonly<Record<Exclude<keyof Project, 'targets'>, Field>> = {
  extends: {
    about: 'Other files of this kind, whose settings apply before those of this one.',
    value: '../dtmap.json',
  },
  includePaths: {
    about: 'Folders searched for includes before the automatically detected ones (-I).',
    value: ['include'],
  },
  defines: { about: 'Macros defined before a board is read (-D).', value: { CONFIG_X: '1' } },
  overlays: { about: 'Overlays applied to the boards, in order.', value: ['camera.dtso'] },
  guests: { about: 'xl configurations and partial trees of guests.', value: ['domu.cfg'] },
  bootScript: {
    about: 'What boots the boards: a U-Boot script, ImageBuilder configuration, FIT image, …',
    value: 'boot.source',
  },
  bootProfile: {
    about: 'Boot facts that are in no file; dtmap facts BOARD says which matter.',
    value: { cpus: 4 },
  },
  severity: {
    about: 'Severities by rule: error, warning, information, hint, off, on.',
    value: { 'unit-address-mismatch': 'off' },
  },
  maxWarnings: { about: 'Warnings that still give exit status 0.', value: 0 },
  bindings: {
    about: 'Devicetree bindings that nodes are checked against; without it those of the work tree.',
    value: { dir: 'Documentation/devicetree/bindings' },
  },
  baseline: {
    about: 'Known findings, as dtmap check --write-baseline FILE writes them.',
    value: 'dtmap-baseline.json',
  },
};

/** The text for these targets, with a final newline. All that is commented out can be read once its `//` is taken away. */
export function writeProject(targets: readonly string[]): string {
  const fields = Object.entries(FIELDS).map(
    ([name, { about, value }]) => `
  // ${about}
  // "${name}": ${inOneLine(value)},
`,
  );
  // The last one is given: behind it stands no comma, whichever of the others are used.
  return `// Settings of dtmap for the boards in this folder and below; paths are relative to this file.
// The editor and the command line read it. server/docs/json.md of dtmap describes all fields.
{${fields.join('')}
  // Releases that boards are checked against.
  "targets": ${inOneLine(targets)}
}
`;
}

function inOneLine(value: unknown): string {
  return JSON.stringify(value, undefined, 1)
    .replace(/\n\s*/g, ' ')
    .replace(/\[ | \]/g, (found) => found.trim());
}
