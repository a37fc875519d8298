export interface ApiEvents {
  "api.requestServed": {
    protocol: string;
    operation: string;
    stream: string;
    status: number;
    bytes: number;
    durationMs: number;
  };
  "api.requestFailed": { protocol: string; operation: string; code: string; reason: string };
}
