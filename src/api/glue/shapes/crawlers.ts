import { boolean, double, integer, list, map, oneOf, string, structure } from "../../protocol/shape.ts";
import { nameString } from "./table-input.ts";

/** Requests of the crawler operations (Glue API). Of targets that are not in S3 it is read only that they are there. */

const s3Target = structure({
  Path: string(),
  Exclusions: list(string()),
  ConnectionName: string(),
  SampleSize: integer(),
  EventQueueArn: string(),
  DlqEventQueueArn: string(),
});

const others = list(structure({ Path: string(), ConnectionName: string(), scanAll: boolean(), scanRate: double() }));

export const crawlerTargets = structure({
  S3Targets: list(s3Target),
  JdbcTargets: others,
  MongoDBTargets: others,
  DynamoDBTargets: others,
  CatalogTargets: others,
  DeltaTargets: others,
  IcebergTargets: others,
  HudiTargets: others,
});

const crawlerInput = {
  Name: nameString,
  Role: string(),
  DatabaseName: string(),
  Description: string({ max: 2048 }),
  Targets: crawlerTargets,
  Schedule: string(),
  Classifiers: list(nameString),
  TablePrefix: string({ max: 128 }),
  SchemaChangePolicy: structure({
    UpdateBehavior: oneOf("LOG", "UPDATE_IN_DATABASE"),
    DeleteBehavior: oneOf("LOG", "DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE"),
  }),
  RecrawlPolicy: structure({
    RecrawlBehavior: oneOf("CRAWL_EVERYTHING", "CRAWL_NEW_FOLDERS_ONLY", "CRAWL_EVENT_MODE"),
  }),
  Configuration: string({ max: 100_000 }),
  CrawlerSecurityConfiguration: string({ max: 128 }),
  Tags: map(string({ max: 256 }), { max: 50 }),
};

export const createCrawlerRequest = structure(crawlerInput, ["Name", "Role", "Targets"]);
export const updateCrawlerRequest = structure(crawlerInput, ["Name"]);
export const crawlerNameRequest = structure({ Name: nameString }, ["Name"]);

const page = { MaxResults: integer({ min: 1, max: 1000 }), NextToken: string() };
export const getCrawlersRequest = structure(page);
export const listCrawlersRequest = structure({ ...page, Tags: map(string({ max: 256 }), { max: 50 }) });

/** Of a schedule's operations, which say the name in their own way. */
export const crawlerScheduleRequest = structure({ CrawlerName: nameString }, ["CrawlerName"]);
export const updateCrawlerScheduleRequest = structure({ CrawlerName: nameString, Schedule: string() }, ["CrawlerName"]);
