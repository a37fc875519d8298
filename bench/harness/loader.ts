import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { LoaderAnswer, LoaderMessage, LoadOrder, LoadReport } from "./load-order.ts";

interface Waiting {
  resolve(report: LoadReport | undefined): void;
  reject(error: Error): void;
}

/** The load generator as the questions see it. */
export class Loader {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #messages = 0;

  constructor() {
    this.#process = fork(join(import.meta.dirname, "load-generator.ts"), {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#process.on("message", (message: LoaderAnswer) => this.#settle(message));
    this.#process.once("exit", (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`The load generator ended: ${code ?? signal}`));
      this.#waiting.clear();
    });
  }

  /** Makes and signs the requests without sending any; for those who read a clock around `run`. */
  async prepare(order: LoadOrder): Promise<void> {
    await this.#ask((id) => ({ id, prepare: order }));
  }

  /** Sends the requests, which it prepares first if need be. A run in which calls fail is no measurement, so it throws. */
  async run(order: LoadOrder): Promise<LoadReport> {
    const report = await this.#ask((id) => ({ id, run: order }));
    if (report === undefined) throw new Error("The load generator sent no report");
    if (report.failedRequests > 0) {
      throw new Error(
        `${report.failedRequests} requests to ${order.url} failed, the first with: ${report.firstFailure}`,
      );
    }
    return report;
  }

  close(): void {
    this.#process.kill("SIGKILL");
  }

  #ask(message: (id: number) => LoaderMessage): Promise<LoadReport | undefined> {
    const id = this.#messages++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send(message(id));
    });
  }

  #settle(message: LoaderAnswer): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("failure" in message) waiting?.reject(new Error(message.failure));
    else waiting?.resolve(message.report);
  }
}
