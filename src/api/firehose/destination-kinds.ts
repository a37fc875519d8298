import type { JsonObject } from "../../std/json.ts";
import type { StructureShape } from "../protocol/shape.ts";
import { destinationConfigurations } from "./shapes/destinations.ts";
import type { Allowances } from "./validation/allowances.ts";
import { extendedS3Problems } from "./validation/extended-s3-problems.ts";
import { icebergProblems } from "./validation/iceberg-problems.ts";
import { elasticsearchProblems, openSearchProblems, serverlessProblems } from "./validation/opensearch-problems.ts";
import type { Problems } from "./validation/problems.ts";
import { redshiftProblems } from "./validation/redshift-problems.ts";
import { snowflakeProblems } from "./validation/snowflake-problems.ts";
import { httpEndpointProblems, splunkProblems } from "./validation/splunk-http-problems.ts";

/** One kind of destination: its names on the wire, its rules, and what Describe fills in (reference 1.4, 1.8, 2.1). */
export interface DestinationKind {
  /** Members of CreateDeliveryStream that configure it. */
  readonly configurations: readonly (keyof typeof destinationConfigurations)[];
  /** Members of UpdateDestination that change it. */
  readonly updates: readonly string[];
  /** Member of DestinationDescription. */
  readonly description: string;
  /** Of the configuration: checked when an update makes a stream change to this kind. */
  readonly shape: StructureShape;
  /** `before` is the destination of the live stream when this is an update. */
  problems(destination: JsonObject, before?: JsonObject, allowances?: Allowances): Problems;
  /** Filled in by Describe; members of BufferingHints one by one. */
  readonly defaults: JsonObject;
  /** Never shown, as paths. */
  readonly secrets: readonly string[];
  /** Values of S3BackupMode that cannot be left again. */
  readonly backupModeForGood?: { readonly mode: string; readonly text: string };
  /** Streams change between kinds of the same group only. */
  readonly group: "open" | "search" | "http";
}

const LOGGING_OFF: JsonObject = { CloudWatchLoggingOptions: { Enabled: false } };
const retry = (seconds: number): JsonObject => ({ RetryOptions: { DurationInSeconds: seconds } });
const hints = (sizeInMBs: number, intervalInSeconds: number): JsonObject => ({
  BufferingHints: { SizeInMBs: sizeInMBs, IntervalInSeconds: intervalInSeconds },
});

const BACKUP_STAYS = { mode: "Enabled", text: "Disabling S3 backup is not currently supported." };
const backupModeStays = (mode: string) => ({ mode, text: `Changing S3BackupMode from ${mode} is not supported.` });

const SEARCH_DEFAULTS: JsonObject = {
  ...hints(5, 300),
  ...retry(300),
  ...LOGGING_OFF,
  S3BackupMode: "FailedDocumentsOnly",
};

export const DESTINATION_KINDS = {
  ExtendedS3: kind({
    ...wireNames("ExtendedS3"),
    configurations: ["ExtendedS3DestinationConfiguration", "S3DestinationConfiguration"],
    updates: ["ExtendedS3DestinationUpdate", "S3DestinationUpdate"],
    problems: extendedS3Problems,
    defaults: { S3BackupMode: "Disabled" },
    backupModeForGood: BACKUP_STAYS,
  }),
  Redshift: kind({
    ...wireNames("Redshift"),
    problems: redshiftProblems,
    defaults: { ...retry(3600), ...LOGGING_OFF, S3BackupMode: "Disabled" },
    secrets: ["Password"],
    backupModeForGood: BACKUP_STAYS,
  }),
  Elasticsearch: kind({
    ...wireNames("Elasticsearch"),
    problems: elasticsearchProblems,
    defaults: { ...SEARCH_DEFAULTS, IndexRotationPeriod: "OneDay" },
    group: "search",
  }),
  Amazonopensearchservice: kind({
    ...wireNames("Amazonopensearchservice"),
    problems: openSearchProblems,
    defaults: { ...SEARCH_DEFAULTS, IndexRotationPeriod: "OneDay" },
    group: "search",
  }),
  AmazonOpenSearchServerless: kind({
    ...wireNames("AmazonOpenSearchServerless"),
    problems: serverlessProblems,
    defaults: SEARCH_DEFAULTS,
  }),
  Splunk: kind({
    ...wireNames("Splunk"),
    problems: splunkProblems,
    defaults: {
      ...hints(5, 60),
      ...retry(3600),
      ...LOGGING_OFF,
      S3BackupMode: "FailedEventsOnly",
      HECAcknowledgmentTimeoutInSeconds: 180,
    },
    backupModeForGood: backupModeStays("AllEvents"),
  }),
  HttpEndpoint: kind({
    ...wireNames("HttpEndpoint"),
    problems: httpEndpointProblems,
    defaults: { ...hints(5, 300), ...retry(300), ...LOGGING_OFF, S3BackupMode: "FailedDataOnly" },
    secrets: ["EndpointConfiguration.AccessKey"],
    group: "http",
  }),
  Snowflake: kind({
    ...wireNames("Snowflake"),
    problems: snowflakeProblems,
    defaults: {
      ...hints(128, 0),
      ...retry(60),
      ...LOGGING_OFF,
      S3BackupMode: "FailedDataOnly",
      DataLoadingOption: "JSON_MAPPING",
    },
    secrets: ["PrivateKey", "KeyPassphrase"],
    backupModeForGood: backupModeStays("AllData"),
  }),
  Iceberg: kind({
    ...wireNames("Iceberg"),
    problems: icebergProblems,
    defaults: { ...hints(5, 300), ...retry(300), ...LOGGING_OFF, S3BackupMode: "FailedDataOnly", AppendOnly: false },
  }),
} as const satisfies Record<string, DestinationKind>;

export type DestinationKindName = keyof typeof DESTINATION_KINDS;

/** All kinds, typed alike: for code that treats them alike. */
export const destinationKinds: Readonly<Record<DestinationKindName, DestinationKind>> = DESTINATION_KINDS;

export const destinationKindNames = Object.keys(DESTINATION_KINDS) as readonly DestinationKindName[];

type Rules<C> = (destination: C, before?: C) => Problems;

/** The problems of a kind are typed by its shape; outside this table a destination is JSON that passed that shape. */
function kind<C>(
  definition: Omit<DestinationKind, "problems" | "secrets" | "group"> &
    Partial<Pick<DestinationKind, "secrets" | "group">> & { readonly problems: Rules<C> },
): DestinationKind {
  const problems = definition.problems as unknown as Rules<JsonObject>;
  return { secrets: [], group: "open", ...definition, problems };
}

function wireNames<N extends WireName>(name: N) {
  const configuration = `${name}DestinationConfiguration` as const;
  return {
    configurations: [configuration],
    updates: [`${name}DestinationUpdate`],
    description: `${name}DestinationDescription`,
    shape: destinationConfigurations[configuration],
  };
}

type WireName = keyof typeof destinationConfigurations extends `${infer N}DestinationConfiguration` ? N : never;
