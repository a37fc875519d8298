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

export interface DeliveredTo {
  /** Type of the destination, by its name in the registry. */
  readonly target: string;
  readonly kind: string;
}

/** None for destinations that Amazon Data Firehose does not have. */
export function deliveryFamilies({ target, kind }: DeliveredTo): readonly string[] {
  return kind === "backup" ? BACKUP_FAMILIES : (PRIMARY_FAMILIES[target] ?? []);
}

export const DELIVERY_FAMILIES: readonly string[] = [
  ...new Set([...Object.values(PRIMARY_FAMILIES).flat(), ...BACKUP_FAMILIES]),
];
