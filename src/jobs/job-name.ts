import { z } from "zod";

/** Names stand in addresses and on command lines, so they hold nothing that would have to be quoted there. */
export const jobName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "expected a name of letters, digits, dots, dashes and underscores");
