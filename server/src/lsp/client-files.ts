// Files asked from the client: the browser's server has no file system of its own.

import type { Connection } from 'vscode-languageserver';
import { decodeText } from '../text/decode.ts';
import type { Missing, SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import { uriOf } from './file-id.ts';
import type { ClientRequests } from './custom-requests.ts';
import type { Files } from './files.ts';

interface Stored {
  readonly bytes: Uint8Array | undefined;
  file: SourceFile | undefined;
}

/** Files that are `not-loaded` until `load` has asked the client for them. */
export function clientFiles(connection: Connection): Files {
  const open = new Map<FileId, SourceFile>();
  const stored = new Map<FileId, Stored>();
  const folders = new Map<FileId, Promise<readonly string[] | null>>();

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
      names = ask('dtmap/readDirectory', id);
      folders.set(id, names);
    }
    return names;
  };

  return {
    get(id): SourceFile | Missing {
      const edited = open.get(id);
      if (edited) return edited;
      const known = stored.get(id);
      if (!known) return 'not-loaded';
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
      // A file that appears may bring the folders it is in.
      for (let end = id.lastIndexOf('/'); end > 0; end = id.lastIndexOf('/', end - 1))
        folders.delete(id.slice(0, end));
    },
    async exists(id) {
      if (open.has(id) || stored.get(id)?.bytes) return true;
      const slash = id.lastIndexOf('/');
      const names = await list(id.slice(0, slash));
      if (!names) return false;
      const name = id.slice(slash + 1);
      return names.includes(name) || names.includes(`${name}/`);
    },
    // The client refuses edits of read-only files by itself.
    isReadOnly: () => false,
    readDirectory: async (id) => (await list(id)) ?? [],
    // Nobody tells what a link is.
    listFolder: async (id) => ({ names: (await list(id)) ?? [], links: [] }),
    async load(ids) {
      await Promise.all(
        ids.map(async (id) => {
          // An include is looked for in many folders: what a listing lacks is not asked for one by one.
          const names = await list(id.slice(0, id.lastIndexOf('/')));
          const name = id.slice(id.lastIndexOf('/') + 1).toLowerCase();
          // Some disks know no case.
          const isListed = names?.some((each) => each.toLowerCase() === name) ?? true;
          const base64 = isListed ? await ask('dtmap/readFile', id) : null;
          stored.set(id, {
            bytes: base64 === null ? undefined : fromBase64(base64),
            file: undefined,
          });
        }),
      );
    },
  };
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
