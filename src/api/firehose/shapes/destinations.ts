import { httpEndpointDestinationConfiguration, httpEndpointDestinationUpdate } from "./http-endpoint.ts";
import { icebergDestinationConfiguration, icebergDestinationUpdate } from "./iceberg.ts";
import {
  openSearchDestinationConfiguration,
  openSearchDestinationUpdate,
  serverlessDestinationConfiguration,
  serverlessDestinationUpdate,
} from "./opensearch.ts";
import { redshiftDestinationConfiguration, redshiftDestinationUpdate } from "./redshift.ts";
import {
  extendedS3DestinationConfiguration,
  extendedS3DestinationUpdate,
  s3DestinationConfiguration,
  s3DestinationUpdate,
} from "./s3.ts";
import { snowflakeDestinationConfiguration, snowflakeDestinationUpdate } from "./snowflake.ts";
import { splunkDestinationConfiguration, splunkDestinationUpdate } from "./splunk.ts";

/** The destination members of CreateDeliveryStream and UpdateDestination. A request carries exactly one. */

export const destinationConfigurations = {
  S3DestinationConfiguration: s3DestinationConfiguration,
  ExtendedS3DestinationConfiguration: extendedS3DestinationConfiguration,
  RedshiftDestinationConfiguration: redshiftDestinationConfiguration,
  ElasticsearchDestinationConfiguration: openSearchDestinationConfiguration,
  AmazonopensearchserviceDestinationConfiguration: openSearchDestinationConfiguration,
  AmazonOpenSearchServerlessDestinationConfiguration: serverlessDestinationConfiguration,
  SplunkDestinationConfiguration: splunkDestinationConfiguration,
  HttpEndpointDestinationConfiguration: httpEndpointDestinationConfiguration,
  SnowflakeDestinationConfiguration: snowflakeDestinationConfiguration,
  IcebergDestinationConfiguration: icebergDestinationConfiguration,
} as const;

export const destinationUpdates = {
  S3DestinationUpdate: s3DestinationUpdate,
  ExtendedS3DestinationUpdate: extendedS3DestinationUpdate,
  RedshiftDestinationUpdate: redshiftDestinationUpdate,
  ElasticsearchDestinationUpdate: openSearchDestinationUpdate,
  AmazonopensearchserviceDestinationUpdate: openSearchDestinationUpdate,
  AmazonOpenSearchServerlessDestinationUpdate: serverlessDestinationUpdate,
  SplunkDestinationUpdate: splunkDestinationUpdate,
  HttpEndpointDestinationUpdate: httpEndpointDestinationUpdate,
  SnowflakeDestinationUpdate: snowflakeDestinationUpdate,
  IcebergDestinationUpdate: icebergDestinationUpdate,
} as const;
