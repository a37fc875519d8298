import { QueryError } from "../../query/query-error.ts";
import { WireError } from "../protocol/wire-error.ts";

/** What is not there is an error of its own where Athena speaks of a resource by its name. */
export async function resourceOrError<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof QueryError && error.code === "not-found")) throw error;
    throw new WireError("ResourceNotFoundException", error.message, { members: { ResourceName: name } });
  }
}
