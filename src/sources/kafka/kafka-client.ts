import type { BaseOptions, Consumer } from "@platformatic/kafka";
import { LakehoseError } from "../../model/errors.ts";
import type { KafkaLibrary } from "../../model/kafka/kafka-cluster.ts";
import type { Clock } from "../../std/clock.ts";
import type { KafkaOptions } from "./kafka-options.ts";

const CLOSE_MS_MAX = 3_000;

/** Leaves the group, so that others take over at once; a broker that is gone is not waited for. */
export async function closeConsumer(consumer: Pick<Consumer, "close">, clock: Clock): Promise<void> {
  await Promise.race([consumer.close(true).catch(() => undefined), clock.sleep(CLOSE_MS_MAX)]);
}

/** The names that the options ask for, in order. Throws when the cluster has none of them, or lacks one that is named. */
export async function findTopics(
  library: KafkaLibrary,
  connection: BaseOptions,
  wanted: KafkaOptions["topics"],
): Promise<readonly string[]> {
  const admin = new library.Admin(connection);
  try {
    const all = new Set(await admin.listTopics());
    if (!("pattern" in wanted)) return requireTopics(wanted, all);
    const pattern = new RegExp(`^(?:${wanted.pattern})$`);
    const found = [...all].filter((topic) => !topic.startsWith("__") && pattern.test(topic)).sort();
    if (found.length > 0) return found;
    throw new LakehoseError(
      "no-topics",
      `Expected topics that match ${wanted.pattern}; none of the ${all.size} topics that this user may see does.`,
    );
  } finally {
    await admin.close().catch(() => undefined);
  }
}

function requireTopics(wanted: readonly string[], all: ReadonlySet<string>): readonly string[] {
  const missing = wanted.filter((topic) => !all.has(topic));
  if (missing.length === 0) return [...new Set(wanted)].sort();
  throw new LakehoseError(
    "no-topic",
    `Expected the topics ${wanted.join(", ")}; ${missing.join(", ")} is not there, or this user may not see it. Create it, or allow Describe and Read.`,
  );
}
