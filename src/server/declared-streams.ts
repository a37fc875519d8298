import type { ControlContext } from "../api/firehose/control-context.ts";
import { requestedStream } from "../api/firehose/requested-stream.ts";
import { createDeliveryStreamRequest } from "../api/firehose/shapes/requests.ts";
import { arnOf, DEFAULT_REGION } from "../api/protocol/caller.ts";
import { checkShape } from "../api/protocol/shape.ts";
import { reasonOf } from "../model/errors.ts";
import type { JsonObject } from "../std/json.ts";
import { ConfigurationError } from "./configuration/configuration-error.ts";
import type { Configuration } from "./configuration/load-configuration.ts";

/**
 * Creates the streams of the configuration that are not there yet. Those that are there stay as they are: they may have
 * been changed since by UpdateDestination, and a restart must not undo that.
 */
export async function createDeclaredStreams(
  context: ControlContext,
  { streams, accountId }: Pick<Configuration, "streams" | "accountId">,
): Promise<void> {
  for (const [index, { lakehose, ...request }] of streams.entries()) {
    const name = request.DeliveryStreamName;
    if (context.streams.get(name) !== undefined) continue;
    try {
      const input = checkShape(createDeliveryStreamRequest, request as JsonObject);
      const arn = arnOf({ accountId, region: DEFAULT_REGION }, "firehose", `deliverystream/${name}`);
      const wanted = requestedStream(context, input, { arn, extensions: (lakehose ?? {}) as JsonObject });
      await context.streams.create(wanted);
    } catch (error) {
      throw new ConfigurationError(`streams[${index}] (${name}): ${reasonOf(error)}`, { cause: error });
    }
  }
}
