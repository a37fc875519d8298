export interface StreamEvents {
  "stream.created": { stream: string; type: string };
  "stream.updated": { stream: string; version: string };
  "stream.deleted": { stream: string; forced: boolean; deliveredAll: boolean };
  "stream.recordsAccepted": { stream: string; records: number; bytes: number; call: string };
  "stream.recordsRefused": { stream: string; records: number; reason: string };
  "stream.retryAnswered": { stream: string; records: number };
  "stream.warned": { stream: string; code: string; message: string };
}
