// Runs a TypeScript module in two child processes and hands out requests to whichever is free.

import { fork } from 'node:child_process';

/** What `module` answers to each of `requests`, in no particular order; rejects when a process dies. */
export async function inProcesses<Request, Answer>(
  module: string,
  requests: readonly Request[],
): Promise<readonly Answer[]> {
  const waiting = [...requests];
  const answers: Answer[] = [];
  const run = async (): Promise<void> => {
    const worker = fork(module, { execArgv: ['--import', 'tsx', '--max-semi-space-size=64'] });
    try {
      for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
        const sent = request;
        answers.push(
          await new Promise<Answer>((resolve, reject) => {
            worker.once('message', (answer) => resolve(answer as Answer));
            worker.once('exit', (code) =>
              reject(new Error(`${JSON.stringify(sent)}: exit status ${code}`)),
            );
            worker.send(sent as object);
          }),
        );
        worker.removeAllListeners();
      }
    } finally {
      if (worker.connected) worker.disconnect();
    }
  };
  await Promise.all([run(), run()]);
  return answers;
}
