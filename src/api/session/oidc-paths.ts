/** Where people set out to the provider. */
export const OIDC_BEGIN = "/api/session/oidc";

/** Where the provider sends them back to; registered there, so it does not change. */
export const OIDC_CALLBACK = "/api/session/oidc/callback";
