// Says to a fresh server what an editor said in a recorded session, and compares what the server says.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createMessageConnection,
  type Message,
  type PublishDiagnosticsParams,
  type RequestMessage,
  type NotificationMessage,
  type ResponseMessage,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';

/** A line that test/support/record-session.mjs wrote. */
export interface Recorded {
  readonly from: 'client' | 'server';
  readonly message: Message;
}

export interface Replayed {
  /** Requests that were asked and answered in the recording. */
  readonly requests: number;
  /** What was answered or shown otherwise than in the recording. */
  readonly differences: readonly {
    readonly of: string;
    readonly was: unknown;
    readonly is: unknown;
  }[];
}

/** How long to wait for diagnostics that were shown in the recording, in milliseconds. */
const PATIENCE = 10_000;

/** Diagnostics count as they were at the end: how often they are sent on the way depends on timing, as do cancelled requests. */
export async function replaySession(
  session: readonly Recorded[],
  [command, ...args]: readonly [string, ...string[]],
): Promise<Replayed> {
  const answers = new Map<unknown, ResponseMessage>();
  const ofClient = new Map<string, unknown[]>();
  const shownThen = new Map<string, unknown>();
  const askedByServer = new Map<unknown, string>();
  for (const { from, message } of session) {
    if (from === 'server' && isRequest(message)) askedByServer.set(message.id, message.method);
    else if (from === 'server' && isAnswer(message)) answers.set(message.id, message);
    else if (from === 'server') show(shownThen, message as NotificationMessage);
    else if (isAnswer(message)) {
      const method = askedByServer.get(message.id) ?? '';
      ofClient.set(method, [...(ofClient.get(method) ?? []), message.result ?? null]);
    }
  }

  const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const shownNow = new Map<string, unknown>();
  connection.onNotification((method, params) => {
    show(shownNow, { jsonrpc: '2.0', method, params: params as object });
  });
  connection.onRequest((method) => ofClient.get(method)?.shift() ?? null);
  connection.listen();

  const isSame = (uri: string): boolean =>
    JSON.stringify(shownNow.get(uri)) === JSON.stringify(shownThen.get(uri));
  const uris = (): string[] => [...new Set([...shownThen.keys(), ...shownNow.keys()])];
  /** The editor had waited for the last diagnostics before it left. */
  const settle = async (): Promise<void> => {
    const end = performance.now() + PATIENCE;
    while (!uris().every(isSame) && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };

  const differences: Replayed['differences'][number][] = [];
  let requests = 0;
  for (const { from, message } of session) {
    if (from === 'server' || isAnswer(message)) continue;
    const { method, params } = message as NotificationMessage;
    if (method === 'shutdown') await settle();
    if (!isRequest(message)) {
      if (method !== '$/cancelRequest') await connection.sendNotification(method, params);
      continue;
    }
    const was = answers.get(message.id);
    if (!was || was.error) continue;
    const is: unknown = await connection.sendRequest(method, params);
    requests += 1;
    if (JSON.stringify(is) !== JSON.stringify(was.result))
      differences.push({ of: method, was: was.result, is });
  }
  await settle();
  connection.dispose();
  server.stdin.end();
  await ended;
  for (const uri of uris().filter((each) => !isSame(each)))
    differences.push({ of: uri, was: shownThen.get(uri), is: shownNow.get(uri) });
  return { requests, differences };
}

function show(shown: Map<string, unknown>, { method, params }: NotificationMessage): void {
  if (method !== 'textDocument/publishDiagnostics') return;
  const { uri, diagnostics } = params as PublishDiagnosticsParams;
  if (diagnostics.length === 0) shown.delete(uri);
  else shown.set(uri, diagnostics);
}

function isRequest(message: Message): message is RequestMessage {
  return 'id' in message && 'method' in message;
}

function isAnswer(message: Message): message is ResponseMessage {
  return 'id' in message && !('method' in message);
}
