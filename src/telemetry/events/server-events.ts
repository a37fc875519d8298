export interface ServerEvents {
  "server.ready": { url: string; data: string; streams: number };
  "server.stopped": { url: string };
  "server.certificateRenewed": { file: string };
  "server.certificateRefused": { file: string; reason: string };
}
