// Reads the configuration of Xen's EFI loader (xen.cfg) as the loader does (Xen: common/efi/boot.c, pre_parse and get_value).

import { stringsOf, walkNodes, type DeviceTree } from '../tree/device-tree.ts';
import type { BootScript } from './boot-script.ts';
import type { ScriptStatement } from './write-script-tree.ts';

interface Item {
  readonly name: string;
  readonly value: string;
  /** Undefined before the first section. */
  readonly section: string | undefined;
  /** From 1. */
  readonly line: number;
}

/** What the loader asks for; video and ucode are of x86. */
const KNOWN: ReadonlySet<string> = new Set([
  'kernel',
  'ramdisk',
  'options',
  'xsm',
  'dtb',
  'default',
  'chain',
  'video',
  'ucode',
]);

/** Whether a text is such a file: sections and items, among them what the loader asks for, and nothing else. */
export function isXenConfig(text: string): boolean {
  const { items, sections, other } = parse(text);
  const known = items.filter(({ name }) => KNOWN.has(name));
  const names = new Set(known.map(({ name }) => name));
  const isWanted = names.has('kernel') || names.has('chain');
  return isWanted && other.length === 0 && (sections.size > 0 || known.length === items.length);
}

/** A file with which the loader goes on because one has no `kernel` in the section that it boots. */
export interface ChainedConfig {
  readonly file: string;
  /** The section, which the first file names for all; undefined when it names none. */
  readonly section: string | undefined;
}

/** The file that the loader reads in place of this one; `before` is how it came to this one. Undefined when it boots this one. */
export function chainOf(text: string, before?: ChainedConfig): ChainedConfig | undefined {
  const { items } = parse(text);
  const section = sectionOf(items, before);
  const chain = globalItem(items, 'chain');
  const hasKernel = inSection(items, section).some(({ name }) => name === 'kernel');
  return hasKernel || !chain ? undefined : { file: chain.value, section };
}

/** The section that is booted; undefined when no file names one. */
function sectionOf(items: readonly Item[], before: ChainedConfig | undefined): string | undefined {
  return before ? before.section : globalItem(items, 'default')?.value;
}

/** Without a section, the first item of a name counts, wherever it stands. */
function inSection(items: readonly Item[], section: string | undefined): readonly Item[] {
  return section === undefined ? items : items.filter((item) => item.section === section);
}

function globalItem(items: readonly Item[], name: string): Item | undefined {
  return items.find((item) => item.section === 'global' && item.name === name);
}

/**
 * Whether the loader reads such a file when the firmware hands it `tree`: it takes the modules of a tree that has any, those of a
 * domU too, unless /chosen asks for the file (Xen: efi_arch_use_config_file). A tree that the file itself names is loaded
 * later, so its modules do not count.
 */
export function isConfigRead(text: string, tree: DeviceTree, before?: ChainedConfig): boolean {
  const { items } = parse(text);
  const section = sectionOf(items, before);
  if (inSection(items, section).some(({ name }) => name === 'dtb')) return true;
  const chosen = tree.root.children.find(({ name }) => name === 'chosen');
  if (!chosen || chosen.properties.has('xen,uefi-cfg-load')) return true;
  for (const { properties } of walkNodes(tree.root)) {
    const compatible = properties.get('compatible');
    if (compatible && stringsOf(compatible).includes('multiboot,module')) return false;
  }
  return true;
}

/**
 * The modules and the command line that the loader gives to Xen, from the section that `default` names, in this file or in
 * the one `before` it. Where the loader puts the files is known to the loader alone, so the modules have a `reg` that is not known.
 */
export function readXenConfig(text: string, before?: ChainedConfig): BootScript {
  const { items, sections, unread } = parse(text);
  const ignored = [...unread];
  const section = sectionOf(items, before);
  const booted = inSection(items, section);
  const item = (name: string): Item | undefined => booted.find((each) => each.name === name);
  const chain = globalItem(items, 'chain');
  const unclear: { line: number; because: string }[] = [];
  if (section !== undefined && !sections.has(section) && !chain)
    unclear.push({
      line: globalItem(items, 'default')?.line ?? 1,
      because: `there is no section [${section}]: Xen's EFI loader finds no kernel`,
    });
  else if (!item('kernel'))
    unclear.push({
      line: chain?.line ?? sections.get(section ?? '') ?? 1,
      because: chain
        ? `the boot goes on with ${chain.value}, which could not be read: put it beside this file`
        : "Xen's EFI loader finds no kernel= in it",
    });
  for (const [name, line] of sections)
    if (section !== undefined && name !== section && name !== 'global')
      ignored.push({ line, because: `only the default section [${section}] is read` });
  for (const { name, line } of booted)
    if (!KNOWN.has(name))
      ignored.push({ line, because: `Xen's EFI loader does not know the item ${name}` });
  const options = item('options');
  const kernel = item('kernel');
  const statements: ScriptStatement[] = [
    ...module(kernel, 'kernel', 'multiboot,kernel'),
    ...module(item('ramdisk'), 'ramdisk', 'multiboot,ramdisk'),
    ...module(item('xsm'), 'xsm', 'xen,xsm-policy'),
  ];
  const [file = ''] = kernel?.value.split(/\s/) ?? [];
  return {
    statements,
    loads: [],
    overlays: [],
    boot: { efi: true, line: kernel?.line ?? 1 },
    ...(options ? { xenCommandLine: { text: options.value, line: options.line } } : {}),
    ...(kernel ? { dom0Kernel: { file, line: kernel.line } } : {}),
    unclear,
    ignored,
  };
}

/** A module whose file the loader puts where it likes; words behind the name of a file are the command line. */
function module(item: Item | undefined, name: string, kind: string): ScriptStatement[] {
  if (!item) return [];
  const { value, line } = item;
  const path = `/chosen/${name}`;
  const blank = value.search(/\s/);
  const bootargs = name === 'kernel' && blank >= 0 ? value.slice(blank).trim() : '';
  return [
    { kind: 'node', path, line },
    {
      kind: 'property',
      path,
      name: 'compatible',
      value: `"${kind}", "multiboot,module"`,
      line,
    },
    ...(bootargs === ''
      ? []
      : [
          {
            kind: 'property' as const,
            path,
            name: 'bootargs',
            value: JSON.stringify(bootargs),
            line,
          },
        ]),
    {
      kind: 'unknown-property',
      path,
      name: 'reg',
      cells: [],
      text: '',
      because: 'the EFI loader chooses the address',
      line,
    },
  ];
}

function parse(text: string): {
  readonly items: readonly Item[];
  /** With the line of the first of that name: the loader reads no other. */
  readonly sections: ReadonlyMap<string, number>;
  /** Lines that are neither. */
  readonly other: readonly number[];
  readonly unread: readonly { readonly line: number; readonly because: string }[];
} {
  const items: Item[] = [];
  const sections = new Map<string, number>();
  const other: number[] = [];
  const unread: { line: number; because: string }[] = [];
  let section: string | undefined;
  let isRead = true;
  const lines = text.split(/\r?\n|\r/);
  for (const [index, source] of lines.entries()) {
    const line = index + 1;
    const content = (/^\s*;/.test(source) ? '' : (source.split('#', 1)[0] ?? '')).trimStart();
    if (content === '') continue;
    if (line === lines.length) {
      unread.push({
        line,
        because: "Xen's EFI loader ignores the last line because no newline ends it",
      });
      // It tells what the file is all the same.
      if (!content.includes('=') && !content.startsWith('[')) other.push(line);
      continue;
    }
    const close = content.indexOf(']');
    const equals = content.indexOf('=');
    if (content.startsWith('[') && close > 0) {
      section = content.slice(1, close);
      isRead = !sections.has(section);
      if (isRead) sections.set(section, line);
      else unread.push({ line, because: `there is a section [${section}] before it` });
    } else if (equals > 0) {
      const name = content.slice(0, equals);
      // A name with blanks is one that the loader never asks for.
      if (/\s\S/.test(name)) other.push(line);
      else if (isRead) items.push({ name, value: content.slice(equals + 1).trim(), section, line });
    } else other.push(line);
  }
  return { items, sections, other, unread };
}
