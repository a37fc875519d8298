export interface CatalogEvents {
  "catalog.partitionsRefused": {
    /** Database and name. */
    table: string;
    objects: number;
    message: string;
  };
  "catalog.changeUnsettled": {
    change: string;
    /** The job, or `INSERT`. */
    origin: string;
    message: string;
  };
}
