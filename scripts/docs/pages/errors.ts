import { WIRE_ERROR_STATUS } from "../../../src/api/protocol/wire-error.ts";
import { code, page, table } from "../markdown.ts";

export function errorsPage(): string {
  const intro = [
    "Every error code that any of the protocols answers with. AWS's JSON protocol carries it in the header `x-amzn-ErrorType`",
    "and in the member `__type`; plain ingest and the admin API in the member `code`, under the status that the web expects.",
  ].join("\n");
  const rows = Object.entries(WIRE_ERROR_STATUS).map(([name, status]) => [code(name), String(status)]);
  return page("Errors", intro, [table(["code", "HTTP status (AWS protocols)"], rows)]);
}
