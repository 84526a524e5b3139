// Reads what an xl guest configuration (xl.cfg) says about memory and devices.

import { PAGE_SIZE } from '../addresses/page.ts';
import type { Range } from '../addresses/region.ts';

/** A value with where it stands in the text: UTF-16 offsets, end exclusive. */
export interface Placed<Value> {
  readonly value: Value;
  readonly start: number;
  readonly end: number;
}

/** An entry of `iomem`: host frames as a range of bytes, and where the guest sees its start. */
export interface IomemEntry extends Range {
  /** Guest physical address of the first byte. */
  readonly guest: bigint;
}

export interface XlConfig {
  /** Bytes; `maxmem` when there is no `memory`. */
  readonly memory?: Placed<bigint>;
  readonly iomem: readonly Placed<IomemEntry>[];
  /** Paths of host nodes. */
  readonly dtdev: readonly Placed<string>[];
  /** Paths of nodes that are copied into the guest's tree. */
  readonly passthroughNodes: readonly Placed<string>[];
  /** The partial tree of `device_tree`. */
  readonly deviceTree?: Placed<string>;
  /** Values that are not what xl takes. */
  readonly wrong: readonly (Placed<string> & { readonly because: string })[];
}

type Token = Placed<string> & { readonly kind: 'name' | 'string' | 'number' | 'mark' };

const TOKENS =
  /#[^\n]*|"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|[A-Za-z_]\w*|0[xX][0-9A-Fa-f]+|\d+|[=[\],;\n]|\S/g;

function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKENS)].flatMap((match): Token[] => {
    const [whole] = match;
    const start = match.index;
    const end = start + whole.length;
    if (whole.startsWith('#')) return [];
    const quote = /^("""|'''|"|')/.exec(whole)?.[1];
    if (quote !== undefined) {
      const body = whole.slice(quote.length);
      const value = body.endsWith(quote) ? body.slice(0, -quote.length) : body;
      return [
        {
          kind: 'string',
          value,
          start: start + quote.length,
          end: start + quote.length + value.length,
        },
      ];
    }
    const kind = /^[A-Za-z_]/.test(whole) ? 'name' : /^\d/.test(whole) ? 'number' : 'mark';
    return [{ kind, value: whole, start, end }];
  });
}

/** The settings by name, later ones winning as they do for xl; a list is several tokens. */
function settingsOf(text: string): Map<string, Token[]> {
  const tokens = tokensOf(text);
  const settings = new Map<string, Token[]>();
  for (let at = 0; at < tokens.length; at++) {
    const [name, equals] = [tokens[at], tokens[at + 1]];
    if (name?.kind !== 'name' || equals?.value !== '=' || equals.kind !== 'mark') continue;
    const before = tokens[at - 1];
    if (before && (before.kind !== 'mark' || !/^[\n;]$/.test(before.value))) continue;
    const values: Token[] = [];
    let depth = 0;
    for (at += 2; at < tokens.length; at++) {
      const token = tokens[at] as Token;
      const isMark = token.kind === 'mark';
      if (isMark && token.value === '[') depth++;
      else if (isMark && token.value === ']') depth--;
      else if (isMark && depth <= 0 && /^[\n;]$/.test(token.value)) break;
      else if (!isMark) values.push(token);
    }
    settings.set(name.value, values);
  }
  return settings;
}

const IOMEM = /^\s*([0-9a-fA-F]{1,13}),([0-9a-fA-F]{1,13})(?:@([0-9a-fA-F]{1,13}))?\s*$/;

/** UTF-16 code units; xl configurations are written by hand. */
const LONGEST = 1 << 20;

/** What an xl configuration says; undefined when the text is none: too long, or without a single setting. */
export function readXlConfig(text: string): XlConfig | undefined {
  if (text.length > LONGEST || text.includes('\0')) return undefined;
  const settings = settingsOf(text);
  if (settings.size === 0) return undefined;
  const wrong: XlConfig['wrong'][number][] = [];
  const strings = (name: string): Placed<string>[] =>
    (settings.get(name) ?? []).filter(({ kind }) => kind === 'string');
  const iomem = strings('iomem').flatMap((entry): Placed<IomemEntry>[] => {
    const match = IOMEM.exec(entry.value);
    if (!match) {
      wrong.push({
        ...entry,
        because: 'iomem wants "START,COUNT[@GUEST]" in hexadecimal frames without 0x',
      });
      return [];
    }
    const [first = 0n, count = 0n, guest] = match
      .slice(1)
      .map((digits) => (digits === undefined ? undefined : BigInt(`0x${digits}`)));
    const start = first * PAGE_SIZE;
    const value = {
      start,
      end: (first + count) * PAGE_SIZE,
      guest: (guest ?? first) * PAGE_SIZE,
    };
    return [{ ...entry, value }];
  });
  const megabytes = [...(settings.get('memory') ?? []), ...(settings.get('maxmem') ?? [])].find(
    ({ value }) => /^\d{1,9}$/.test(value),
  );
  const [deviceTree] = strings('device_tree');
  return {
    ...(megabytes ? { memory: { ...megabytes, value: BigInt(megabytes.value) << 20n } } : {}),
    iomem,
    dtdev: strings('dtdev'),
    passthroughNodes: strings('dt_passthrough_nodes'),
    ...(deviceTree ? { deviceTree } : {}),
    wrong,
  };
}
