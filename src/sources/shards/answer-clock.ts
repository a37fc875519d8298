/** The time by AWS's clock: that of its newest answer, in whole seconds. */
export class AnswerClock {
  #newest: number;

  /** `now`: for servers that do not say. */
  constructor(now: number) {
    this.#newest = now;
  }

  get now(): number {
    return this.#newest;
  }

  /** `response`: of HTTP, as the client's middleware sees it. */
  note(response: unknown): void {
    const { headers } = response as { readonly headers?: Readonly<Record<string, string | undefined>> };
    const date = Date.parse(headers?.date ?? "");
    if (!Number.isNaN(date)) this.#newest = date;
  }
}
