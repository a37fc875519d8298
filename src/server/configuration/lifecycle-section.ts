import { z } from "zod";
import { checkRules, type LifecycleRule } from "../../jobs/lifecycle/lifecycle-rule.ts";
import { reasonOf } from "../../model/errors.ts";
import { TRANSITION_CLASSES } from "../../model/storage-class.ts";
import { byteSize } from "../../streams/setting-types.ts";

/** `lifecycle:` of the configuration: what becomes of objects as they get older, in any store. */

const days = (description: string, example: number) =>
  z
    .int()
    .min(1)
    .optional()
    .meta({ description, examples: [example] });

const ruleSchema = z
  .strictObject({
    bucket: z
      .string()
      .min(1)
      .meta({ description: "Bucket that the rule is for, in the local lake or in an S3 store.", examples: ["lake"] }),
    prefix: z
      .string()
      .default("")
      .meta({ description: "Objects whose keys begin like this; all unless given.", examples: ["clicks/"] }),
    largerThanBytes: byteSize({
      description: "Objects larger than this; all unless given.",
      example: "1MB",
      min: 0,
      max: 1024 ** 5,
    }).optional(),
    expireAfterDays: days("Age in days at which objects are deleted.", 365),
    transition: z
      .strictObject({
        afterDays: z
          .int()
          .min(0)
          .meta({ description: "Age in days at which objects are moved.", examples: [30] }),
        storageClass: z
          .enum(TRANSITION_CLASSES)
          .meta({ description: "Storage class that they are moved to.", examples: ["GLACIER_IR"] }),
      })
      .optional()
      .meta({ description: "Move objects to a cheaper storage class." }),
    abortUploadsAfterDays: days("Age in days at which uploads that nobody completed are aborted.", 7),
  })
  .superRefine((rule, context) => {
    try {
      checkRules([ruleOf(rule, 0)]);
    } catch (error) {
      context.addIssue(reasonOf(error));
    }
  });

type ConfiguredRule = {
  readonly bucket: string;
  readonly prefix: string;
  readonly largerThanBytes?: number | undefined;
  readonly expireAfterDays?: number | undefined;
  readonly transition?:
    | { readonly afterDays: number; readonly storageClass: (typeof TRANSITION_CLASSES)[number] }
    | undefined;
  readonly abortUploadsAfterDays?: number | undefined;
};

export const lifecycleSection = z.array(ruleSchema).default([]).meta({
  description:
    "Rules that delete objects or change their storage class by age and prefix, once a day. They are carried out besides those that were put through the S3 door.",
});

/** The rules of the configuration by bucket. */
export function configuredRules(section: readonly ConfiguredRule[]): ReadonlyMap<string, readonly LifecycleRule[]> {
  const byBucket = new Map<string, LifecycleRule[]>();
  for (const [index, rule] of section.entries()) {
    byBucket.set(rule.bucket, [...(byBucket.get(rule.bucket) ?? []), ruleOf(rule, index)]);
  }
  return byBucket;
}

function ruleOf(rule: ConfiguredRule, index: number): LifecycleRule {
  const { prefix, largerThanBytes, expireAfterDays, transition, abortUploadsAfterDays } = rule;
  return {
    id: `lifecycle[${index}]`,
    enabled: true,
    filter: { prefix, tags: {}, largerThanBytes },
    expiration: expireAfterDays === undefined ? undefined : { days: expireAfterDays },
    transitions:
      transition === undefined ? [] : [{ due: { days: transition.afterDays }, storageClass: transition.storageClass }],
    abortUploadsAfterDays,
  };
}
