import { z } from "zod";
import { RECORD_BYTES_CEILING, RECORD_BYTES_MAX } from "../../model/limits.ts";
import { compilePathGlob } from "../../std/path-glob.ts";
import { recordShapeSchema } from "../envelope.ts";

const pattern = z
  .string()
  .min(1)
  .max(1_000)
  .refine((text) => canCompile(text), { error: "expected a pattern of paths: *, ?, **, [a-z], {this,that}" });

/** What `directory` and `sftp` have in common: which files, when they are whole, what becomes of them. */
export const dropOptions = {
  patterns: z
    .array(pattern)
    .min(1)
    .max(100)
    .default(["**"])
    .meta({
      description: "Files to read, relative to the folder. `**` stands for any number of folders.",
      examples: [["*.xml", "in/**/*.{csv,tsv}"]],
    }),
  exclude: z.array(pattern).max(100).default(["**/*.tmp", "**/*.part", "**/*.partial", "**/*.filepart"]).meta({
    description: "Files to leave alone, as those that are being uploaded. Names that begin with a dot are always left.",
  }),
  ready: z
    .union([
      z.literal("renamed"),
      z.strictObject({ stableSeconds: z.number().min(0.1).max(86_400) }),
      z.strictObject({ marker: z.string().regex(/^[^/]{1,50}$/, { error: "expected the end of a name, as .done" }) }),
    ])
    .default({ stableSeconds: 5 })
    .meta({
      description:
        "When a file is whole: `renamed`, as soon as it has a name that is read, because it is uploaded under another one; `{ stableSeconds: N }`, when size and time stay the same for so long; `{ marker: .done }`, when a file of that name with this end is beside it.",
      examples: ["renamed", { marker: ".done" }],
    }),
  after: z
    .union([z.enum(["leave", "delete"]), z.strictObject({ archive: z.string().min(1).max(1_000) })])
    .default("leave")
    .meta({
      description:
        "What becomes of a file once its records are on disk: `leave` (it is remembered by path, size and time), `delete`, or `{ archive: FOLDER }`, absolute or relative to the folder, on the same file system.",
      examples: [{ archive: "done" }],
    }),
  content: z.enum(["whole", "lines"]).default("whole").meta({
    description:
      "Whether a file is one record, or each line of it is, without its line feed. Empty files and lines are none.",
  }),
  recordBytesMax: z
    .int()
    .min(1)
    .max(RECORD_BYTES_CEILING)
    .default(RECORD_BYTES_MAX)
    .meta({ description: "Files, or lines, with more bytes are left where they are, with a warning." }),
  pollSeconds: z.number().min(0.1).max(3_600).default(2).meta({ description: "How often the folder is looked at." }),
  record: recordShapeSchema,
};

const dropSchema = z.strictObject(dropOptions);

export type DropOptions = z.output<typeof dropSchema>;

function canCompile(text: string): boolean {
  try {
    compilePathGlob(text);
    return true;
  } catch {
    return false;
  }
}
