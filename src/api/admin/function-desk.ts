import type { OutputLine } from "../../functions/function-outputs.ts";
import type { ListedFunction } from "../../functions/list-functions.ts";
import type { SourceFile } from "../../functions/read-source.ts";
import type { TriedRow } from "../../processors/lambda/tried-rows.ts";

/** Functions as people look at them: what there is, its code, what it printed, what it makes of a few records. */
export interface FunctionDesk {
  list(): Promise<readonly ListedFunction[]>;
  /** Only of functions that run here; empty for all others. */
  source(found: ListedFunction): Promise<readonly SourceFile[]>;
  /** Oldest first. */
  output(name: string): readonly OutputLine[];
  /** Calls it as a stream would, without a second attempt. */
  invoke(name: string, records: readonly Buffer[], options: InvokeOptions): Promise<readonly TriedRow[]>;
}

export interface InvokeOptions {
  /** One record may become many. */
  readonly fanOut: boolean;
  readonly signal: AbortSignal;
}
