import type { JsonObject } from "../../std/json.ts";
import type { Attempt, DeliveryProof, Destination, Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies, DestinationType } from "../destination-type.ts";
import { ObjectStoreDestination } from "../object-store/object-store-destination.ts";
import { OneSession } from "../postgres-session/one-session.ts";
import type { Session } from "../postgres-session/session.ts";
import { inTransaction } from "../postgres-session/transaction.ts";
import { clusterAddress } from "./cluster-address.ts";
import { copyCommand, FAILED_MANIFESTS, MANIFESTS, manifestOf } from "./copy-command.ts";
import { CopyReceipts } from "./copy-receipts.ts";
import { CONNECTION_OPTIONS, type RedshiftOptions, redshiftOptionsSchema } from "./redshift-options.ts";

/**
 * Rows of a Redshift table, by COPY from a bucket in between (reference 2.3), exactly once.
 *
 * Write.   The parcel's object goes into the bucket, then a manifest that names it; both as `object-store` writes, once
 *          under a name. Then one transaction: a look at the receipts, COPY, a receipt (copy-receipts.ts). One COPY at a
 *          time, the next one when it has ended. What fails is undone by the cluster as a whole.
 *
 * Retry.   A COPY that failed is tried again every five minutes, as AWS does it; what failed before the COPY, sooner.
 *
 * Give up. The manifest is written once more, below `errors/manifests/`, for somebody to load by hand. The object stays. Where the
 *          answer to COMMIT was lost, the manifest's metadata says so.
 *
 * Recover. Nothing to do: `deliver` finds object, manifest and receipt.
 */
export const redshiftDestinationType = {
  type: "redshift",
  summary: "Rows of an Amazon Redshift table, by COPY from a bucket in between, each parcel exactly once.",
  optionsSchema: redshiftOptionsSchema,
  takes: "objects",
  connectionOptions: CONNECTION_OPTIONS,
  guarantee: "exactly-once",
  create: (options: JsonObject, dependencies: DestinationDependencies) =>
    new RedshiftDestination(redshiftOptionsSchema.parse(options), dependencies),
} as const satisfies DestinationType;

export class RedshiftDestination implements Destination {
  readonly inOrder = true;
  readonly #options: RedshiftOptions;
  readonly #objects: ObjectStoreDestination;
  readonly #connection: OneSession;
  readonly #receipts: CopyReceipts;

  constructor(options: RedshiftOptions, dependencies: DestinationDependencies) {
    this.#options = options;
    this.#objects = new ObjectStoreDestination(options.bucket, dependencies);
    this.#receipts = new CopyReceipts(dependencies.owner);
    this.#connection = new OneSession({
      applicationName: "lakehose",
      logPrefix: "Redshift",
      statementMsMax: COPY_MS_MAX,
      clock: dependencies.clock,
      address: () => clusterAddress(options, dependencies),
    });
  }

  /** Asked by `deliver` in the transaction of the COPY. */
  async find(): Promise<DeliveryProof | undefined> {
    return undefined;
  }

  async deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const { etag, bytes } = await this.#objects.deliver(parcel, attempt);
    const manifest = manifestOf(parcel, this.#options.bucket.bucket, MANIFESTS);
    await this.#objects.deliver(manifest, attempt);
    const outcome = await this.#copy(parcel, manifest.name, attempt.signal);
    return { outcome, etag, bytes };
  }

  async abandonUploads(parcel: Parcel, uploadIds: readonly string[]): Promise<void> {
    await this.#objects.abandonUploads(parcel, uploadIds);
  }

  async giveUp(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const proof = await this.#objects.deliver(parcel, attempt);
    const { isDoubtful } = attempt.progress;
    const manifest = manifestOf(parcel, this.#options.bucket.bucket, FAILED_MANIFESTS, isDoubtful);
    await this.#objects.deliver(manifest, attempt);
    return proof;
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#objects.close();
  }

  async #copy(parcel: Parcel, manifestName: string, signal: AbortSignal): Promise<DeliveryProof["outcome"]> {
    try {
      return await this.#connection.run(signal, (session) => this.#copyOnce(session, parcel, manifestName));
    } catch (error) {
      this.#receipts.forget();
      if (!(error instanceof DestinationError)) throw error;
      const { code, message, logCode, isDoubtful } = error;
      const next = { retriable: true, retryAfterMs: RETRY_AFTER_MS };
      throw new DestinationError(code, message, { cause: error, logCode, isDoubtful, ...next });
    }
  }

  async #copyOnce(session: Session, parcel: Parcel, manifestName: string): Promise<DeliveryProof["outcome"]> {
    await this.#receipts.ensureTable(session);
    const doing = `COPY into ${this.#options.table}`;
    return inTransaction(session, { begin: "BEGIN", doing }, async () => {
      if (await this.#receipts.isLoaded(session, parcel)) return "adopted";
      await session.run(copyCommand(manifestName, this.#options), doing);
      await this.#receipts.write(session, parcel);
      return "delivered";
    });
  }
}

/** As AWS retries (reference 2.3). */
const RETRY_AFTER_MS = 300_000;

/** A COPY of 128 MiB that takes longer has met a cluster that is not well. */
const COPY_MS_MAX = 1_800_000;
