import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import { type PrefixRole, parsePrefix } from "../model/prefix-template.ts";
import type { StreamDocument } from "./streams.ts";

export interface StreamWarning {
  readonly code: string;
  readonly message: string;
}

/** What is allowed and still hardly ever meant. Told at creation and change, and by the admin API for as long as it holds. */
export function warningsOf(document: StreamDocument): readonly StreamWarning[] {
  const warnings: StreamWarning[] = [];
  for (const delivery of document.deliveries) {
    const { prefix, errorPrefix } = delivery.naming;
    warnings.push(...prefixWarnings(prefix, "prefix"), ...prefixWarnings(errorPrefix, "error-prefix"));
    warnings.push(...partitionWarnings(delivery), ...tableWarnings(delivery));
  }
  return warnings;
}

/** Names of keys whose values hardly ever come twice: each record then makes an object of its own. */
const IDENTITY =
  /^id$|(^|[_-])(request|trace|span|session|message|event|record|transaction|order)[_-]?id$|(^|[_-])[ug]uid$/i;

function partitionWarnings({ naming: { prefix }, partition }: DeliveryDefinition): StreamWarning[] {
  const keys = partition?.keys.map(({ name }) => name.slice(name.indexOf(":") + 1)) ?? [];
  const identity = keys.find((key) => IDENTITY.test(key));
  if (identity === undefined) return [];
  const message = `Prefix ${prefix} partitions by ${identity}, which looks like an id: with a partition for nearly every record, objects are tiny and most records meet the limit on active partitions`;
  return [{ code: "partition-unbounded", message }];
}

/** A stream whose table is not there, or cannot be written, is made with a processor that rejects everything. */
function tableWarnings({ table, processors }: DeliveryDefinition): StreamWarning[] {
  const rejecting = table && processors.find(({ type }) => type === "reject");
  if (table === undefined || rejecting === undefined) return [];
  const { databaseName, tableName } = table;
  const message = `All records are rejected until table ${databaseName}.${tableName} can be used: ${rejecting.options.message}`;
  return [{ code: "table-unusable", message }];
}

function prefixWarnings(prefix: string | undefined, role: PrefixRole): StreamWarning[] {
  const usage = parsePrefix(prefix ?? "", role).template?.usage;
  const warnings: StreamWarning[] = [];
  if (usage?.hasWeekBasedYear) {
    const message = `Prefix ${prefix} uses the week-based year YYYY, in which 2018-12-31 falls into 2019. Most people mean yyyy`;
    warnings.push({ code: "week-based-year", message });
  }
  if (usage?.hasSeconds) {
    const message = `Prefix ${prefix} changes every second or faster, so nearly every object gets a folder of its own`;
    warnings.push({ code: "prefix-too-fine", message });
  }
  if (role === "prefix" && usage?.hasRandomString) {
    const message = `Prefix ${prefix} has a random string, so every object gets a folder of its own and queries have to list them all`;
    warnings.push({ code: "prefix-random", message });
  }
  return warnings;
}
