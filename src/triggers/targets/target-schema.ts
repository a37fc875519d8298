import { z } from "zod";
import { credentialsSchema } from "../../model/credentials-schema.ts";
import { secretSchema } from "../../model/secret.ts";

const functionTarget = z.strictObject({
  function: z
    .string()
    .min(1)
    .max(256)
    .meta({ description: "Name or ARN of a function of this server.", examples: ["flatten-xml"] }),
});

const webhookTarget = z.strictObject({
  webhook: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .refine((url) => !URL.canParse(url) || `${new URL(url).username}${new URL(url).password}` === "", {
          error: "expected an address without user and password: send them in headers",
        })
        .meta({ description: "Takes a POST for each call.", examples: ["https://example.com/hook"] }),
      headers: z
        .record(z.string().regex(/^[\w-]+$/), secretSchema("Value of the header."))
        .default({})
        .meta({ description: "Further headers, such as authorization." }),
      secret: secretSchema("Signs the body: `X-Lakehose-Signature: sha256=HEX`, an HMAC of the body.").optional(),
      timeoutSeconds: z.int().min(1).max(900).default(30).meta({ description: "Longest wait for the answer." }),
    })
    .meta({ description: "An HTTP address. Any answer of 200 to 299 means yes." }),
});

const sqsTarget = z.strictObject({
  sqs: z
    .strictObject({
      queueUrl: z.url().meta({
        description: "Queue that takes a message for each call.",
        examples: ["https://sqs.eu-west-1.amazonaws.com/123456789012/landed"],
      }),
      region: z
        .string()
        .min(1)
        .optional()
        .meta({ description: "Default: the AWS chain's.", examples: ["eu-west-1"] }),
      endpoint: z.url().optional().meta({ description: "Another server that speaks SQS." }),
      credentials: credentialsSchema("queue"),
    })
    .meta({ description: "A message in a queue of Amazon SQS." }),
});

const kafkaTarget = z.strictObject({
  kafka: z
    .strictObject({
      brokers: z
        .array(z.string().regex(/^[^\s:]+:\d+$/, "expected HOST:PORT"))
        .min(1)
        .meta({ description: "Brokers to begin with.", examples: [["127.0.0.1:9092"]] }),
      topic: z
        .string()
        .min(1)
        .max(249)
        .meta({ description: "Topic that takes a record for each call.", examples: ["landed"] }),
      tls: z.boolean().default(false).meta({ description: "Whether the brokers speak TLS." }),
      username: z.string().min(1).optional().meta({ description: "For SASL/PLAIN." }),
      password: secretSchema("For SASL/PLAIN.").optional(),
    })
    .meta({ description: "A record in a topic of Apache Kafka." }),
});

export const eventTargetSchema = z.union([functionTarget, webhookTarget, sqsTarget, kafkaTarget]).meta({
  description: "What is called: a function, an HTTP address, a queue or a topic.",
  examples: [{ function: "flatten-xml" }],
});

export type EventTargetSettings = z.output<typeof eventTargetSchema>;
