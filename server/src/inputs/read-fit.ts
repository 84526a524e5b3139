// Reads a FIT image (U-Boot's .itb): scripts, kernels, ramdisks and DTBs with where they are loaded.

import { readDtb, type BlobFault } from '../dtb/read-dtb.ts';
import { decodeText } from '../text/decode.ts';
import { cellAtByte, nodeAt, stringOf, stringsOf, type DtNode } from '../tree/device-tree.ts';
import type { BootScript, ScriptLoad } from './boot-script.ts';

/** One file inside. */
export interface FitImage {
  readonly name: string;
  /** U-Boot's word: `kernel`, `ramdisk`, `flat_dt`, `script` … */
  readonly type: string;
  /** Where U-Boot copies it before it is started; absent when it stays inside. */
  readonly load?: bigint;
  /** Bytes in memory; absent when it is compressed or its data is not there. */
  readonly size?: bigint;
  /** The script of a script. */
  readonly text?: string;
  /** An uncompressed device tree blob or overlay. */
  readonly blob?: Uint8Array;
}

export interface FitConfiguration {
  readonly name: string;
  /** Names of images. */
  readonly kernel?: string;
  readonly ramdisk?: string;
  /** The DTB, then overlays. */
  readonly fdt: readonly string[];
  readonly loadables: readonly string[];
  readonly script?: string;
}

export interface Fit {
  readonly images: readonly FitImage[];
  readonly configurations: readonly FitConfiguration[];
  /** The configuration that boots when none is named. */
  readonly default?: string;
  /** The script that `source` runs when none is named. */
  readonly defaultScript?: string;
  readonly hasSignatures: boolean;
}

/** The images of a devicetree blob; undefined when it is none, a fault when it cannot be read. */
export function readFit(file: string, bytes: Uint8Array): Fit | BlobFault | undefined {
  const tree = readDtb(file, bytes);
  if ('because' in tree) return tree;
  const images = nodeAt(tree, '/images');
  if (!images) return undefined;
  const configurations = nodeAt(tree, '/configurations');
  const defaultName = configurations && stringOf(configurations, 'default');
  const defaultScript = stringOf(images, 'default');
  const external = totalSize(bytes);
  return {
    images: images.children.map((node) => imageOf(node, bytes, external)),
    configurations: configurations?.children.map(configurationOf) ?? [],
    ...(defaultName === undefined ? {} : { default: defaultName }),
    ...(defaultScript === undefined ? {} : { defaultScript }),
    hasSignatures: [...images.children, ...(configurations?.children ?? [])].some(({ children }) =>
      children.some(({ name }) => /^signature(?:[@-]|$)/.test(name)),
    ),
  };
}

/** Where data outside of the tree begins: behind the blob, at four bytes. */
function totalSize(bytes: Uint8Array): number {
  return (cellAtByte(bytes, 4) + 3) & ~3;
}

function imageOf(node: DtNode, bytes: Uint8Array, external: number): FitImage {
  const data = dataOf(node, bytes, external);
  const type = stringOf(node, 'type') ?? '';
  const compression = stringOf(node, 'compression') ?? 'none';
  const load = numberOf(node, 'load');
  // U-Boot unpacks kernels and DTBs; a ramdisk stays as it is.
  const isPacked = compression !== 'none' && type !== 'ramdisk';
  return {
    name: node.name,
    type,
    ...(load === undefined ? {} : { load }),
    ...(data === undefined || isPacked ? {} : { size: BigInt(data.length) }),
    ...(type === 'script' && data && !isPacked ? { text: scriptOf(data) } : {}),
    ...(type === 'flat_dt' && data && !isPacked ? { blob: data } : {}),
  };
}

function dataOf(node: DtNode, bytes: Uint8Array, external: number): Uint8Array | undefined {
  const inside = node.properties.get('data')?.bytes;
  if (inside) return inside;
  const size = numberOf(node, 'data-size');
  const position = numberOf(node, 'data-position');
  const offset = numberOf(node, 'data-offset');
  const start = position ?? (offset === undefined ? undefined : offset + BigInt(external));
  if (size === undefined || start === undefined || start + size > BigInt(bytes.length))
    return undefined;
  return bytes.subarray(Number(start), Number(start + size));
}

/** The text of a script, which ends at a NUL where one follows. */
function scriptOf(data: Uint8Array): string {
  const end = data.indexOf(0);
  return decodeText(end < 0 ? data : data.subarray(0, end));
}

/** A number of one or two cells. */
function numberOf(node: DtNode, name: string): bigint | undefined {
  const bytes = node.properties.get(name)?.bytes;
  if (!bytes || (bytes.length !== 4 && bytes.length !== 8)) return undefined;
  const high = BigInt(cellAtByte(bytes, 0));
  return bytes.length === 4 ? high : (high << 32n) | BigInt(cellAtByte(bytes, 4));
}

function configurationOf(node: DtNode): FitConfiguration {
  const list = (name: string): readonly string[] => {
    const property = node.properties.get(name);
    return property ? stringsOf(property) : [];
  };
  const optional = (key: 'kernel' | 'ramdisk' | 'script'): Partial<FitConfiguration> => {
    const value = stringOf(node, key);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    name: node.name,
    fdt: list('fdt'),
    loadables: list('loadables'),
    ...optional('kernel'),
    ...optional('ramdisk'),
    ...optional('script'),
  };
}

/** What is read of a FIT: what `bootm` loads, and the script that `source` runs. */
export interface FitBoot {
  readonly script: BootScript;
  readonly source?: { readonly name: string; readonly text: string };
  /** Overlays that U-Boot puts on the DTB, by the names under which the script has them. */
  readonly overlays: ReadonlyMap<string, Uint8Array>;
}

/**
 * What U-Boot does with a configuration, or with the default one: lines are 0. `file` is the name of the image for what
 * users read.
 */
export function bootFit(fit: Fit, file: string, wanted?: string): FitBoot {
  const unclear: { line: number; because: string }[] = [];
  const complain = (because: string): void => void unclear.push({ line: 0, because });
  if (fit.hasSignatures) complain('its signatures are not checked');
  const { configurations } = fit;
  const name =
    wanted ?? fit.default ?? (configurations.length === 1 ? configurations[0]?.name : '');
  const configuration = configurations.find((each) => each.name === name);
  if (!configuration && configurations.length > 0)
    complain(
      name === ''
        ? 'it has no default configuration, so nothing of it is loaded: name one in bootm ADDRESS#CONFIGURATION'
        : `it has no configuration ${name ?? ''}, so nothing of it is loaded; it has ${listed(configurations)}`,
    );
  const others = configurations.filter((each) => each !== configuration);
  if (configuration && others.length > 0)
    complain(`only configuration ${configuration.name} is read, not ${listed(others)}`);
  const loads: ScriptLoad[] = [];
  const load = (image: string | undefined): bigint | undefined => {
    if (image === undefined) return undefined;
    const found = fit.images.find((each) => each.name === image);
    if (!found) complain(`it has no image ${image}, which its configuration names`);
    if (found?.load === undefined) return undefined;
    loads.push({ address: found.load, file: `${file}:${image}`, line: 0, ...sizeOf(found) });
    return found.load;
  };
  const [tree, ...overlays] = configuration?.fdt ?? [];
  const kernel = load(configuration?.kernel);
  const initrd = load(configuration?.ramdisk);
  const dtb = load(tree);
  for (const each of configuration?.loadables ?? []) load(each);
  const applied = new Map<string, Uint8Array>();
  for (const name of overlays) {
    const blob = fit.images.find((each) => each.name === name)?.blob;
    if (blob) applied.set(`${file}:${name}`, blob);
    else
      complain(
        `the overlay ${name} is not applied, because it is compressed or not inside: give it with --overlay`,
      );
  }
  // Images that no configuration names are loaded when somebody asks for them by name.
  if (configurations.length === 0)
    for (const image of fit.images) if (image.type !== 'script') load(image.name);
  const source = scriptIn(fit, configuration);
  return {
    script: {
      statements: [],
      loads,
      overlays: [...applied.keys()],
      ...(configuration?.kernel === undefined
        ? {}
        : {
            boot: {
              ...(kernel === undefined ? {} : { kernel }),
              ...(initrd === undefined ? {} : { initrd }),
              ...(dtb === undefined ? {} : { dtb }),
              efi: false,
              line: 0,
            },
          }),
      unclear,
    },
    ...(source ? { source } : {}),
    overlays: applied,
  };
}

function listed(configurations: readonly FitConfiguration[]): string {
  return configurations.map((each) => each.name).join(', ');
}

function sizeOf({ size }: FitImage): Pick<ScriptLoad, 'size'> {
  return size === undefined ? {} : { size };
}

/** The script of the configuration, else the one that `source` takes, else the only one. */
function scriptIn(fit: Fit, configuration: FitConfiguration | undefined): FitBoot['source'] {
  const scripts = fit.images.filter((each) => each.text !== undefined);
  const name = configuration?.script ?? fit.defaultScript;
  const found =
    scripts.find((each) => each.name === name) ?? (scripts.length === 1 ? scripts[0] : undefined);
  return found && { name: found.name, text: found.text ?? '' };
}
