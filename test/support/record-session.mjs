// Stands between an editor and a language server, and writes down what both say: one message a line, `{ from, message }`.
//   node test/support/record-session.mjs FILE COMMAND ARGUMENTS

import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';

const [file, command, ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });

pass('client', process.stdin, server.stdin);
pass('server', server.stdout, process.stdout);
process.stdin.once('end', () => server.stdin.end());
server.once('exit', (code, signal) => process.exit(signal ? 1 : code));

function pass(from, input, output) {
  const writer = new StreamMessageWriter(output);
  new StreamMessageReader(input).listen((message) => {
    appendFileSync(file, `${JSON.stringify({ from, message })}\n`);
    void writer.write(message);
  });
}
