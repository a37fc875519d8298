import { z } from "zod";
import { accessContracts } from "./access-contracts.ts";
import { type Contracts, jsonObject } from "./contract.ts";
import { flowContracts } from "./flow-contracts.ts";
import { functionContracts } from "./function-contracts.ts";
import { jobContracts } from "./job-contracts.ts";
import { lakeContracts } from "./lake-contracts.ts";
import { queryContracts } from "./query-contracts.ts";
import { streamContracts } from "./stream-contracts.ts";
import { watchContracts } from "./watch-contracts.ts";

/** What every operation of the admin API takes and answers; a test holds that none is missing and none too many. */
export const ADMIN_CONTRACTS: Contracts = {
  ...accessContracts,
  ...flowContracts,
  ...functionContracts,
  ...jobContracts,
  ...lakeContracts,
  ...queryContracts,
  ...streamContracts,
  ...watchContracts,
  "lakehose:GetOpenApi": { summary: "This document.", answer: jsonObject },
};

/** What every operation answers instead when it refuses. */
export const failureSchema = z.strictObject({ code: z.string(), message: z.string() }).meta({
  id: "Failure",
  description: "Codes are those of the AWS wire; messages say what was expected and what came.",
});
