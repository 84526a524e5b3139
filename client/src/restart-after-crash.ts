// What happens when the language server's process ends by itself: it is started again, at most once a minute.

/** A server that ends sooner than this after its last end would end again. */
const MINUTE = 60_000;

export interface AfterCrash {
  readonly restarts: boolean;
  /** What the user is told. */
  readonly message: string;
}

/**
 * Asked at each end of the server: one that ended twice within a minute stays down until it is asked for. The client tells a
 * new server of every open document, so its state is that of before. `now`: milliseconds of a clock that never jumps.
 */
export function restartAfterCrash(now: () => number): () => AfterCrash {
  let last = -Infinity;
  return () => {
    const restarts = now() - last >= MINUTE;
    last = now();
    return {
      restarts,
      message: restarts
        ? 'The language server ended unexpectedly and was started again.'
        : 'The language server ended twice within a minute and is not started again.',
    };
  };
}
