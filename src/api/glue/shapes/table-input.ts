import { boolean, integer, list, map, string, structure, timestamp } from "../../protocol/shape.ts";

/** Databases and tables as Glue has them (Glue API, DatabaseInput and TableInput). */

/** A name: one line of 1 to 255 characters. */
export const nameString = string({
  min: 1,
  max: 255,
  pattern: "[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*",
});

const descriptionString = string({ max: 2048 });
const parameters = map(string({ max: 512_000 }));

export const databaseInput = structure(
  {
    Name: nameString,
    Description: descriptionString,
    LocationUri: string({ min: 1, max: 1024 }),
    Parameters: parameters,
    CreateTableDefaultPermissions: list(
      structure({
        Principal: structure({ DataLakePrincipalIdentifier: string({ min: 1, max: 255 }) }),
        Permissions: list(string()),
      }),
    ),
    TargetDatabase: structure({ CatalogId: string(), DatabaseName: nameString, Region: nameString }),
  },
  ["Name"],
);

const column = structure(
  {
    Name: nameString,
    Type: string({ max: 131_072 }),
    Comment: string({ max: 255 }),
    Parameters: parameters,
  },
  ["Name"],
);

const storageDescriptor = structure({
  Columns: list(column),
  Location: string({ max: 2056 }),
  AdditionalLocations: list(string({ max: 2056 })),
  InputFormat: string({ max: 128 }),
  OutputFormat: string({ max: 128 }),
  Compressed: boolean(),
  NumberOfBuckets: integer(),
  SerdeInfo: structure({
    Name: nameString,
    SerializationLibrary: nameString,
    Parameters: parameters,
  }),
  BucketColumns: list(nameString),
  SortColumns: list(structure({ Column: nameString, SortOrder: integer({ min: 0, max: 1 }) }, ["Column", "SortOrder"])),
  Parameters: parameters,
  SkewedInfo: structure({
    SkewedColumnNames: list(nameString),
    SkewedColumnValues: list(string()),
    SkewedColumnValueLocationMaps: map(string()),
  }),
  StoredAsSubDirectories: boolean(),
  SchemaReference: structure({
    SchemaId: structure({ SchemaArn: string(), SchemaName: string(), RegistryName: string() }),
    SchemaVersionId: string(),
    SchemaVersionNumber: integer(),
  }),
});

/** Values of a partition as they are given, and as a partition is named by them (Glue API, ValueString). */
const valueString = string({ min: 1, max: 1024 });
export const partitionValues = list(valueString, { max: 100 });

export const partitionInput = structure({
  Values: partitionValues,
  LastAccessTime: timestamp(),
  StorageDescriptor: storageDescriptor,
  Parameters: parameters,
  LastAnalyzedTime: timestamp(),
});

export const tableInput = structure(
  {
    Name: nameString,
    Description: descriptionString,
    Owner: nameString,
    LastAccessTime: timestamp(),
    LastAnalyzedTime: timestamp(),
    Retention: integer({ min: 0 }),
    StorageDescriptor: storageDescriptor,
    PartitionKeys: list(column),
    ViewOriginalText: string({ max: 409_600 }),
    ViewExpandedText: string({ max: 409_600 }),
    TableType: string({ max: 255 }),
    Parameters: parameters,
    TargetTable: structure({ CatalogId: string(), DatabaseName: nameString, Name: nameString, Region: nameString }),
  },
  ["Name"],
);
