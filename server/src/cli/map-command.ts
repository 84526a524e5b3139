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
import { decodeAddress } from '../ide/decode-address.ts';
import { spanOf } from '../tree/device-tree.ts';
import { Failure } from './failure.ts';
import { isDomain, likelyParts, mapJson } from './map-json.ts';
import { openTree } from './open-tree.ts';
import { jsonText, textLines, writeResult } from './output.ts';
import { placeText, printMapMarkdown, printMapText } from './print-map.ts';
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
  writeResult(session.shell, options.output, await printed(opened, options, session.shell));
  return remarkUnread(session, opened);
}

async function printed(opened: OpenBoard, options: MapOptions, shell: Shell): Promise<string> {
  // Asked first: a reader that does not exist is a failure in every format.
  const map = mapJson(opened.board, options.for, opened.places);
  const text = {
    likely: likelyParts(opened.board, options.for),
    allDevices: options.devices === true || isDomain(options.for),
  };
  switch (options.format) {
    case 'json':
      return jsonText(map);
    case 'markdown':
      return printMapMarkdown(map, text);
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
      return printMapText(map, text);
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
  const { board, places } = opened;
  const asked = { address: at, isFrame: options.mfn !== undefined };
  const owners = decodeAddress(board, asked).owners.map((each) => {
    const place = each.written ?? each.node?.openings[0]?.name;
    return {
      view: each.view,
      owner: each.owner,
      ...(each.condition === undefined ? {} : { condition: each.condition }),
      ...(each.node ? { node: each.node.path } : {}),
      ...(place ? { at: places.placeOf(spanOf(place)) } : {}),
    };
  });
  const result =
    options.format === 'json'
      ? jsonText({ address: formatAddress(at), mfn: formatAddress(frameOf(at)), owners })
      : textLines([
          `${formatGrouped(at)} (MFN ${formatAddress(frameOf(at))})`,
          ...owners.map((each) =>
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

function addressOf(address: string | undefined, frame: string | undefined): bigint {
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
