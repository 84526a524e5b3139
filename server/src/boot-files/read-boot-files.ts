// Reads the files that are given as boot scripts, whatever each of them is, as one script whose lines know where they stand.

import type { BootScript } from '../inputs/boot-script.ts';
import {
  readBootScript,
  type EnvironmentVariable,
  type SizeOf,
} from '../inputs/read-boot-script.ts';
import { bootFit, type Fit } from '../inputs/read-fit.ts';
import { placeImages } from '../inputs/read-imagebuilder.ts';
import { menusIncludedBy, readExtlinux, type FindMenu } from '../inputs/read-extlinux.ts';
import { readGrubConfig } from '../inputs/read-grub-config.ts';
import {
  chainOf,
  isConfigRead,
  readXenConfig,
  type ChainedConfig,
} from '../inputs/read-xen-config.ts';
import {
  recogniseBootFile,
  recogniseBootText,
  type BootFile,
} from '../inputs/recognise-boot-file.ts';
import { lastNameOf } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';
import type { DeviceTree } from '../tree/device-tree.ts';
import { Failure } from './failure.ts';
import type { BootHost } from './boot-host.ts';

/** All that is given as boot script. */
export interface BootFiles {
  readonly script: BootScript;
  /** Overlays inside of containers, by the names that `script` has for them: files that only this process has. */
  readonly inside: ReadonlyMap<string, FileId>;
  /** Where a line of `script` is: the file and its line, 0 for a container that has none. */
  readonly originOf: (line: number) => { readonly file: FileId; readonly line: number };
}

/** Makes files of the overlays in a container. */
type KeepOverlays = (container: FileId, overlays: ReadonlyMap<string, Uint8Array>) => void;

/** A file, or the script in a container; its own line N is line `start` + N of the whole. */
interface Part {
  readonly file: FileId;
  readonly content: Exclude<BootFile, { readonly kind: 'refused' }>;
  readonly start: number;
  /** Lines of its text. */
  readonly count: number;
  /** How Xen's EFI loader comes to it, when it is not the first that is read. */
  readonly chained?: ChainedConfig;
  /** Whether it says nothing by itself: the next one is read in its place, or another includes it. */
  readonly goesOn?: boolean;
  /** What a menu may include, by the names that stand in it and in those. */
  readonly menus?: ReadonlyMap<string, Part>;
}

/**
 * Environments give the variables, scripts run in their order, then what the other kinds do; without any of those, `bootcmd`
 * runs as U-Boot does it. `pathOf` finds a file that a script names, `treeBefore` gives the board's tree without what scripts do
 * to it, undefined when it cannot be read. Fails where a file is no boot script of any kind.
 */
export function readBootFiles(
  shell: Pick<BootHost, 'files'>,
  files: readonly FileId[],
  shown: (file: FileId) => string,
  pathOf: (name: string) => FileId | undefined,
  treeBefore: () => DeviceTree | undefined,
): BootFiles {
  const sizeOf: SizeOf = (name) => {
    const found = pathOf(name);
    return found === undefined ? undefined : BigInt(shell.files.sizeOf(found) ?? 0);
  };
  const parts = partsOf(shell, files, shown, pathOf);
  const environment = environmentOf(parts);
  const inside = new Map<string, FileId>();
  const keep: KeepOverlays = (container, overlays) => {
    for (const [name, blob] of overlays) {
      const id = `${container}${name.slice(name.lastIndexOf(':'))}.dtbo`;
      shell.files.setBytes(id, blob);
      inside.set(name, id);
    }
  };
  const others = parts.flatMap((part) => {
    const script = readPart(part, environment, sizeOf, keep, treeBefore);
    return script ? [atLinesOf(part, script)] : [];
  });
  const scripts = parts.filter(({ content }) => content.kind === 'script');
  const runs = scripts.length > 0 || others.length === 0;
  const text = parts
    .map((part) =>
      part.content.kind === 'script' ? part.content.text : '\n'.repeat(part.count - 1),
    )
    .join('\n\n');
  const run = runs
    ? [readBootScript(scripts.length > 0 ? text : 'run bootcmd', sizeOf, environment)]
    : [];
  return {
    script: withImage(shell, joined([...run, ...others]), pathOf, keep),
    inside,
    originOf(line) {
      const part = parts.findLast(({ start }) => start < line) ?? parts[0];
      const own = line - (part?.start ?? 0);
      return { file: part?.file ?? '', line: own > (part?.count ?? 0) ? 0 : own };
    },
  };
}

function partsOf(
  shell: Pick<BootHost, 'files'>,
  files: readonly FileId[],
  shown: (file: FileId) => string,
  pathOf: (name: string) => FileId | undefined,
): readonly Part[] {
  const parts: Part[] = [];
  const add = (
    file: FileId,
    content: Part['content'],
    more: Pick<Part, 'chained' | 'goesOn' | 'menus'> = {},
  ): Part => {
    const last = parts.at(-1);
    const count = 'text' in content ? content.text.split('\n').length : 1;
    const start = last ? last.start + last.count + 1 : 0;
    const part: Part = { file, content, start, count, ...more };
    parts.push(part);
    return part;
  };
  /** A menu of U-Boot, and behind it those that it includes, directly or not. */
  const addMenu = (first: FileId, text: string): void => {
    const menus = new Map<string, Part>();
    const texts = [text];
    add(first, { kind: 'extlinux', text }, { menus });
    for (const own of texts)
      for (const name of menusIncludedBy(own)) {
        const file = pathOf(name);
        const source = file === undefined ? '' : shell.files.get(file);
        if (file === undefined || typeof source === 'string' || menus.has(name)) continue;
        menus.set(name, add(file, { kind: 'extlinux', text: source.text }, { goesOn: true }));
        texts.push(source.text);
      }
  };
  /** A configuration of Xen's EFI loader, and those with which it goes on, each once. */
  const addChain = (first: FileId, text: string): void => {
    const seen = new Set<FileId>();
    let chained: ChainedConfig | undefined;
    for (let [file, own] = [first, text]; !seen.has(file);) {
      seen.add(file);
      const next = chainOf(own, chained);
      const found = next && pathOf(next.file);
      const content = found === undefined ? undefined : contentOf(shell, found, shown);
      const goesOn = content?.kind === 'xen-config' && found !== undefined && !seen.has(found);
      add(file, { kind: 'xen-config', text: own }, { ...(chained && { chained }), goesOn });
      if (!goesOn) return;
      chained = next;
      file = found;
      own = content.text;
    }
  };
  for (const file of files) {
    const content = contentOf(shell, file, shown);
    // Lines are counted in the text that is inside.
    if (content.kind === 'environment' || content.kind === 'script') {
      const source = shell.files.get(file);
      if (typeof source !== 'string' && source.text !== content.text)
        shell.files.setText(file, content.text);
    }
    if (content.kind === 'xen-config') {
      addChain(file, content.text);
      continue;
    }
    if (content.kind === 'extlinux') {
      addMenu(file, content.text);
      continue;
    }
    add(file, content);
    if (content.kind !== 'fit') continue;
    const { source } = bootFit(content.fit, '');
    if (!source) continue;
    const inside = `${file}:${source.name}`;
    shell.files.setText(inside, source.text);
    add(inside, recogniseBootText(source.text));
  }
  return parts;
}

function contentOf(
  { files }: Pick<BootHost, 'files'>,
  file: FileId,
  shown: (file: FileId) => string,
): Part['content'] {
  const why = files.whyUnreadable(file);
  const bytes = files.bytes(file);
  if (why !== undefined || typeof bytes === 'string')
    throw new Failure(`${shown(file)}: ${why ?? 'cannot be read'}`);
  const content = recogniseBootFile(file, bytes);
  if (content.kind === 'refused') throw new Failure(`${shown(file)}: ${content.because}`);
  return content;
}

/** The variables of all environments, each with its line of the whole. */
function environmentOf(parts: readonly Part[]): Map<string, EnvironmentVariable> {
  const environment = new Map<string, EnvironmentVariable>();
  for (const { content, start } of parts)
    if (content.kind === 'environment')
      for (const [name, { value, line }] of content.variables)
        environment.set(name, { value, line: line + start });
  return environment;
}

/** A configuration that Xen's EFI loader does not read beside the modules of the tree. */
const UNREAD_CONFIG: BootScript = {
  statements: [],
  loads: [],
  overlays: [],
  boot: { efi: true, line: 1 },
  unclear: [
    {
      line: 1,
      because:
        "Xen's EFI loader does not read this file, because the tree has boot modules and is booted with those: take them out of the tree, or add xen,uefi-cfg-load to /chosen (Xen 4.16 and later)",
    },
  ],
};

/** What a file does that is neither script nor environment. */
function readPart(
  { file, content, start, chained, menus, goesOn = false }: Part,
  environment: ReadonlyMap<string, EnvironmentVariable>,
  sizeOf: SizeOf,
  keep: KeepOverlays,
  treeBefore: () => DeviceTree | undefined,
): BootScript | undefined {
  if (goesOn) return undefined;
  const findMenu: FindMenu = (name) => {
    const menu = menus?.get(name);
    return menu && 'text' in menu.content
      ? { text: menu.content.text, start: menu.start - start }
      : undefined;
  };
  switch (content.kind) {
    case 'fit': {
      const { script, overlays } = bootFit(content.fit, lastNameOf(file));
      keep(file, overlays);
      return script;
    }
    case 'image-builder':
      return placeImages(content.config, sizeOf);
    case 'extlinux':
      return readExtlinux(content.text, environment, findMenu);
    case 'xen-config': {
      const tree = treeBefore();
      return tree && !isConfigRead(content.text, tree, chained)
        ? UNREAD_CONFIG
        : readXenConfig(content.text, chained);
    }
    case 'grub':
      return readGrubConfig(content.text);
    default:
      return undefined;
  }
}

/** A script with its own lines as lines of the whole. */
function atLinesOf({ start, count }: Part, script: BootScript): BootScript {
  return mapLines(script, (line) => start + (line === 0 ? count + 1 : line));
}

function mapLines(script: BootScript, to: (line: number) => number): BootScript {
  const at = <T extends { readonly line: number }>(each: T): T => ({
    ...each,
    line: to(each.line),
  });
  const { boot, xenCommandLine, dom0Kernel } = script;
  return {
    ...script,
    statements: script.statements.map(at),
    loads: script.loads.map(at),
    unclear: script.unclear.map(at),
    ...(script.ignored ? { ignored: script.ignored.map(at) } : {}),
    ...(boot ? { boot: at(boot) } : {}),
    ...(xenCommandLine ? { xenCommandLine: at(xenCommandLine) } : {}),
    ...(dom0Kernel ? { dom0Kernel: at(dom0Kernel) } : {}),
  };
}

/** One after the other; what boots is what the last says. */
function joined(scripts: readonly BootScript[]): BootScript {
  const last = <Key extends 'boot' | 'xenCommandLine' | 'dom0Kernel' | 'memory'>(
    key: Key,
  ): Pick<BootScript, Key> | undefined => scripts.findLast((each) => each[key] !== undefined);
  const { boot } = last('boot') ?? {};
  const { xenCommandLine } = last('xenCommandLine') ?? {};
  const { dom0Kernel } = last('dom0Kernel') ?? {};
  const { memory } = last('memory') ?? {};
  return {
    statements: scripts.flatMap(({ statements }) => statements),
    loads: scripts.flatMap(({ loads }) => loads),
    overlays: scripts.flatMap(({ overlays }) => overlays),
    unclear: scripts.flatMap(({ unclear }) => unclear),
    ignored: scripts.flatMap(({ ignored = [] }) => ignored),
    ...(boot ? { boot } : {}),
    ...(xenCommandLine ? { xenCommandLine } : {}),
    ...(dom0Kernel ? { dom0Kernel } : {}),
    ...(memory ? { memory } : {}),
  };
}

/** With what `bootm` takes out of the FIT that a script loads and boots. */
function withImage(
  shell: Pick<BootHost, 'files'>,
  script: BootScript,
  pathOf: (name: string) => FileId | undefined,
  keep: KeepOverlays,
): BootScript {
  const { boot } = script;
  if (boot?.kernel === undefined) return script;
  const load = script.loads.findLast(({ address }) => address === boot.kernel);
  const container = load && pathOf(load.file);
  const fit = fitAt(shell, container);
  if (!load || container === undefined || !fit) return script;
  const { script: image, overlays } = bootFit(fit, load.file, boot.configuration);
  keep(container, overlays);
  const { loads, unclear, boot: inside } = mapLines(image, () => boot.line);
  return {
    ...script,
    loads: [...script.loads, ...loads],
    overlays: [...new Set([...script.overlays, ...image.overlays])],
    unclear: [
      ...script.unclear,
      ...unclear.map(({ line, because }) => ({ line, because: `${load.file}: ${because}` })),
    ],
    boot: {
      ...boot,
      ...(inside?.kernel === undefined ? {} : { kernel: inside.kernel }),
      ...(inside?.initrd === undefined ? {} : { initrd: inside.initrd }),
      ...(inside?.dtb === undefined ? {} : { dtb: inside.dtb }),
    },
  };
}

function fitAt({ files }: Pick<BootHost, 'files'>, file: FileId | undefined): Fit | undefined {
  const bytes = file === undefined ? '' : files.bytes(file);
  if (file === undefined || typeof bytes === 'string') return undefined;
  const content = recogniseBootFile(file, bytes);
  return content.kind === 'fit' ? content.fit : undefined;
}
