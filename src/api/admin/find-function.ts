import type { ListedFunction } from "../../functions/list-functions.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { FunctionDesk } from "./function-desk.ts";

/** The function of that name. Throws ResourceNotFoundException where there is none. */
export async function findFunction(desk: Pick<FunctionDesk, "list">, name: string): Promise<ListedFunction> {
  const found = (await desk.list()).find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new WireError("ResourceNotFoundException", `There is no function ${name}`);
}
