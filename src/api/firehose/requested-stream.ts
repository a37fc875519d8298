import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import type { CreateStream, StreamDocument } from "../../streams/streams.ts";
import type { ShapeValue } from "../protocol/shape.ts";
import { type ControlContext, invalidArgument, refuseProblems } from "./control-context.ts";
import { type DeclaredStream, toDeclared } from "./declared.ts";
import { destinationKindNames, destinationKinds } from "./destination-kinds.ts";
import { enabledEncryption } from "./encryption.ts";
import { normaliseDestination } from "./normalise.ts";
import type { createDeliveryStreamRequest } from "./shapes/requests.ts";
import { sourceOfStream } from "./source-of-stream.ts";
import { type Allowances, allowancesOf } from "./validation/allowances.ts";
import { sourceProblems } from "./validation/source-problems.ts";

type Request = ShapeValue<typeof createDeliveryStreamRequest>;

/**
 * A CreateDeliveryStream request, whose shape has been checked, as a stream to be created. Requests over the wire and
 * streams in the configuration file come this way; the file adds `extensions`. Throws what AWS would answer.
 */
export function requestedStream(
  context: ControlContext,
  input: Request,
  more: { readonly arn: string; readonly extensions: JsonObject },
): CreateStream {
  const type = input.DeliveryStreamType ?? "DirectPut";
  const tags = new Map((input.Tags ?? []).map(({ Key, Value = "" }) => [Key, Value]));
  const settings = settingsOf(more.extensions, Object.fromEntries(tags));
  const declared = declare(input, type, allowancesOf(settings));
  const wanted = input.DeliveryStreamEncryptionConfigurationInput;
  const stream = { name: input.DeliveryStreamName, type, declared: toDeclared(declared) };
  // A source that nobody can reach is refused now, rather than found out by whoever waits for records.
  sourceOfStream({ ...stream, uid: "", createdAt: context.clock.now() }, context.upstreams);
  return {
    ...more,
    ...stream,
    tags,
    encryption: wanted === undefined ? { status: "DISABLED", toggledAt: [] } : enabledEncryption(context, type, wanted),
  };
}

const SOURCES = [
  "DirectPutSourceConfiguration",
  "KinesisStreamSourceConfiguration",
  "MSKSourceConfiguration",
  "DatabaseSourceConfiguration",
] as const;

/** Checks what is asked for in AWS's order and keeps what a document keeps of it. */
function declare(input: Request, type: StreamDocument["type"], allowances: Allowances): DeclaredStream {
  const given = destinationKindNames.flatMap((kind) =>
    destinationKinds[kind].configurations.flatMap((member) => {
      const destination = input[member] as JsonObject | undefined;
      return destination === undefined ? [] : [{ kind, destination }];
    }),
  );
  const [chosen] = given;
  if (chosen === undefined || given.length > 1) {
    throw invalidArgument("Exactly one destination configuration is supported for a Firehose");
  }
  refuseProblems(sourceProblems(type, input));
  const destination = normaliseDestination(chosen.destination);
  refuseProblems(destinationKinds[chosen.kind].problems(destination, undefined, allowances));
  const sources: JsonObject = {};
  for (const member of SOURCES) {
    const source = input[member] as JsonObject | undefined;
    if (source !== undefined) sources[member] = source;
  }
  return { kind: chosen.kind, destination, sources };
}
