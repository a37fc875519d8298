import type { StreamRequest } from "./draft.ts";

/** The stream as a call of the AWS command line, for any POSIX shell. */
export function cliText(request: StreamRequest, endpoint: string): string {
  const json = JSON.stringify(request, null, 2).replaceAll("'", `'\\''`);
  return `aws firehose create-delivery-stream --endpoint-url ${endpoint} --cli-input-json '${json}'\n`;
}
