/** What CloudWatch calls the deliveries to each type of destination: `DeliveryToS3` is the first part of `DeliveryToS3.Bytes`. */
const PRIMARY_FAMILIES: Readonly<Record<string, readonly string[]>> = {
  "http-endpoint": ["DeliveryToHttpEndpoint"],
  iceberg: ["DeliveryToIceberg"],
  "object-store": ["DeliveryToS3"],
  opensearch: ["DeliveryToAmazonOpenSearchService"],
  "opensearch-serverless": ["DeliveryToAmazonOpenSearchServerless"],
  // Its records pass through objects that COPY reads.
  redshift: ["DeliveryToRedshift", "DeliveryToS3"],
  splunk: ["DeliveryToSplunk"],
};

const BACKUP_FAMILIES: readonly string[] = ["BackupToS3"];

/** Error records are objects, whatever the destination of the others. */
const ERROR_FAMILIES: readonly string[] = ["DeliveryToS3"];

export interface DeliveredTo {
  /** Type of the destination, by its name in the registry. */
  readonly target: string;
  readonly kind: string;
  readonly error?: boolean;
}

/** None for destinations that Amazon Data Firehose does not have. */
export function deliveryFamilies({ target, kind, error = false }: DeliveredTo): readonly string[] {
  if (kind === "backup") return BACKUP_FAMILIES;
  return error ? ERROR_FAMILIES : (PRIMARY_FAMILIES[target] ?? []);
}

export const DELIVERY_FAMILIES: readonly string[] = [
  ...new Set([...Object.values(PRIMARY_FAMILIES).flat(), ...BACKUP_FAMILIES]),
];
