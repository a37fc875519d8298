/** Where the session is kept among the answers of the server. */
export const SESSION_KEY: readonly [string] = ["session"];
