// The order the protocol asks for: `initialize` first, nothing but `exit` after `shutdown`.

import { ErrorCodes, ResponseError } from 'vscode-languageserver';

/** Knows how far the conversation is, and what to answer to what comes out of order. */
export class Lifecycle {
  #stage: 'before' | 'during' | 'after' = 'before';

  /** Whether notifications count. */
  get isRunning(): boolean {
    return this.#stage === 'during';
  }

  /** To be told of `initialize`; the answer when it comes a second time. */
  begin(): ResponseError | undefined {
    if (this.#stage !== 'before') return invalid('The server is initialized already.');
    this.#stage = 'during';
    return undefined;
  }

  /** To be told of `shutdown`; the answer when it comes out of order. */
  end(): ResponseError | undefined {
    const refusal = this.refusal();
    if (!refusal) this.#stage = 'after';
    return refusal;
  }

  /** The answer to a request that comes out of order; undefined when it may be answered. */
  refusal(): ResponseError | undefined {
    switch (this.#stage) {
      case 'before':
        return new ResponseError(
          ErrorCodes.ServerNotInitialized,
          'The server is not initialized: send "initialize" first.',
        );
      case 'during':
        return undefined;
      case 'after':
        return invalid('The server was shut down: only "exit" is expected.');
    }
  }
}

function invalid(message: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidRequest, message);
}
