// Reads how GRUB starts Xen on Arm (grub-core/loader/arm64/xen_boot.c): xen_hypervisor, xen_module and devicetree of an entry.

import type { BootScript } from './boot-script.ts';
import type { ScriptStatement } from './write-script-tree.ts';

/** The commands, and what GRUB's configurations for x86 and old ones for Arm call them. */
const COMMANDS: Readonly<Record<string, 'xen' | 'module' | 'devicetree'>> = {
  xen_hypervisor: 'xen',
  multiboot: 'xen',
  multiboot2: 'xen',
  xen_module: 'module',
  module: 'module',
  module2: 'module',
  devicetree: 'devicetree',
};

/** Whether a text is a GRUB configuration that starts Xen. */
export function isGrubConfig(text: string): boolean {
  return /^[ \t]*(?:xen_hypervisor|multiboot2?)[ \t]+\S/m.test(text);
}

interface Entry {
  readonly title: string;
  /** From 1; 0 for commands outside an entry. */
  readonly line: number;
  readonly commands: {
    readonly name: 'xen' | 'module' | 'devicetree';
    readonly words: readonly string[];
    readonly line: number;
  }[];
}

/** What the default entry, or the first that starts Xen, gives to Xen. Where GRUB puts the files is known to GRUB alone. */
export function readGrubConfig(text: string): BootScript {
  const { entries, wanted, variables } = readEntries(text);
  const startsXen = (entry: Entry | undefined): boolean =>
    entry?.commands.some(({ name }) => name === 'xen') ?? false;
  const named = entries.filter(({ line }) => line > 0);
  const asked = named.find(({ title }, at) => title === wanted || String(at) === wanted);
  const chosen = startsXen(asked) ? asked : entries.find(startsXen);
  const ignored = entries
    .filter((entry) => entry !== chosen && startsXen(entry))
    .map(({ line, title }) => ({
      line,
      because: `"${title}" is not read: "${chosen?.title ?? ''}" is the entry that boots`,
    }));
  const statements: ScriptStatement[] = [];
  const unclear: { line: number; because: string }[] = [];
  const set = (path: string, name: string, value: string, line: number): void => {
    statements.push({ kind: 'property', path, name, value, line });
  };
  const setUnknown = (
    path: string,
    name: string,
    known: string,
    because: string,
    line: number,
  ): void => {
    statements.push({
      kind: 'unknown-property',
      path,
      name,
      cells: [],
      text: known,
      because,
      line,
    });
  };
  const setArguments = (path: string, words: readonly string[], line: number): void => {
    const unknown = unknownIn(words);
    if (unknown === undefined) set(path, 'bootargs', JSON.stringify(words.join(' ')), line);
    else {
      const because = `${unknown} has no value that is known`;
      unclear.push({ line, because: `bootargs of ${path} is unknown: ${because}` });
      setUnknown(path, 'bootargs', words.join(' ').replaceAll(VARIABLE, ''), because, line);
    }
  };
  const expansion = new Expansion(variables);
  let modules = 0;
  let kernel: BootScript['dom0Kernel'];
  for (const { name, words, line } of chosen?.commands ?? []) {
    const [file, ...rest] = words
      .filter((word) => word !== '--nounzip')
      .map((word) => expansion.of(word))
      .filter((word) => word !== '');
    if (file === undefined) unclear.push({ line, because: 'a file name is missing' });
    if (file === undefined || name === 'devicetree') continue;
    if (name === 'xen') {
      set('/chosen', '#address-cells', '<2>', line);
      set('/chosen', '#size-cells', '<2>', line);
      setArguments('/chosen', rest, line);
      continue;
    }
    const path = `/chosen/module-${modules++}`;
    kernel ??= { file, line };
    statements.push({ kind: 'node', path, line });
    set(path, 'compatible', '"multiboot,module"', line);
    if (rest.length > 0) setArguments(path, rest, line);
    setUnknown(path, 'reg', '', 'GRUB chooses the address', line);
  }
  return {
    statements,
    loads: [],
    overlays: [],
    boot: { efi: true, line: chosen?.commands.find(({ name }) => name === 'xen')?.line ?? 1 },
    ...(kernel ? { dom0Kernel: kernel } : {}),
    unclear,
    ignored,
  };
}

const VARIABLE = /\$(?:\{[\w?*@#]+\}|\w+)/g;

/** UTF-16 units that variables put into one file, together: more than any has. */
const MOST_EXPANDED = 1 << 16;

/** Puts in the variables whose value is known. */
class Expansion {
  readonly #variables: ReadonlyMap<string, string | undefined>;
  #length = 0;

  constructor(variables: ReadonlyMap<string, string | undefined>) {
    this.#variables = variables;
  }

  /** A word with its variables; those that make the file too long stay as they are. */
  of(word: string): string {
    return word.replaceAll(VARIABLE, (reference) => {
      const value = this.#variables.get(reference.replace(/[^\w]/g, ''));
      if (value === undefined || this.#length + value.length > MOST_EXPANDED) return reference;
      this.#length += value.length;
      return value;
    });
  }
}

/** The first variable that is left in words. */
function unknownIn(words: readonly string[]): string | undefined {
  return words.flatMap((word) => word.match(VARIABLE) ?? [])[0];
}

function readEntries(text: string): {
  readonly entries: readonly Entry[];
  readonly wanted: string | undefined;
  /** Those that are set to one value only, whichever way the script takes; undefined for others. */
  readonly variables: ReadonlyMap<string, string | undefined>;
} {
  let entry: Entry = { title: '', line: 0, commands: [] };
  const entries = [entry];
  const variables = new Map<string, string | undefined>();
  let wanted: string | undefined;
  /** The line begun before, which a backslash goes on with. */
  let before = '';
  let begun = 0;
  for (const [index, source] of text.split(/\r?\n/).entries()) {
    if (before === '') begun = index + 1;
    if (source.endsWith('\\')) {
      before += `${source.slice(0, -1)} `;
      continue;
    }
    const [name = '', ...words] = wordsOf(before + source);
    before = '';
    const command = COMMANDS[name];
    if (name === 'menuentry') {
      entry = { title: words[0] ?? '', line: begun, commands: [] };
      entries.push(entry);
    } else if (name === '}') {
      entry = entries[0] ?? entry;
    } else if (name === 'set' || ASSIGNMENT.test(name)) {
      const [, variable = '', value = ''] = ASSIGNMENT.exec(words[0] ?? name) ?? [];
      const isOther = variables.has(variable) && variables.get(variable) !== value;
      variables.set(variable, isOther || value.includes('$') ? undefined : value);
      // Where there is a saved entry, it is set before the one that counts otherwise.
      if (variable === 'default' && !value.includes('$')) wanted = value;
    } else if (command) entry.commands.push({ name: command, words, line: begun });
  }
  return { entries, wanted, variables };
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

/** The words of a line of GRUB's shell up to a comment or `;`, without their quotes. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (quote === '"' && character === '\\' && /["\\$]/.test(line.charAt(at + 1)))
        word += line.charAt(++at);
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character.trim() === '' || character === ';') {
      if (word !== undefined) words.push(word);
      word = undefined;
      if (character === ';') return words;
    } else if (character === '#' && word === undefined) return words;
    else if (character === '\\') word = (word ?? '') + line.charAt(++at);
    else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}
