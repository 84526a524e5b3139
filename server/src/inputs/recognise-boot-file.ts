// Finds out from its content what somebody gives as a boot script: text of several kinds, or a container.

import { cellAtByte } from '../tree/device-tree.ts';
import { decodeText } from '../text/decode.ts';
import { BLOB, binaryKindOf } from './binary-kind.ts';
import { isExtlinux } from './read-extlinux.ts';
import { isGrubConfig } from './read-grub-config.ts';
import { isXenConfig } from './read-xen-config.ts';
import { readEnvironment, type Environment } from './read-boot-script.ts';
import { readEnvironmentImage } from './read-environment-image.ts';
import { readFit, type Fit } from './read-fit.ts';
import { readImageBuilderConfig, type ImageBuilderConfig } from './read-imagebuilder.ts';

/** `text` has the lines that places are counted in. */
export type BootFile =
  | { readonly kind: 'fit'; readonly fit: Fit }
  | BootText
  /** A clause: why it is none. */
  | { readonly kind: 'refused'; readonly because: string };

export type BootText =
  | { readonly kind: 'environment'; readonly text: string; readonly variables: Environment }
  | { readonly kind: 'image-builder'; readonly text: string; readonly config: ImageBuilderConfig }
  | { readonly kind: 'script' | 'extlinux' | 'xen-config' | 'grub'; readonly text: string };

const NO_SCRIPT = 'not a boot script or a container of one';

/** What a file is; its name counts for nothing. */
export function recogniseBootFile(file: string, bytes: Uint8Array): BootFile {
  const binary = binaryKindOf(bytes);
  if (binary === BLOB) return fitIn(file, bytes);
  if (binary === 'a U-Boot image') return scriptIn(bytes);
  if (binary !== undefined) return { kind: 'refused', because: `is ${binary}, ${NO_SCRIPT}` };
  const image = readEnvironmentImage(bytes);
  if (image && 'because' in image) return { kind: 'refused', because: image.because };
  if (image) return environmentOf(image.text);
  if (bytes.includes(0)) return { kind: 'refused', because: `is binary, ${NO_SCRIPT}` };
  return recogniseBootText(decodeText(bytes));
}

/** A text with commands is a script, even when most of it sets variables. */
const IS_SCRIPT = /^[ \t]*(?:fdt|setenv|load|tftp\w*|booti)\s/m;

/** What a text is. */
export function recogniseBootText(text: string): BootText {
  const config = readImageBuilderConfig(text);
  if (config) return { kind: 'image-builder', text, config };
  if (isGrubConfig(text)) return { kind: 'grub', text };
  if (isExtlinux(text)) return { kind: 'extlinux', text };
  if (isXenConfig(text)) return { kind: 'xen-config', text };
  return IS_SCRIPT.test(text) ? { kind: 'script', text } : environmentOf(text);
}

function environmentOf(text: string): BootText {
  const variables = readEnvironment(text);
  return variables ? { kind: 'environment', text, variables } : { kind: 'script', text };
}

function fitIn(file: string, bytes: Uint8Array): BootFile {
  const fit = readFit(file, bytes);
  if (fit === undefined)
    return {
      kind: 'refused',
      because: `is a devicetree blob without images (no FIT), ${NO_SCRIPT}`,
    };
  return 'because' in fit
    ? { kind: 'refused', because: `byte ${fit.offset}: ${fit.because}` }
    : { kind: 'fit', fit };
}

/** U-Boot's image header, and the type of a script in it (U-Boot: image.h, IH_TYPE_SCRIPT). */
const HEADER = 64;
const TYPE = 30;
const SCRIPT = 6;

/** The script that mkimage -T script packed: behind the header and a table of sizes. */
function scriptIn(bytes: Uint8Array): BootFile {
  if (bytes.length <= HEADER || bytes[TYPE] !== SCRIPT)
    return { kind: 'refused', because: 'is a U-Boot image of another type than script' };
  let start = HEADER;
  while (start + 4 <= bytes.length && cellAtByte(bytes, start) !== 0) start += 4;
  if (start + 4 > bytes.length)
    return { kind: 'refused', because: 'is a U-Boot image whose table of scripts has no end' };
  start += 4;
  const end = start + cellAtByte(bytes, HEADER);
  if (end > bytes.length)
    return { kind: 'refused', because: 'is a U-Boot image that is cut off inside its script' };
  return { kind: 'script', text: decodeText(bytes.subarray(start, end)) };
}
