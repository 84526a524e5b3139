// Whether the server can answer yet.

/** Is settled once: when the grammar and the settings are there, or when they cannot be had. */
export class Readiness {
  #isReady = false;
  #markReady: () => void = () => undefined;
  #giveUp: (error: unknown) => void = () => undefined;
  readonly #reached = new Promise<void>((resolve, reject) => {
    this.#markReady = resolve;
    this.#giveUp = reject;
  });

  constructor() {
    // Who waits is told; that nobody waits is no fault.
    this.#reached.catch(() => undefined);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves when the server is ready; rejects when it will not be. */
  wait(): Promise<void> {
    return this.#reached;
  }

  reach(): void {
    this.#isReady = true;
    this.#markReady();
  }

  giveUp(error: unknown): void {
    this.#giveUp(error);
  }
}
