// Reads extlinux.conf as U-Boot's `sysboot` does (boot/pxe_utils.c): the files of the entry that boots by default.

import type { BootScript, ScriptLoad } from './boot-script.ts';
import type { Environment } from './read-boot-script.ts';
import type { ScriptStatement } from './write-script-tree.ts';

/** Whether a text is an extlinux.conf: it has an entry that boots something. */
export function isExtlinux(text: string): boolean {
  return /^[ \t]*label[ \t]+\S/im.test(text) && /^[ \t]*(?:linux|kernel)[ \t]+\S/im.test(text);
}

interface Line {
  /** In lower case. */
  readonly keyword: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

interface Entry {
  readonly name: string;
  readonly line: number;
  readonly fields: ReadonlyMap<string, Line>;
  readonly isMenuDefault: boolean;
}

/** Keywords of an entry, by the names under which they are kept here. */
const FIELDS: Readonly<Record<string, string>> = {
  kernel: 'linux',
  linux: 'linux',
  append: 'append',
  initrd: 'initrd',
  fdt: 'fdt',
  devicetree: 'fdt',
  fdtdir: 'fdtdir',
  devicetreedir: 'fdtdir',
  fdtoverlays: 'fdtoverlays',
  'devicetree-overlay': 'fdtoverlays',
  localboot: 'localboot',
};
/** Keywords without effect on memory: inside an entry, and outside of all. */
const PLAIN_INSIDE: ReadonlySet<string> = new Set(['menu', 'ipappend', 'kaslrseed']);
const PLAIN_OUTSIDE: ReadonlySet<string> = new Set(['menu', 'timeout', 'prompt', 'fallback']);

/** A file that a menu includes, whose line N is line `start` + N. */
export interface IncludedMenu {
  readonly text: string;
  readonly start: number;
}

/** Finds an included file by the name in the menu; undefined when it is not there. */
export type FindMenu = (file: string) => IncludedMenu | undefined;

/** The files that a menu includes itself, as it names them. */
export function menusIncludedBy(text: string): readonly string[] {
  return linesOf(text, () => undefined).flatMap((line) => includedFile(line) ?? []);
}

/**
 * What the default entry loads and boots, at the addresses that `environment` has for U-Boot's variables. Entries of included
 * files stand where they are included.
 */
export function readExtlinux(
  text: string,
  environment: Environment,
  findMenu: FindMenu = () => undefined,
): BootScript {
  const ignored: { line: number; because: string }[] = [];
  const { entries, wanted } = readEntries(linesOf(text, findMenu), findMenu, ignored);
  const named = wanted && entries.find(({ name }) => name === wanted.value);
  const chosen = named ?? entries.find(({ isMenuDefault }) => isMenuDefault) ?? entries[0];
  if (wanted && !named)
    ignored.push({ line: wanted.line, because: `default ${wanted.value}: no entry has this name` });
  for (const { name, line } of entries)
    if (name !== chosen?.name)
      ignored.push({ line, because: `only the default entry ${chosen?.name ?? ''} is read` });
  return { ...bootEntry(chosen, environment), ignored };
}

function readEntries(
  lines: readonly Line[],
  findMenu: FindMenu,
  ignored: { line: number; because: string }[],
): { readonly entries: readonly Entry[]; readonly wanted: Line | undefined } {
  const entries: Entry[] = [];
  let wanted: Line | undefined;
  let fields: Map<string, Line> | undefined;
  for (const each of lines) {
    const { keyword, value, line } = each;
    const field = FIELDS[keyword];
    const included = includedFile(each);
    if (included !== undefined) {
      if (!findMenu(included))
        ignored.push({ line, because: `${included}, which it includes, is not there` });
      fields = undefined;
    } else if (keyword === 'label') {
      fields = new Map();
      entries.push({ name: value, line, fields, isMenuDefault: false });
    } else if (fields && field !== undefined) {
      // The first counts, but for the command line: U-Boot takes that of the last.
      if (field === 'append' || !fields.has(field)) fields.set(field, each);
    } else if (fields && keyword === 'menu' && /^default\b/i.test(value)) {
      const last = entries.pop();
      if (last) entries.push({ ...last, isMenuDefault: true });
    } else if (!fields || !PLAIN_INSIDE.has(keyword)) {
      if (keyword === 'default' || keyword === 'ontimeout') wanted = each;
      else if (!PLAIN_OUTSIDE.has(keyword))
        ignored.push({
          line,
          because:
            field === undefined
              ? `U-Boot does not know the keyword ${keyword}`
              : `${keyword} outside an entry: a keyword that belongs to no entry ended it`,
        });
      fields = undefined;
    }
  }
  return { entries, wanted };
}

/** U-Boot: MAX_NEST_LEVEL. */
const DEEPEST = 16;
/** Files that are included: a few that include each other twice would be of any number. */
const MOST_INCLUDES = 64;

/** The lines of a menu, with those of included files behind the line that includes them. */
function linesOf(text: string, findMenu: FindMenu): Line[] {
  const lines: Line[] = [];
  let includes = 0;
  const read = ({ text: own, start }: IncludedMenu, depth: number): void => {
    for (const [index, source] of own.split(/\r?\n/).entries()) {
      const content = source.trim();
      if (content === '' || content.startsWith('#')) continue;
      const blank = content.search(/\s/);
      const line: Line = {
        keyword: (blank < 0 ? content : content.slice(0, blank)).toLowerCase(),
        value: blank < 0 ? '' : content.slice(blank).trim(),
        line: start + index + 1,
      };
      lines.push(line);
      const file = includedFile(line);
      const found = file === undefined ? undefined : findMenu(file);
      if (!found || depth === DEEPEST || includes === MOST_INCLUDES) continue;
      includes++;
      read(found, depth + 1);
    }
  };
  read({ text, start: 0 }, 1);
  return lines;
}

/** The file of `include FILE` and `menu include FILE`. */
function includedFile({ keyword, value }: Line): string | undefined {
  const [first = '', second] = value.split(/\s+/);
  if (keyword === 'include') return first === '' ? undefined : first;
  return keyword === 'menu' && first.toLowerCase() === 'include' ? second : undefined;
}

function bootEntry(entry: Entry | undefined, environment: Environment): BootScript {
  const loads: ScriptLoad[] = [];
  const unclear: { line: number; because: string }[] = [];
  const statements: ScriptStatement[] = [];
  const load = (field: Line | undefined, variable: string): bigint | undefined => {
    if (!field) return undefined;
    const [file = ''] = field.value.split('#');
    const text = environment.get(variable)?.value ?? '';
    const address = /^(?:0x)?[0-9a-f]{1,16}$/i.test(text)
      ? BigInt(`0x${text.replace(/^0x/i, '')}`)
      : undefined;
    if (address === undefined)
      unclear.push({
        line: field.line,
        because: `the address of ${file} is unknown: \${${variable}} is not in the environment`,
      });
    else loads.push({ address, file, line: field.line });
    return address;
  };
  const field = (name: string): Line | undefined => entry?.fields.get(name);
  const linux = field('linux');
  const kernel = load(linux, 'kernel_addr_r');
  const initrd = load(field('initrd'), 'ramdisk_addr_r');
  const dtb = load(treeOf(entry, environment, unclear), 'fdt_addr_r');
  const append = field('append');
  if (append)
    statements.push({
      kind: 'property',
      path: '/chosen',
      name: 'bootargs',
      value: JSON.stringify(append.value),
      line: append.line,
    });
  const [, configuration] = linux?.value.split('#') ?? [];
  return {
    statements,
    loads,
    overlays: field('fdtoverlays')?.value.split(/\s+/).filter(Boolean) ?? [],
    ...(linux
      ? {
          boot: {
            ...(kernel === undefined ? {} : { kernel }),
            ...(initrd === undefined ? {} : { initrd }),
            ...(dtb === undefined ? {} : { dtb }),
            ...(configuration === undefined ? {} : { configuration }),
            efi: false,
            line: linux.line,
          },
        }
      : {}),
    unclear,
  };
}

/** The DTB of an entry: named, or in a folder by the name that the board has. */
function treeOf(
  entry: Entry | undefined,
  environment: Environment,
  unclear: { line: number; because: string }[],
): Line | undefined {
  const fdt = entry?.fields.get('fdt');
  const folder = entry?.fields.get('fdtdir');
  if (fdt || !folder) return fdt;
  const name = environment.get('fdtfile')?.value;
  if (name !== undefined) return { ...folder, value: `${folder.value.replace(/\/$/, '')}/${name}` };
  unclear.push({
    line: folder.line,
    because: 'the DTB is unknown: ${fdtfile} is not in the environment',
  });
  return undefined;
}
