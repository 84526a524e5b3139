// Every setting: its default and what it does. A test compares this table with package.json.

/** The settings below `dtmap.`; paths are relative to the workspace folder. */
export interface Settings {
  /** The systems a board is judged for: `xen:4.18`, `linux:6.12`; none to leave it to `dtmap.json`, and to the default. */
  readonly targets: readonly string[];
  /** Boot facts, or the path of a JSON file with them. */
  readonly bootProfile: unknown;
  /** Searched before the folders found by themselves. */
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  /** Overlays applied to a board, by the end of the board's path. */
  readonly overlays: Readonly<Record<string, readonly string[]>>;
  /** Severity by rule id; checked when it is used. */
  readonly severity: unknown;
  /** How plain facts are reported. */
  readonly hints: 'off' | 'hint' | 'information';
  /** What has the end and size of its range behind it. */
  readonly inlayHints: 'off' | 'memory' | 'all';
  readonly codeLenses: boolean;
  /** The folder of bindings; empty for that of the board's work tree, undefined for none. */
  readonly 'bindings.dir': string | undefined;
}

/** What holds when nobody chose. */
export const defaultSettings: Settings = {
  targets: [],
  bootProfile: null,
  includePaths: [],
  defines: {},
  overlays: {},
  severity: {},
  hints: 'hint',
  inlayHints: 'memory',
  codeLenses: true,
  'bindings.dir': '',
};

/** A board another devicetree extension was told about (`devicetree.contexts`). */
export interface ForeignContext {
  readonly dtsFile: string;
  readonly includePaths: readonly string[];
  readonly overlays: readonly string[];
}

/** What other devicetree extensions were told, as far as it concerns us too. */
export interface ForeignSettings {
  readonly contexts: readonly ForeignContext[];
  readonly includePaths: readonly string[];
}

/** The settings a client sent; a value of the wrong kind counts as not set. */
export function readSettings(sent: unknown): Settings {
  const given = asRecord(sent);
  const overlays: Record<string, readonly string[]> = {};
  for (const [board, list] of Object.entries(asRecord(given['overlays'])))
    overlays[board] = asStrings(list);
  const defines: Record<string, string> = {};
  for (const [name, body] of Object.entries(asRecord(given['defines'])))
    if (typeof body === 'string' || typeof body === 'number') defines[name] = String(body);
  const { hints } = given;
  return {
    targets: asStrings(given['targets']),
    bootProfile: given['bootProfile'] ?? null,
    includePaths: asStrings(given['includePaths']),
    defines,
    overlays,
    severity: given['severity'] ?? {},
    hints: hints === 'off' || hints === 'information' ? hints : defaultSettings.hints,
    inlayHints: readInlayHints(given['inlayHints']),
    codeLenses: given['codeLenses'] !== false,
    'bindings.dir': readBindings(asRecord(given['bindings'])['dir']),
  };
}

function readBindings(dir: unknown): string | undefined {
  if (dir === null) return undefined;
  return typeof dir === 'string' ? dir : '';
}

/** It was a switch before devices had hints of their own. */
function readInlayHints(given: unknown): Settings['inlayHints'] {
  if (given === false) return 'off';
  return given === 'off' || given === 'all' ? given : defaultSettings.inlayHints;
}

/** `devicetree.contexts` and `devicetree.defaultIncludePaths`, where another extension has them. */
export function readForeignSettings(sent: unknown): ForeignSettings {
  const given = asRecord(sent);
  const contexts = Array.isArray(given['contexts']) ? given['contexts'] : [];
  return {
    contexts: contexts.map(asRecord).flatMap((context) => {
      const dtsFile = context['dtsFile'];
      if (typeof dtsFile !== 'string') return [];
      return [
        {
          dtsFile,
          includePaths: asStrings(context['includePaths']),
          overlays: asStrings(context['overlays']),
        },
      ];
    }),
    includePaths: asStrings(given['defaultIncludePaths']),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function asStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
