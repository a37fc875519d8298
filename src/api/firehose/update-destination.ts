import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import type { StreamDocument } from "../../streams/streams.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape, type ShapeValue, type StructureShape, structure } from "../protocol/shape.ts";
import { authorizeStream, type ControlContext, invalidArgument, refuseProblems } from "./control-context.ts";
import { DESTINATION_ID, type DeclaredStream, fromDeclared, toDeclared } from "./declared.ts";
import { type DestinationKindName, destinationKindNames, destinationKinds } from "./destination-kinds.ts";
import { mergeDestination, updateAsConfiguration } from "./merge.ts";
import { isObject, normaliseDestination } from "./normalise.ts";
import { updateDestinationRequest } from "./shapes/requests.ts";
import { type Allowances, allowancesOf } from "./validation/allowances.ts";

type Request = ShapeValue<typeof updateDestinationRequest>;

/**
 * UpdateDestination request  => DeliveryStreamName, CurrentDeliveryStreamVersionId, DestinationId, exactly one update
 * UpdateDestination response => {}
 *
 * An update that changes nothing succeeds and leaves the version as it is (reference 1.8).
 */
export function updateDestination({ streams }: ControlContext): Operation {
  return {
    target: "Firehose_20150804.UpdateDestination",
    service: "firehose",
    async handle(request) {
      const input = checkShape(updateDestinationRequest, request.json());
      authorizeStream(request, input.DeliveryStreamName);
      await streams.update(input.DeliveryStreamName, input.CurrentDeliveryStreamVersionId, (current) => {
        if (input.DestinationId !== DESTINATION_ID) {
          throw invalidArgument(`Destination Id ${input.DestinationId} not found`);
        }
        return { declared: updatedDeclaration(current, input) };
      });
      return {};
    },
  };
}

/** What a stream is declared to be once an update, whose shape has been checked, is in force. Throws what AWS would answer. */
export function updatedDeclaration(
  current: Pick<StreamDocument, "declared" | "extensions" | "tags">,
  input: Request,
): JsonObject {
  const { kind, update } = chosenUpdate(input);
  const allowances = allowancesOf(settingsOf(current.extensions, current.tags));
  const before = fromDeclared(current.declared);
  return toDeclared(
    kind === before.kind ? merged(before, update, allowances) : changed(before, kind, update, allowances),
  );
}

function chosenUpdate(input: Request): { readonly kind: DestinationKindName; readonly update: JsonObject } {
  const members = input as unknown as JsonObject;
  const given = destinationKindNames.flatMap((kind) =>
    destinationKinds[kind].updates.flatMap((member) => {
      const update = members[member];
      return isObject(update) ? [{ kind, update }] : [];
    }),
  );
  const [chosen] = given;
  if (chosen === undefined) {
    throw invalidArgument("At least one destination or source configuration update must be provided");
  }
  if (given.length > 1) throw invalidArgument("Exactly one destination configuration is supported for a Firehose");
  return chosen;
}

function merged(before: DeclaredStream, update: JsonObject, allowances: Allowances): DeclaredStream {
  const kind = destinationKinds[before.kind];
  const destination = mergeDestination(before.destination, update);
  refuseOneWaySwitches(before, destination);
  refuseProblems(kind.problems(destination, before.destination, allowances));
  return { ...before, destination };
}

/** What AWS lets nobody take back or switch on later. */
function refuseOneWaySwitches(before: DeclaredStream, destination: JsonObject): void {
  const forGood = destinationKinds[before.kind].backupModeForGood;
  const left = before.destination.S3BackupMode === forGood?.mode && destination.S3BackupMode !== forGood?.mode;
  if (forGood !== undefined && left) throw invalidArgument(forGood.text);
  const partitioned = isPartitioned(before.destination);
  if (partitioned === isPartitioned(destination)) return;
  const verb = partitioned ? "Disabling" : "Enabling";
  throw invalidArgument(`${verb} Dynamic Partitioning is not supported for an existing delivery stream.`);
}

function isPartitioned(destination: JsonObject): boolean {
  const partitioning = destination.DynamicPartitioningConfiguration;
  return isObject(partitioning) && partitioning.Enabled === true;
}

/** A change to another kind: nothing is merged, so all that creation asks for has to be there. */
function changed(
  before: DeclaredStream,
  kindName: DestinationKindName,
  update: JsonObject,
  allowances: Allowances,
): DeclaredStream {
  const kind = destinationKinds[kindName];
  const old = destinationKinds[before.kind];
  if (kind.group !== old.group || kind.group === "http") {
    const named = kind.group === "open" ? before.kind : kindName;
    throw invalidArgument(`Changing the destination type to or from ${named} is not supported at this time.`);
  }
  const [member = kindName] = kind.configurations;
  const configuration = checkAnyShape(structure({ [member]: kind.shape }), { [member]: updateAsConfiguration(update) });
  const destination = normaliseDestination(configuration[member] ?? {});
  refuseProblems(kind.problems(destination, undefined, allowances));
  return { ...before, kind: kindName, destination };
}

/** The type of a value of any shape at all has no end; a destination is a JSON object here. */
const checkAnyShape = checkShape as unknown as (shape: StructureShape, value: unknown) => Record<string, JsonObject>;
