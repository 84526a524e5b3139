// The bundled server without a client library around it: a test says every word of the client itself, and may keep silent.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { bundle } from './bundles.ts';

/** A message of either side. */
export interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message?: string };
}

/** A server process and all it has said. It answers `stop` within the protocol's order, or is ended by `kill`. */
export class RawServer {
  readonly received: Message[] = [];
  /** The exit code, once the process has ended. */
  readonly ended: Promise<number | null>;
  readonly #server: ChildProcessWithoutNullStreams;
  #input = Buffer.alloc(0);
  readonly #waiting = new Set<() => void>();

  constructor() {
    this.#server = spawn(process.execPath, [bundle('server.js'), '--stdio']);
    this.ended = new Promise((resolve) => this.#server.once('exit', resolve));
    this.#server.stdout.on('data', (bytes: Buffer) => {
      this.#input = Buffer.concat([this.#input, bytes]);
      this.#split();
      for (const wake of [...this.#waiting]) wake();
    });
  }

  /** Sends all in one write. */
  send(...messages: readonly Message[]): void {
    const frames = messages.map((message) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    });
    this.#server.stdin.write(frames.join(''));
  }

  /** The first message received that `accept` likes. */
  receive(accept: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.received.find(accept);
        if (!found) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The answer to the request of that id. */
  answer(id: string): Promise<Message> {
    return this.receive((message) => message.id === id && message.method === undefined);
  }

  /** Sends a request and waits for its answer; the method is the id, unless `id` is given. */
  async ask(method: string, params: object, id = method): Promise<Message> {
    this.send({ id, method, params: { ...params } });
    return this.answer(id);
  }

  async stop(): Promise<void> {
    await this.ask('shutdown', {});
    this.send({ method: 'exit' });
    await this.ended;
  }

  /** Ends the process at once. */
  kill(): void {
    this.#server.kill();
  }

  #split(): void {
    for (;;) {
      const head = /^Content-Length: (\d+)\r\n\r\n/.exec(this.#input.toString('latin1', 0, 100));
      if (!head) return;
      const end = head[0].length + Number(head[1]);
      if (this.#input.length < end) return;
      this.received.push(JSON.parse(this.#input.toString('utf8', head[0].length, end)) as Message);
      this.#input = this.#input.subarray(end);
    }
  }
}
