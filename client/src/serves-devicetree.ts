// Which other extensions serve the devicetree language: with two of them every name, format and outline would be there twice.

/** What is read of another extension. */
export interface OtherExtension {
  /** `publisher.name`, in any case. */
  readonly id: string;
  readonly manifest: unknown;
}

/** Extensions that are known to have a formatter, completion and names of devicetree source, in lower case. */
const known: ReadonlySet<string> = new Set([
  'nordic-semiconductor.nrf-devicetree',
  'kylemicallefbonnici.dts-lsp',
  'trond-snekvik.devicetree',
  'andy9a9.vscode-devicetree',
  'lscheller.ginko',
]);

/** Both are in use: some extensions for Zephyr call it `dts`. */
const languages: ReadonlySet<unknown> = new Set(['devicetree', 'dts']);

/** An extension that starts for more languages than this is a tool for all of them, such as a spelling checker. */
const MOST_LANGUAGES = 5;

/**
 * The name of the first extension that serves the language, by its id or by what its manifest says: it brings the language,
 * or starts for it, and has code that runs. One that only brings colours does not count. Undefined when there is none.
 */
export function servesDevicetree(extensions: Iterable<OtherExtension>): string | undefined {
  for (const { id, manifest } of extensions) {
    const read = asRecord(manifest);
    if (!known.has(id.toLowerCase()) && !seemsToServe(read)) continue;
    const { displayName } = read;
    // A name in another language stands behind a key in percent signs.
    return typeof displayName === 'string' && !/^%.*%$/.test(displayName) ? displayName : id;
  }
  return undefined;
}

function seemsToServe(manifest: Readonly<Record<string, unknown>>): boolean {
  if (typeof manifest['main'] !== 'string' && typeof manifest['browser'] !== 'string') return false;
  const brought = asList(asRecord(manifest['contributes'])['languages']);
  // What belongs to the name of a language, such as its icon, is no sign: the rules of the language are.
  if (brought.map(asRecord).some(({ id, configuration }) => languages.has(id) && configuration))
    return true;
  const starting = asList(manifest['activationEvents']).flatMap((event) =>
    typeof event === 'string' && event.startsWith('onLanguage:') ? [event.slice(11)] : [],
  );
  return starting.length <= MOST_LANGUAGES && starting.some((language) => languages.has(language));
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
