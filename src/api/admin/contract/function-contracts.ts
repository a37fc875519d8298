import { z } from "zod";
import { invokeFunctionBody } from "../invoke-function.ts";
import { type Contracts, count, instant, textsByName } from "./contract.ts";

const listed = {
  name: z.string(),
  target: z.enum(["local", "lambda", "url"]),
  where: z.string().meta({ description: "Folder, address, or the name on Lambda." }),
  runtime: z.string().exactOptional(),
  handler: z.string().exactOptional(),
  problem: z.string().exactOptional().meta({ description: "Why a call would fail." }),
};

const functionSummary = z.strictObject({ ...listed, streams: z.array(z.string()) }).meta({ id: "FunctionSummary" });

const outputLine = z
  .strictObject({ at: instant, invocationId: z.string(), channel: z.enum(["stdout", "stderr"]), line: z.string() })
  .meta({ id: "FunctionOutputLine" });

const sourceFile = z.strictObject({ path: z.string(), size: count, text: z.string().exactOptional() });

const functionDetails = z
  .strictObject({ ...listed, files: z.array(sourceFile), output: z.array(outputLine) })
  .meta({ id: "FunctionDetails" });

const triedRow = z
  .strictObject({
    record: count.meta({ description: "Counts from 1." }),
    result: z.enum(["kept", "dropped", "rejected"]),
    data: z.string().exactOptional(),
    dataBase64: z.string().exactOptional(),
    partitionKeys: textsByName.exactOptional(),
    code: z.string().exactOptional(),
    message: z.string().exactOptional(),
  })
  .meta({ id: "TriedRecord" });

/** User code: what there is, what it is, what it does. */
export const functionContracts: Contracts = {
  "lakehose:ListFunctions": {
    summary:
      "Functions that can be called: those of the configuration, then those of the data folder, with the streams that call them.",
    answer: z.strictObject({ functions: z.array(functionSummary) }),
  },
  "lakehose:GetFunction": {
    summary: "One function with its source, where it runs here, and what it printed last.",
    answer: functionDetails,
  },
  "lakehose:InvokeFunction": {
    summary: "What a function makes of some records, called as a stream would.",
    body: invokeFunctionBody,
    answer: z.strictObject({ results: z.array(triedRow), durationMs: count }),
  },
};
