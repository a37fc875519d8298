export interface AccessEvents {
  "access.signedIn": { user: string; role: string; via: string; address: string };
  "access.signInFailed": { via: string; code: string; address: string };
  "access.auditFailed": { action: string; reason: string };
}
