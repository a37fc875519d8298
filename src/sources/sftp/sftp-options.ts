import { z } from "zod";
import { secretSchema } from "../../model/secret.ts";
import { dropOptions } from "../drop/drop-options.ts";

const SSH_PORT = 22;

export const sftpOptionsSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .max(253)
      .meta({ description: "Name or address of the server.", examples: ["drop.example.org"] }),
    port: z.int().min(1).max(65_535).default(SSH_PORT).meta({ description: "Port." }),
    user: z
      .string()
      .min(1)
      .max(255)
      .meta({ description: "Who reads.", examples: ["lake"] }),
    password: secretSchema("Password.").optional(),
    privateKey: secretSchema("Private key in the OpenSSH or PEM format.").optional(),
    passphrase: secretSchema("Passphrase of the private key.").optional(),
    knownHosts: secretSchema("The server's key, as lines of a known_hosts file.").optional(),
    fingerprints: z
      .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, { error: "expected SHA256:… as ssh-keygen -l prints it" }))
      .min(1)
      .max(20)
      .optional()
      .meta({
        description: "In place of `knownHosts`: fingerprints of keys that the server may show.",
        examples: [["SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"]],
      }),
    acceptAnyHostKey: z
      .literal(true)
      .optional()
      .meta({ description: "In place of both: whoever answers is trusted, and may be anybody." }),
    path: z
      .string()
      .min(1)
      .max(4_000)
      .meta({ description: "The folder on the server.", examples: ["/upload"] }),
    ...dropOptions,
  })
  .refine((o) => (o.password === undefined) !== (o.privateKey === undefined), {
    error: "expected either password or privateKey",
  })
  .refine(({ passphrase, privateKey }) => passphrase === undefined || privateKey !== undefined, {
    path: ["passphrase"],
    error: "expected privateKey beside it",
  })
  .refine((o) => [o.knownHosts, o.fingerprints, o.acceptAnyHostKey].filter((one) => one !== undefined).length === 1, {
    error: "expected exactly one of knownHosts, fingerprints and acceptAnyHostKey: true",
  })
  .meta({
    examples: [
      {
        host: "drop.example.org",
        user: "lake",
        privateKey: { file: "id_ed25519" },
        knownHosts: { file: "known_hosts" },
        path: "/upload",
        ready: "renamed",
        after: { archive: "done" },
      },
    ],
  });

export type SftpOptions = z.output<typeof sftpOptionsSchema>;

/** What is read, for people, and what is remembered goes by. */
export function upstreamOf({ host, port, user, path }: SftpOptions): string {
  return `sftp://${user}@${host}:${port}/${path.replace(/^\//, "")}`;
}
