import type { CrawlerDefinition, LastCrawl } from "../../catalog/crawler/crawler-definition.ts";
import type { Crawler } from "../../catalog/crawler/crawlers.ts";
import { CHANGE_POLICY_DEFAULT, type ChangePolicy } from "../../catalog/crawler/schema-change.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { ShapeValue } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { crawlerTargets, updateCrawlerRequest } from "./shapes/crawlers.ts";

type CrawlerInput = ShapeValue<typeof updateCrawlerRequest>;

/** The definition of a new crawler, or the present one with the members that the request has. */
export function crawlerDefinition(input: CrawlerInput, present?: CrawlerDefinition): CrawlerDefinition {
  const { Targets: targets, Configuration: configuration, SchemaChangePolicy: policy, RecrawlPolicy: recrawl } = input;
  const given = {
    description: input.Description,
    role: input.Role,
    // An empty one takes the schedule away.
    schedule: input.Schedule === "" ? undefined : input.Schedule,
    configuration,
    classifiers: input.Classifiers,
    tablePrefix: input.TablePrefix,
    recrawl: recrawl?.RecrawlBehavior,
    grouping: configuration === undefined ? undefined : groupingIn(configuration),
  };
  const { schedule: _, ...unscheduled } = present ?? {};
  return {
    ...(input.Schedule === "" ? unscheduled : present),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    name: input.Name,
    database: input.DatabaseName ?? present?.database ?? "",
    locations: targets === undefined ? (present?.locations ?? []) : locationsIn(targets),
    policy: policyIn(policy, present?.policy ?? CHANGE_POLICY_DEFAULT),
  };
}

/** What would be passed over in silence is refused: somebody counts on it. */
function locationsIn({ S3Targets: targets = [], ...others }: ShapeValue<typeof crawlerTargets>): readonly string[] {
  for (const [kind, given] of Object.entries(others)) {
    if (given.length > 0)
      throw new WireError("InvalidInputException", `${kind} are not supported here: name S3Targets`);
  }
  return targets.map(({ Path: path = "", Exclusions: exclusions = [] }) => {
    if (exclusions.length > 0) {
      throw new WireError(
        "InvalidInputException",
        "Exclusions are not supported here: name the folders that are wanted",
      );
    }
    return /^s3[an]?:/.test(path) ? path : `s3://${path}`;
  });
}

const DELETE_BEHAVIORS = { DELETE_FROM_DATABASE: "delete", DEPRECATE_IN_DATABASE: "deprecate", LOG: "log" } as const;
const UPDATE_BEHAVIORS = { UPDATE_IN_DATABASE: "update", LOG: "log" } as const;

function policyIn(policy: CrawlerInput["SchemaChangePolicy"], present: ChangePolicy): ChangePolicy {
  const { UpdateBehavior: update, DeleteBehavior: remove } = policy ?? {};
  return {
    update: update === undefined ? present.update : UPDATE_BEHAVIORS[update],
    delete: remove === undefined ? present.delete : DELETE_BEHAVIORS[remove],
  };
}

/** Glue's settings are a JSON text; of these the grouping means something here. */
function groupingIn(configuration: string): "folders" | "location" {
  let settings: JsonValue;
  try {
    settings = JSON.parse(configuration) as JsonValue;
  } catch (error) {
    throw new WireError("InvalidInputException", "Configuration is not JSON", { cause: error });
  }
  const policy = memberOf(memberOf(settings, "Grouping"), "TableGroupingPolicy");
  return policy === "CombineCompatibleSchemas" ? "location" : "folders";
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

/** A crawler as Glue's answers show it. */
export function describeCrawler(crawler: Crawler): JsonObject {
  const { definition, createdAt, updatedAt, version, lastCrawl, job } = crawler;
  const { name, role, locations, database, policy, grouping: _, csvHeader: __, ...rest } = definition;
  return {
    Name: name,
    ...(role !== undefined && { Role: role }),
    Targets: {
      S3Targets: locations.map((path) => ({ Path: path, Exclusions: [] })),
      JdbcTargets: [],
      MongoDBTargets: [],
      DynamoDBTargets: [],
      CatalogTargets: [],
      DeltaTargets: [],
      IcebergTargets: [],
      HudiTargets: [],
    },
    DatabaseName: database,
    ...(rest.description !== undefined && { Description: rest.description }),
    Classifiers: [...(rest.classifiers ?? [])],
    RecrawlPolicy: { RecrawlBehavior: rest.recrawl ?? "CRAWL_EVERYTHING" },
    SchemaChangePolicy: {
      UpdateBehavior: keyOf(UPDATE_BEHAVIORS, policy.update),
      DeleteBehavior: keyOf(DELETE_BEHAVIORS, policy.delete),
    },
    // Until its end is written down.
    State: job === undefined ? "READY" : "RUNNING",
    ...(rest.tablePrefix !== undefined && { TablePrefix: rest.tablePrefix }),
    ...(rest.schedule !== undefined && { Schedule: describeSchedule(rest.schedule, crawler) }),
    CreationTime: createdAt / 1000,
    LastUpdated: updatedAt / 1000,
    ...(lastCrawl !== undefined && { LastCrawl: describeLastCrawl(lastCrawl) }),
    Version: version,
    ...(rest.configuration !== undefined && { Configuration: rest.configuration }),
  };
}

/** `NextRunTime` is ours: Glue keeps it to itself, and its clients pass over it. */
function describeSchedule(expression: string, { nextRunAt }: Crawler): JsonObject {
  return {
    ScheduleExpression: expression,
    State: nextRunAt === undefined ? "NOT_SCHEDULED" : "SCHEDULED",
    ...(nextRunAt !== undefined && { NextRunTime: nextRunAt / 1000 }),
  };
}

const STATUSES: Readonly<Record<LastCrawl["status"], string>> = {
  cancelled: "CANCELLED",
  done: "SUCCEEDED",
  failed: "FAILED",
};

function describeLastCrawl({ status, message, startedAt }: LastCrawl): JsonObject {
  return {
    Status: STATUSES[status],
    ...(message !== undefined && { ErrorMessage: message }),
    StartTime: startedAt / 1000,
  };
}

function keyOf<V extends string>(names: Readonly<Record<string, V>>, value: V): string {
  return Object.keys(names).find((name) => names[name] === value) ?? "";
}
