// Xen's command line, and the options on it that concern memory.

import { stringOf } from '../../tree/device-tree.ts';
import type { BootState, Options, Source } from '../boot-state.ts';
import { print } from '../console.ts';
import { EINVAL } from '../errno.ts';
import { reason } from '../reasons.ts';

/** What dom0 gets when dom0_mem is absent or 0. */
const DEFAULT_DOM0_MEMORY = 512n << 20n;

/**
 * Chooses the command line: `xen,xen-bootargs`; else `bootargs` of /chosen when dom0's are elsewhere
 * (Xen: boot_fdt_cmdline). A command line in the profile wins over the tree. Prints it, and complaints about options.
 */
export function readCommandLine(state: BootState): void {
  const xenCommandLine = state.world.valueOf('xenCommandLine');
  const given = xenCommandLine === undefined ? fromTree(state) : { text: xenCommandLine };
  const { text, ...source } = given;
  // What the boot loader sets in part only: the rest of it is not known.
  const open = state.world.facts.xenCommandLine.because === 'script-leaves-open';
  if (open) {
    const because = [
      reason('value-from-loader', { node: '/chosen', property: 'xen,xen-bootargs' }),
    ];
    state.uncertain.push({ what: 'log', because });
  } else if (isNameMissing(state, text))
    state.uncertain.push({ what: 'log', because: [reason('efi-image-name', {})] });
  else print(state, 'command-line', { text: shownText(state, text) }, source);
  state.options = { ...parseOptions(state, text, source), open };
}

/** The options of a set-up by UEFI that were given, rather than read from the tree that the EFI stub writes. */
function efiOptions({ world }: BootState): string | undefined {
  return world.valueOf('boot') === 'efi' ? world.valueOf('xenCommandLine') : undefined;
}

/** Whether the name of Xen's image stands in front of the options, and was not given with them. */
function isNameMissing(state: BootState, text: string | undefined): boolean {
  return (
    efiOptions(state) !== undefined &&
    state.does.efiCommandLine === 'image-name' &&
    !/^[^\s=]*(?:xen|\.efi)[^\s=]*(?: |$)/i.test(text ?? '')
  );
}

function shownText(state: BootState, text: string | undefined): string {
  const hasBlank = efiOptions(state) === undefined || text?.startsWith(' ') === true;
  const blank = hasBlank || state.does.efiCommandLine !== 'blank' ? '' : ' ';
  return blank + (text ?? '<NULL>');
}

function fromTree(state: BootState): Source & { readonly text?: string } {
  const chosen = state.tree.root.children.find((node) => /^chosen(?:@|$)/.test(node.name));
  if (!chosen) return {};
  const { properties } = chosen;
  const dom0 = state.commandLines.find(({ kind, domU }) => kind === 'Kernel' && !domU);
  const property =
    properties.get('xen,xen-bootargs') ??
    (properties.has('xen,dom0-bootargs') || dom0?.text ? properties.get('bootargs') : undefined);
  if (!property) return { node: chosen };
  const text = stringOf(chosen, property.name) ?? '';
  return { text, node: chosen, written: property.definition?.whole };
}

/** What turns an option off, and what turns it on (Xen: parse_bool). */
export const NO = new Set(['no', 'off', 'false', 'disable', '0']);
export const YES = new Set(['yes', 'on', 'true', 'enable', '1', '']);

function parseOptions(
  state: BootState,
  commandLine: string | undefined,
  source: Source,
): Omit<Options, 'open'> {
  let dom0Memory = 0n;
  let bootscrub: Options['bootscrub'] = state.does.idleScrub ? 'idle' : 'on';
  let extendedRegions = true;
  let grantFrames = 64;
  let dom0Cpus: number | undefined;
  let uart: string | undefined;
  let xenheapMegabytes: number | undefined;
  for (const { name, value, told } of splitOptions(commandLine ?? '')) {
    switch (name) {
      case 'dom0_mem': {
        const size = parseSize(value, state.does.percentIsBytes ? 'bytes' : 'KiB');
        dom0Memory = size.bytes;
        if (!size.whole && state.does.reportsBadOption)
          print(state, 'dom0-mem-invalid', { name: told, value, code: EINVAL }, source);
        break;
      }
      case 'bootscrub':
        if (NO.has(value)) bootscrub = 'off';
        else if (YES.has(value)) bootscrub = 'on';
        else if (value === 'idle' && state.does.idleScrub) bootscrub = 'idle';
        break;
      case 'ext_regions':
        if (NO.has(value)) extendedRegions = false;
        else if (YES.has(value)) extendedRegions = true;
        break;
      case 'gnttab_max_frames':
        grantFrames = Number(parseInteger(value).value) || 0;
        break;
      case 'dom0_max_vcpus':
        dom0Cpus = Number(parseInteger(value).value) || undefined;
        break;
      case 'dtuart':
        uart = value;
        break;
      case 'xenheap_megabytes':
        xenheapMegabytes = Number(parseInteger(value).value) || undefined;
        break;
      default:
    }
  }
  return {
    commandLine,
    source,
    dom0Memory: dom0Memory === 0n ? DEFAULT_DOM0_MEMORY : dom0Memory,
    dom0MemoryGiven: dom0Memory !== 0n,
    bootscrub,
    extendedRegions,
    grantFrames,
    dom0Cpus,
    uart,
    xenheapMegabytes,
  };
}

/**
 * Words between blanks, with no quoting; `no-` in front of a name without a value turns it off. `told`: what a complaint
 * about the value calls the option (Xen: _cmdline_parse).
 */
export function splitOptions(text: string): { name: string; value: string; told: string }[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word : word.slice(0, equals);
      const value = equals < 0 ? '' : word.slice(equals + 1);
      return value === '' && name.startsWith('no-')
        ? { name: name.slice(3), value: 'no', told: 'no' }
        : { name, value, told: name };
    });
}

/** simple_strtoull: hexadecimal after 0x, octal after 0, else decimal. */
function parseInteger(text: string): { value: bigint; rest: string } {
  const hex = /^0[xX]([0-9a-fA-F]+)/.exec(text);
  if (hex?.[1]) return { value: BigInt(`0x${hex[1]}`), rest: text.slice(hex[0].length) };
  const octal = /^0[0-7]*/.exec(text);
  if (octal)
    return {
      value: octal[0] === '0' ? 0n : BigInt(`0o${octal[0].slice(1)}`),
      rest: text.slice(octal[0].length),
    };
  const decimal = /^[0-9]+/.exec(text)?.[0] ?? '';
  return { value: decimal === '' ? 0n : BigInt(decimal), rest: text.slice(decimal.length) };
}

const SHIFTS: Readonly<Record<string, bigint>> = { b: 0n, k: 10n, m: 20n, g: 30n, t: 40n };

/**
 * Bytes; KiB without a suffix, and `percent` before `%`. `whole` is false when text follows, which Xen reports
 * (parse_size_and_unit).
 */
function parseSize(text: string, percent: 'bytes' | 'KiB'): { bytes: bigint; whole: boolean } {
  const { value, rest } = parseInteger(text);
  const suffix = SHIFTS[rest.charAt(0).toLowerCase()];
  const left = suffix === undefined ? rest : rest.slice(1);
  const otherwise = rest.startsWith('%') && percent === 'bytes' ? 0n : 10n;
  return { bytes: BigInt.asUintN(64, value << (suffix ?? otherwise)), whole: left === '' };
}
