export interface CatalogEvents {
  "catalog.partitionsRefused": {
    /** Database and name. */
    table: string;
    objects: number;
    message: string;
  };
}
