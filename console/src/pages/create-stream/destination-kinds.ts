/**
 * The destinations that a stream may have as AWS has them, one entry each: what is asked for, and where it stands in the request
 * and in Terraform. A bucket is behind all of them, for what they refuse.
 */
export interface DestinationField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly optional?: true;
  readonly secret?: true;
  /** The first one unless somebody chooses. */
  readonly choices?: readonly string[];
  /** Members of the configuration that lead to it. */
  readonly path: readonly [string] | readonly [string, string];
  /** Its argument in the block of the kind. */
  readonly terraform: string;
}

export interface DestinationKind {
  readonly value: DestinationKindName;
  readonly label: string;
  readonly member: string;
  /** `destination` of Terraform's resource, and the beginning of its block. */
  readonly terraform: string;
  readonly hasRole: boolean;
  /** The largest hints that AWS takes for what is sent at once; absent where the bucket's own say it. */
  readonly hintsMax?: { readonly megabytes: number; readonly seconds: number };
  readonly fields: readonly DestinationField[];
}

export type DestinationKindName = "opensearch" | "http" | "splunk" | "redshift";

export const DESTINATION_KINDS: readonly DestinationKind[] = [
  {
    value: "opensearch",
    label: "OpenSearch",
    member: "AmazonopensearchserviceDestinationConfiguration",
    terraform: "opensearch",
    hasRole: true,
    hintsMax: { megabytes: 100, seconds: 900 },
    fields: [
      {
        name: "endpoint",
        label: "Endpoint",
        hint: "Where it is reached otherwise, and who signs in, stands in the configuration and in destination-options.",
        placeholder: "https://search.example.com",
        path: ["ClusterEndpoint"],
        terraform: "cluster_endpoint",
      },
      { name: "index", label: "Index", placeholder: "clicks", path: ["IndexName"], terraform: "index_name" },
      {
        name: "rotation",
        label: "A new index",
        choices: ["OneDay", "NoRotation", "OneHour", "OneWeek", "OneMonth"],
        path: ["IndexRotationPeriod"],
        terraform: "index_rotation_period",
      },
    ],
  },
  {
    value: "http",
    label: "HTTP endpoint",
    member: "HttpEndpointDestinationConfiguration",
    terraform: "http_endpoint",
    hasRole: true,
    hintsMax: { megabytes: 64, seconds: 900 },
    fields: [
      {
        name: "url",
        label: "Address",
        placeholder: "https://collector.example.com/records",
        path: ["EndpointConfiguration", "Url"],
        terraform: "url",
      },
      {
        name: "accessKey",
        label: "Access key",
        hint: "Sent with each request. Leave it empty for none.",
        optional: true,
        secret: true,
        path: ["EndpointConfiguration", "AccessKey"],
        terraform: "access_key",
      },
    ],
  },
  {
    value: "splunk",
    label: "Splunk",
    member: "SplunkDestinationConfiguration",
    terraform: "splunk",
    hasRole: false,
    hintsMax: { megabytes: 5, seconds: 60 },
    fields: [
      {
        name: "endpoint",
        label: "HEC endpoint",
        placeholder: "https://splunk.example.com:8088",
        path: ["HECEndpoint"],
        terraform: "hec_endpoint",
      },
      {
        name: "type",
        label: "HEC endpoint type",
        choices: ["Raw", "Event"],
        path: ["HECEndpointType"],
        terraform: "hec_endpoint_type",
      },
      { name: "token", label: "HEC token", secret: true, path: ["HECToken"], terraform: "hec_token" },
    ],
  },
  {
    value: "redshift",
    label: "Redshift",
    member: "RedshiftDestinationConfiguration",
    terraform: "redshift",
    hasRole: true,
    fields: [
      {
        name: "url",
        label: "JDBC address",
        placeholder: "jdbc:redshift://name.id.eu-west-1.redshift.amazonaws.com:5439/dev",
        path: ["ClusterJDBCURL"],
        terraform: "cluster_jdbcurl",
      },
      { name: "table", label: "Table", path: ["CopyCommand", "DataTableName"], terraform: "data_table_name" },
      {
        name: "options",
        label: "Options of COPY",
        placeholder: "json 'auto' gzip",
        optional: true,
        path: ["CopyCommand", "CopyOptions"],
        terraform: "copy_options",
      },
      { name: "user", label: "User of the database", path: ["Username"], terraform: "username" },
      { name: "password", label: "Password of the database", secret: true, path: ["Password"], terraform: "password" },
    ],
  },
];

export type FieldValues = Readonly<Record<string, string>>;

/** What is in force: what somebody typed, else the first choice. */
export function typedValue(
  { name, choices = [] }: Pick<DestinationField, "name" | "choices">,
  values: FieldValues,
): string {
  return values[name] ?? choices[0] ?? "";
}

/** The members of a configuration that its fields fill; what was left empty is not there. */
export function configurationOf(kind: DestinationKind, values: FieldValues): Readonly<Record<string, unknown>> {
  const configuration: Record<string, unknown> = {};
  for (const field of kind.fields) {
    const value = typedValue(field, values);
    const [name, inner] = field.path;
    if (value === "") continue;
    configuration[name] = inner === undefined ? value : { ...(configuration[name] as object), [inner]: value };
  }
  return configuration;
}

/** Labels of what has to be filled in and is not. */
export function missingFields(
  fields: readonly Pick<DestinationField, "name" | "label" | "optional" | "choices">[],
  values: FieldValues,
) {
  return fields
    .filter((field) => field.optional !== true && typedValue(field, values).trim() === "")
    .map(({ label }) => label);
}
