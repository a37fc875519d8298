export interface StorageEvents {
  "storage.requestFailed": {
    store: string;
    operation: string;
    bucket: string;
    key: string;
    code: string;
    reason: string;
  };
  "storage.probed": {
    store: string;
    bucket: string;
    conditionalPut: boolean;
    conditionalComplete: boolean;
    keepsMetadata: boolean;
  };
}
