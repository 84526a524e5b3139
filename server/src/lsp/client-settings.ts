// The settings that the client gives when it is asked; its answer counts when it comes, and nothing depends on it.

/** The values of the sections asked for. */
export interface SentSettings {
  readonly dtmap: unknown;
  readonly devicetree: unknown;
}

/** Asks for settings; of several answers that are late the newest question's counts. */
export class ClientSettings {
  readonly #ask: (sections: readonly string[]) => Promise<unknown>;
  readonly #take: (settings: SentSettings) => void;
  #asked = 0;
  /** Number of the question whose answer was taken last. */
  #taken = 0;

  constructor(
    ask: (sections: readonly string[]) => Promise<unknown>,
    take: (settings: SentSettings) => void,
  ) {
    this.#ask = ask;
    this.#take = take;
  }

  /** Resolves when the client has answered; with false when it has refused. Does not reject. */
  async pull(): Promise<boolean> {
    this.#asked += 1;
    const question = this.#asked;
    let answer: unknown;
    try {
      answer = await this.#ask(['dtmap', 'devicetree']);
    } catch {
      return false;
    }
    if (!Array.isArray(answer)) return false;
    if (question > this.#taken) {
      this.#taken = question;
      const [dtmap, devicetree] = answer as unknown[];
      this.#take({ dtmap, devicetree });
    }
    return true;
  }
}
