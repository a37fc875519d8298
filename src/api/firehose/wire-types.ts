import type { ShapeValue } from "../protocol/shape.ts";
import type { processingConfiguration } from "./shapes/common.ts";
import type { destinationConfigurations } from "./shapes/destinations.ts";
import type { dataFormatConversionConfiguration } from "./shapes/format-conversion.ts";
import type { extendedS3DestinationConfiguration, s3DestinationConfiguration } from "./shapes/s3.ts";

/** The wire's configurations as values, derived from their shapes. */

export type S3Configuration = ShapeValue<typeof s3DestinationConfiguration>;
export type ExtendedS3Configuration = ShapeValue<typeof extendedS3DestinationConfiguration>;
export type ProcessingConfiguration = ShapeValue<typeof processingConfiguration>;
export type Processor = NonNullable<ProcessingConfiguration["Processors"]>[number];
export type DataFormatConversion = ShapeValue<typeof dataFormatConversionConfiguration>;

type Configurations = typeof destinationConfigurations;
export type RedshiftConfiguration = ShapeValue<Configurations["RedshiftDestinationConfiguration"]>;
export type OpenSearchConfiguration = ShapeValue<Configurations["AmazonopensearchserviceDestinationConfiguration"]>;
export type ServerlessConfiguration = ShapeValue<Configurations["AmazonOpenSearchServerlessDestinationConfiguration"]>;
export type SplunkConfiguration = ShapeValue<Configurations["SplunkDestinationConfiguration"]>;
export type HttpEndpointConfiguration = ShapeValue<Configurations["HttpEndpointDestinationConfiguration"]>;
export type SnowflakeConfiguration = ShapeValue<Configurations["SnowflakeDestinationConfiguration"]>;
export type IcebergConfiguration = ShapeValue<Configurations["IcebergDestinationConfiguration"]>;
