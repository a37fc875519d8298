import type { FunctionDesk, InvokeOptions } from "../api/admin/function-desk.ts";
import { arnOf, DEFAULT_REGION } from "../api/protocol/caller.ts";
import type { FunctionInvoker } from "../functions/function-invoker.ts";
import type { FunctionOutputs } from "../functions/function-outputs.ts";
import { type ListedFunction, listFunctions } from "../functions/list-functions.ts";
import { readSource } from "../functions/read-source.ts";
import { type TriedRow, triedRows } from "../processors/lambda/tried-rows.ts";
import { tryFunction } from "../processors/lambda/try-function.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { Configuration } from "./configuration/load-configuration.ts";

export interface HostedFunctionDeskOptions {
  readonly configuration: Pick<Configuration, "functions" | "accountId">;
  /** Where functions are that the configuration does not name. */
  readonly directory: string;
  readonly functions: FunctionInvoker;
  readonly outputs: FunctionOutputs;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a stream that tries a function is called. */
const TRIAL = "function-trial";

export class HostedFunctionDesk implements FunctionDesk {
  readonly #options: HostedFunctionDeskOptions;

  constructor(options: HostedFunctionDeskOptions) {
    this.#options = options;
  }

  list(): Promise<readonly ListedFunction[]> {
    return listFunctions(this.#options.directory, this.#options.configuration.functions);
  }

  async source({ target, where }: ListedFunction) {
    return target === "local" ? readSource(where) : [];
  }

  output(name: string) {
    return this.#options.outputs.of(name);
  }

  async invoke(name: string, records: readonly Buffer[], { fanOut, signal }: InvokeOptions) {
    const { configuration, functions, clock, random } = this.#options;
    const caller = { accountId: configuration.accountId, region: DEFAULT_REGION };
    const arn = arnOf(caller, "firehose", `deliverystream/${TRIAL}`);
    const stream = { uid: TRIAL, name: TRIAL, arn, region: DEFAULT_REGION };
    const rows: TriedRow[] = [];
    const tried = tryFunction(given(records), { functions, functionArn: name, stream, fanOut, clock, random, signal });
    for await (const batch of tried) rows.push(...batch.flatMap(triedRows));
    return rows;
  }
}

async function* given(records: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* records;
}
