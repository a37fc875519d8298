import type { StreamRequest } from "./draft.ts";

/** The stream as a call of the AWS command line, for any POSIX shell. What AWS has no word for is a second call. */
export function cliText({ lakehose, ...request }: StreamRequest, endpoint: string): string {
  const create = `aws firehose create-delivery-stream --endpoint-url ${endpoint} --cli-input-json ${quoted(request)}\n`;
  return lakehose === undefined
    ? create
    : `${create}${extensionsText(request.DeliveryStreamName, lakehose, endpoint)}\n`;
}

/** A call of the admin API that gives a stream its `lakehose` section. */
export function extensionsText(name: string, extensions: object, endpoint: string): string {
  const address = `${endpoint}/api/streams/${encodeURIComponent(name)}/extensions`;
  return `curl -X PUT ${address} --data ${quoted(extensions)}`;
}

function quoted(value: object): string {
  return `'${JSON.stringify(value, null, 2).replaceAll("'", `'\\''`)}'`;
}
