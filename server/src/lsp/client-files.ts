// Files asked from the client: the browser's server has no file system of its own.

import type { Connection } from 'vscode-languageserver';
import { decodeText } from '../text/decode.ts';
import { folderOf } from '../text/join-path.ts';
import {
  followLinks,
  longestLinkText,
  readLinkText,
  type Followed,
  type LinkText,
  type Standing,
} from '../text/link-text.ts';
import { spellingIn } from '../text/spelling.ts';
import type { Missing, SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import { uriOf } from '../text/file-id.ts';
import type { ClientRequests } from './custom-requests.ts';
import type { Files } from './files.ts';

interface Stored {
  readonly bytes: Uint8Array | undefined;
  /** The link that was checked out as text, through which the file was read. */
  readonly link: LinkText | undefined;
  file: SourceFile | undefined;
  /** With the text that the file behind the link has in an editor. */
  edited?: SourceFile;
}

/** Files that are `not-loaded` until `load` has asked the client for them. */
export function clientFiles(connection: Connection): Files {
  const open = new Map<FileId, SourceFile>();
  const stored = new Map<FileId, Stored>();
  const folders = new Map<FileId, Promise<readonly string[] | null>>();
  /** What is known to stand in a folder. */
  const listed = new Map<FileId, readonly string[]>();
  /** By file, the names under which it was read through links that are text. */
  const aliases = new Map<FileId, Set<FileId>>();

  /** What the client refuses to read is not there. */
  const ask = async <M extends keyof ClientRequests>(
    method: M,
    id: FileId,
  ): Promise<ClientRequests[M]['result'] | null> => {
    try {
      return await connection.sendRequest<ClientRequests[M]['result']>(method, { uri: uriOf(id) });
    } catch {
      return null;
    }
  };
  const list = (id: FileId): Promise<readonly string[] | null> => {
    let names = folders.get(id);
    if (!names) {
      const asked = ask('dtmap/readDirectory', id);
      names = asked;
      folders.set(id, asked);
      void asked.then((all) => {
        if (all && folders.get(id) === asked) listed.set(id, all);
      });
    }
    return names;
  };
  /** What stands under a name; the bytes of what is read for it are put into `read`. */
  const standingOf = async (
    id: FileId,
    wanted: FileId,
    read: Map<FileId, Uint8Array>,
  ): Promise<Standing> => {
    const name = lastNameOf(id);
    // An include is looked for in many folders: what a listing lacks is not asked for one by one.
    const names = await list(folderOf(id));
    if (names?.includes(`${name}/`)) return 'folder';
    // Some disks know no case.
    const isListed = names?.some((each) => each.toLowerCase() === name.toLowerCase());
    if (!(isListed ?? id === wanted)) return 'absent';
    const base64 = await ask('dtmap/readFile', id);
    if (base64 === null) return 'absent';
    const bytes = fromBase64(base64);
    read.set(id, bytes);
    return bytes.length > longestLinkText ? 'file' : { text: decodeText(bytes) };
  };
  /** Where a name leads when links that are text are followed, with the bytes that were read on the way. */
  const follow = async (
    id: FileId,
  ): Promise<Followed & { readonly read: ReadonlyMap<FileId, Uint8Array> }> => {
    const read = new Map<FileId, Uint8Array>();
    const steps = followLinks(id);
    let step = steps.next();
    while (!step.done) step = steps.next(await standingOf(step.value, id, read));
    return { ...step.value, read };
  };
  const addAlias = (file: FileId, alias: FileId): void => {
    const known = aliases.get(file);
    if (known) known.add(alias);
    else aliases.set(file, new Set([alias]));
  };
  /** The names in a folder, also in one that a link leads to. */
  const listBehind = async (id: FileId): Promise<readonly string[] | null> => {
    const names = await list(id);
    if (names) return names;
    const { file, link } = await follow(id);
    return link ? list(file) : null;
  };

  return {
    isRemote: true,
    get(id): SourceFile | Missing {
      const edited = open.get(id);
      // A link that is open in an editor still leads to its file.
      if (edited && readLinkText(edited.text) === undefined) return edited;
      const known = stored.get(id);
      if (!known) return 'not-loaded';
      if (edited && known.link?.name !== id) return edited;
      const behind = known.link && open.get(known.link.behind);
      if (behind) {
        if (known.edited?.text !== behind.text) known.edited = { id, text: behind.text };
        return known.edited;
      }
      if (!known.bytes) return 'absent';
      known.file ??= { id, text: decodeText(known.bytes) };
      return known.file;
    },
    bytes: (id) => {
      const known = stored.get(id);
      return known ? (known.bytes ?? 'absent') : 'not-loaded';
    },
    setText(id, text) {
      if (open.get(id)?.text !== text) open.set(id, { id, text });
    },
    unset: (id) => void open.delete(id),
    forget(id) {
      stored.delete(id);
      for (const alias of aliases.get(id) ?? []) stored.delete(alias);
      // A file that appears may bring the folders it is in.
      for (let end = id.lastIndexOf('/'); end > 0; end = id.lastIndexOf('/', end - 1))
        for (const known of [folders, listed]) known.delete(id.slice(0, end));
    },
    async exists(id) {
      if (open.has(id) || stored.get(id)?.bytes) return true;
      const names = await listBehind(folderOf(id));
      if (!names) return false;
      const name = lastNameOf(id);
      return names.includes(name) || names.includes(`${name}/`);
    },
    // The client refuses edits of read-only files by itself.
    isReadOnly: () => false,
    readDirectory: async (id) => (await listBehind(id)) ?? [],
    realPath: (id) => stored.get(id)?.link?.behind ?? id,
    linkText: (id) => stored.get(id)?.link,
    spelling: (id) => {
      const names = listed.get(folderOf(id)) ?? [];
      return spellingIn(
        names.map((each) => each.replace(/\/$/, '')),
        lastNameOf(id),
      );
    },
    aliasesOf: (id) => [...(aliases.get(id) ?? [])],
    // Nobody tells what a link is.
    listFolder: async (id) => ({ names: (await list(id)) ?? [], links: [] }),
    async load(ids) {
      await Promise.all(
        ids.map(async (id) => {
          const { file, link, read } = await follow(id);
          if (link) addAlias(file, id);
          stored.set(id, { bytes: read.get(file), link, file: undefined });
        }),
      );
    },
  };
}

function lastNameOf(id: FileId): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
