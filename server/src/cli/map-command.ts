// `dtmap map` and `dtmap decode`: who owns what, as text, JSON, Markdown, a picture or a page.

import { createHash } from 'node:crypto';
import { frameOf } from '../addresses/page.ts';
import { formatAddress, formatGrouped } from '../addresses/format.ts';
import { defaultThemes, paletteFor } from '../map-view/map-palette.ts';
import { writeMap } from '../map-view/draw-map.ts';
import { writeLonePage } from '../map-view/map-page.ts';
import type { MapModel } from '../map-view/map-model.ts';
import { makeMapModel } from '../map-view/make-map-model.ts';
import { fileName } from '../ide/paths.ts';
import { decodeAddress, type Asked } from '../ide/decode-address.ts';
import type { Boot } from '../target/boot.ts';
import { spanOf } from '../tree/device-tree.ts';
import { Failure } from './failure.ts';
import {
  absentMapJson,
  bootsFor,
  isDomain,
  likelyParts,
  mapJson,
  releaseOf,
  whyAbsent,
  type JsonMap,
} from './map-json.ts';
import { openTree } from './open-tree.ts';
import { jsonText, textLines, writeResult } from './output.ts';
import type { JsonPlace } from './places.ts';
import { placeText, printMapMarkdown, printMapText, type MapText } from './print-map.ts';
import type { DecodeOptions, MapOptions } from './program.ts';
import { remarkUnread } from './remark-unread.ts';
import type { OpenBoard, Session } from './session.ts';
import type { Shell } from './shell.ts';

/** Prints the memory map of one board. */
export async function mapCommand(
  session: Session,
  name: string,
  options: MapOptions,
): Promise<number> {
  const opened = await openTree(session, name, options);
  const maps = mapsOf(opened, options.for);
  // A reader that none of the releases has is a failure in every format.
  const [first] = maps;
  if (first && maps.every(({ map }) => map.absent !== undefined))
    throw new Failure(first.map.absent ?? '');
  writeResult(session.shell, options.output, await printed(opened, maps, options, session.shell));
  let status = remarkUnread(session, opened);
  for (const { map } of maps) {
    if (map.absent === undefined) continue;
    session.shell.stderr.write(textLines([`dtmap: ${map.absent}`]));
    status = 2;
  }
  return status;
}

/** A map, and the boot that decides it. */
interface MapUnder {
  readonly map: JsonMap;
  readonly boot: Boot | undefined;
}

/** The maps of one reader: one for each release that decides what it has. */
export function mapsOf(
  { board, places, request: { targets } }: OpenBoard,
  reader: string,
): MapUnder[] {
  const boots = bootsFor(board, reader);
  if (boots.length < 2) {
    const [boot] = boots;
    return [{ map: mapJson(board, reader, places, targets, boot), boot }];
  }
  return boots.map((boot) => {
    const absent = whyAbsent(board, boot, reader);
    return {
      map:
        absent === undefined
          ? mapJson(board, reader, places, targets, boot)
          : absentMapJson(reader, boot, targets, absent),
      boot,
    };
  });
}

async function printed(
  opened: OpenBoard,
  maps: readonly MapUnder[],
  options: MapOptions,
  shell: Shell,
): Promise<string> {
  const textOf = ({ map, boot }: MapUnder): MapText => ({
    likely:
      map.absent === undefined ? likelyParts(opened.board, options.for, boot) : new Set<string>(),
    allDevices: options.devices === true || isDomain(options.for),
  });
  switch (options.format) {
    case 'json': {
      const all = maps.map(({ map }) => map);
      return jsonText(all.length === 1 ? all[0] : all);
    }
    case 'markdown':
      return maps.map((each) => printMapMarkdown(each.map, textOf(each))).join('\n');
    case 'svg': {
      const palette = paletteFor('light', defaultThemes.light);
      return writeMap(modelOf(opened), { width: 1200, height: 900, palette });
    }
    case 'html': {
      const script = shell.pageScript();
      if (typeof script === 'string') throw new Failure(script);
      const model = modelOf(opened);
      const title = fileName(model.title);
      return writeLonePage({ model: { ...model, title }, script: script.text, digest: sha256 });
    }
    default:
      return maps.map((each) => printMapText(each.map, textOf(each))).join('\n');
  }
}

function modelOf({ board, findings, boardFile }: OpenBoard): MapModel {
  return makeMapModel(board, findings, { file: boardFile.root, title: boardFile.name });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Prints who owns one address, for every reader. */
export async function decodeCommand(
  session: Session,
  name: string,
  address: string | undefined,
  options: DecodeOptions,
): Promise<number> {
  const at = addressOf(address, options.mfn);
  const opened = await openTree(session, name, options);
  const decoded = decodedJson(opened, { address: at, isFrame: options.mfn !== undefined });
  const result =
    options.format === 'json'
      ? jsonText(decoded)
      : textLines([
          `${formatGrouped(at)} (MFN ${formatAddress(frameOf(at))})`,
          ...decoded.owners.map((each) =>
            [
              `${each.view}: ${each.owner}${each.condition === undefined ? '' : `, ${each.condition}`}`,
              ...(each.node ? [`  ${each.node}`] : []),
              ...(each.at ? [`  ${placeText(each.at)}`] : []),
            ].join(''),
          ),
        ]);
  writeResult(session.shell, options.output, result);
  return remarkUnread(session, opened);
}

/** Who owns an address, as plain data: what `decode --format json` prints. */
export interface JsonDecoded {
  readonly version: 1;
  readonly address: string;
  readonly mfn: string;
  readonly owners: readonly {
    readonly view: string;
    readonly target?: string;
    readonly release?: string;
    readonly owner: string;
    readonly condition?: string;
    readonly node?: string;
    readonly at?: JsonPlace;
  }[];
}

export function decodedJson(opened: OpenBoard, asked: Asked): JsonDecoded {
  const { board, places } = opened;
  const owners = decodeAddress(board, asked).owners.map((each) => {
    const place = each.written ?? each.node?.openings[0]?.name;
    return {
      view: each.view,
      ...(each.target === undefined
        ? {}
        : releaseOf({ target: each.target }, opened.request.targets)),
      owner: each.owner,
      ...(each.condition === undefined ? {} : { condition: each.condition }),
      ...(each.node ? { node: each.node.path } : {}),
      ...(place ? { at: places.placeOf(spanOf(place)) } : {}),
    };
  });
  return {
    version: 1,
    address: formatAddress(asked.address),
    mfn: formatAddress(frameOf(asked.address)),
    owners,
  };
}

/** The address of one of the two texts; a failure for what is none. */
export function addressOf(address: string | undefined, frame: string | undefined): bigint {
  if ((address === undefined) === (frame === undefined))
    throw new Failure('decode: give either an address or --mfn');
  const text = (address ?? frame ?? '').replace(/_/g, '');
  // Consoles print addresses in 16 digits without 0x.
  const isHex = /^[0-9a-f]+$/i.test(text) && (/[a-f]/i.test(text) || text.length === 16);
  const bare = isHex ? `0x${text}` : text;
  if (!/^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(bare))
    throw new Failure(`${address ?? frame}: not an address`);
  const value = frame === undefined ? BigInt(bare) : BigInt(bare) << 12n;
  if (value >= 1n << 64n) throw new Failure(`${address ?? frame}: more than 64 bits`);
  return value;
}
