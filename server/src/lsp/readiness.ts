// Whether the server can answer yet.

/** Is settled once: when the settings are there, or nobody waits for them any longer. */
export class Readiness {
  #isReady = false;
  #markReady: () => void = () => undefined;
  readonly #reached = new Promise<void>((resolve) => {
    this.#markReady = resolve;
  });

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves when the server is ready. */
  wait(): Promise<void> {
    return this.#reached;
  }

  reach(): void {
    this.#isReady = true;
    this.#markReady();
  }
}
