import { z } from "zod";
import { recordTextSchema } from "../record-text.ts";
import { clusterShape } from "./cluster-options.ts";
import { indexProblem } from "./index-name.ts";
import { ROTATIONS } from "./index-rotation.ts";

export const openSearchOptionsSchema = z.strictObject({
  ...clusterShape,
  index: z
    .string()
    .superRefine((name, context) => {
      const problem = indexProblem(name);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    })
    .meta({ description: "Name of the index, before what the rotation adds.", examples: ["stockdata"] }),
  indexFrom: recordTextSchema("index").optional().meta({
    description: "Where a record says its index; one that does not goes to `index`. Default: all go to `index`.",
  }),
  rotation: z.enum(ROTATIONS).default("none").meta({
    description: "How often a new index begins, by the arrival of records in UTC: `stockdata-2016-02-25` for `day`.",
  }),
  documentId: z
    .union([z.enum(["stable", "none"]), recordTextSchema("document id")])
    .default("stable")
    .meta({
      description:
        "`stable`: stream and place of the record, so that it is there once however often it is sent. `none`: the cluster makes one, and repeats are there twice. Or what the record says, and a later record replaces an earlier one of the same id.",
      examples: [{ jq: '.shop + "-" + .order' }],
    }),
  typeName: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "Type of the documents, for Elasticsearch before version 7." }),
  serverless: z.boolean().default(false).meta({
    description:
      "For collections of OpenSearch Serverless: documents carry no versions, so parcels with ids of the records' own go one at a time; error records say `osDocumentId` and not `esDocumentId`.",
  }),
});

export type OpenSearchOptions = z.infer<typeof openSearchOptionsSchema>;

/** An open parcel follows their newest values: a wrong password must not stay wrong. */
export const connectionOptions = Object.keys(clusterShape);
