import { EARLY_MUTATIONS } from "./early-mutations.ts";
import { type Mutation, take } from "./mutation.ts";

const WRITER = "src/log/frames/segment-writer.ts";
const FILES = "src/log/frames/segment-files.ts";
const LOG_RECOVERY = "src/log/frames/recovery.ts";
const EMBEDDED = "src/log/embedded/embedded-log.ts";
const INTAKE = "src/streams/intake.ts";
const STATE = "src/delivery/journal/journal-state.ts";
const DESTINATION = "src/destinations/object-store/object-store-destination.ts";
const BUCKET_FILES = "src/storage/disk/bucket-files.ts";
const PARCEL_FILE = "src/delivery/parcel-file.ts";

/** In the order of the rules. Each has to be found out by some seed. */
export const MUTATIONS: readonly Mutation[] = [
  ...EARLY_MUTATIONS,
  take(
    "H21",
    "a failed sync is tried again on the same file",
    WRITER,
    "      await active.file.datasync();\n    } catch (error) {\n      throw await this.#abandon(active, error);\n    }\n    this.#advance",
    "      await active.file.datasync();\n    } catch {\n      await active.file.datasync();\n    }\n    this.#advance",
  ),
  take(
    "H22a",
    "a failed group is answered before anything durable says that it failed",
    WRITER,
    "      await this.#openForAppend(0);\n",
    "      this.#place = { ...this.#place };\n",
  ),
  take(
    "H23",
    "recovery serves the last group from the page cache, and goes on behind it",
    LOG_RECOVERY,
    "  const torn = found && (await",
    "  start = cursor.place;\n  group = [];\n  const torn = found && (await",
  ),
  take(
    "H24a",
    "what is written can be read before it is synced",
    WRITER,
    "    try {\n      await active.file.datasync();\n    } catch (error) {\n      throw await this.#abandon",
    "    this.#advance(active.segment, group);\n    try {\n      await active.file.datasync();\n    } catch (error) {\n      throw await this.#abandon",
  ),
  take(
    "H24b",
    "a journal that knows more than the log is believed",
    "src/delivery/open-journal.ts",
    "if (readPosition > Math.max(reader.end, open.startPosition)) {",
    "if (readPosition < 0) {",
  ),
  take(
    "H25a",
    "a torn last group counts as damage",
    LOG_RECOVERY,
    "if (found.groupPosition > position) return",
    "if (found.groupPosition >= 0) return",
  ),
  take(
    "H25b",
    "damage counts as a torn last group",
    LOG_RECOVERY,
    "  if (later !== undefined) {\n",
    "  if (later !== undefined && file.path === '') {\n",
  ),
  take("H26", "frames of an earlier use of a file count", LOG_RECOVERY, "found.salt !== header.salt || ", ""),
  take(
    "H28",
    "groups share blocks",
    "src/log/frames/sync-group.ts",
    "const bytes = alignUp(framesBytes, BLOCK_BYTES);",
    "const bytes = alignUp(framesBytes, 512);",
  ),
  take(
    "H29a",
    "a new segment's name is not made durable",
    FILES,
    "      await this.#disk.rename(path, this.path(header.segmentNumber));\n      await this.#disk.syncDirectory(this.directory);\n",
    "      await this.#disk.rename(path, this.path(header.segmentNumber));\n",
  ),
  take(
    "H29b",
    "a segment is renamed into place before its header is synced",
    FILES,
    "      await file.datasync();\n      await this.#disk.rename(path",
    "      await this.#disk.rename(path",
  ),
  take(
    "H29c",
    "a released file is written again before its old name is durably gone",
    FILES,
    "    await this.#disk.rename(path, spare);\n    await this.#disk.syncDirectory(this.directory);\n",
    "    await this.#disk.rename(path, spare);\n",
  ),
  take(
    "H29d",
    "what a start finds in the registry is not made durable",
    "src/streams/registry.ts",
    "    await this.#disk.syncDirectory(this.#directory);\n    for (const file",
    "    for (const file",
  ),
  take(
    "H30",
    "a call is stored in two frames",
    EMBEDDED,
    "    const appended = await this.#frames.append({\n",
    "    if (records.ends.length > 1 && request.answer !== undefined) {\n" +
      "      const cut = records.ends[0] ?? 0;\n" +
      "      const { answer: _, ...head } = request;\n" +
      "      const first = await this.append({ ...head, records: { bytes: records.bytes.subarray(0, cut), ends: records.ends.slice(0, 1) } });\n" +
      "      await this.append({ ...head, records: { bytes: records.bytes.subarray(cut), ends: records.ends.slice(1).map((end) => end - cut) } });\n" +
      "      return first;\n" +
      "    }\n" +
      "    const appended = await this.#frames.append({\n",
  ),
  take(
    "H31",
    "intake does not stop at the budget",
    "src/streams/intake/admission.ts",
    "return budgetBytes() * (1 - DELIVERY_RESERVE_SHARE) - this.#measuredBytes - this.#bytesSince;",
    "return Number.MAX_SAFE_INTEGER + 0 * budgetBytes();",
  ),
  take(
    "H35",
    "the body is no part of a call's identity",
    "src/api/firehose/put/put-into-stream.ts",
    "JSON.stringify(parts)",
    "JSON.stringify(parts.slice(0, 4))",
  ),
  take(
    "H36",
    "a retry does not wait for the call under way",
    INTAKE,
    "if (known !== undefined) return",
    "if (known === null) return",
  ),
  take(
    "H37",
    "a retry does not hear which records were refused",
    INTAKE,
    "encodeAnswer(told)",
    "encodeAnswer({ ...told, refused: [] })",
  ),
  take(
    "H38a",
    "ids go with the segments that hold them",
    EMBEDDED,
    "      if (log !== undefined) await log.#saveMemory(endOffset);\n",
    "",
  ),
  take(
    "H38b",
    "ids are forgotten at a restart",
    EMBEDDED,
    "    if (retryDigest === undefined) return;\n    const kept",
    "    if (retryDigest !== undefined) return;\n    const kept",
  ),
  take(
    "H38c",
    "the position of a source is not stored with its records",
    INTAKE,
    "    ...(source === undefined ? {} : { source }),\n",
    "",
  ),
  take(
    "H41a",
    "a name that is taken counts as success",
    DESTINATION,
    "      const landed = await this.#find(parcel, attempt.signal);\n      if (landed) return landed;\n      throw",
    '      if (error.code === "exists") return { outcome: "adopted", etag: "", bytes: parcel.body.bytes };\n      const landed = await this.#find(parcel, attempt.signal);\n      if (landed) return landed;\n      throw',
  ),
  take(
    "H41b",
    "writes are not conditional",
    DESTINATION,
    "      onlyIfAbsent: true,\n",
    "      onlyIfAbsent: false,\n",
  ),
  take(
    "H41c",
    "an object that is found is not asked whose it is",
    DESTINATION,
    'if (verdict !== "same") throw',
    "if (verdict === undefined) throw",
  ),
  take(
    "H44c",
    "records that cannot be encoded are left out of the journal",
    "src/delivery/parcel-finisher.ts",
    "...(children.length > 0 ? { children } : {}),",
    "...(children.length > 1e9 ? { children } : {}),",
  ),
  take(
    "H44d",
    "what is encoded again makes error parcels again",
    "src/delivery/parcel-finisher.ts",
    "const isFirst = before === undefined;",
    "const isFirst = before !== null;",
  ),
  take(
    "H44e",
    "records that could not be encoded count as delivered too",
    STATE,
    "const landed = intent.records - (encoded?.rejects?.records ?? 0);",
    "const landed = encoded === null ? 0 : intent.records;",
  ),
  {
    rule: "H44a",
    removed: "outcomes that are read again are not counted, and functions count as pure",
    edits: [
      {
        file: "src/delivery/refill.ts",
        from: "const same = accumulator.records === records && accumulator.digest === digest;",
        to: "const same = accumulator.records >= 0 && records >= 0 && digest !== -1;",
      },
      {
        file: "src/delivery/plan-runner.ts",
        from: "return processors.every((processor) => processor.pure) &&",
        to: "return processors.length >= 0 &&",
      },
    ],
  },
  {
    rule: "H44b",
    removed: "encoded files are neither synced nor verified",
    edits: [
      { file: PARCEL_FILE, from: "    await this.#withFile((file) => file.datasync());\n", to: "" },
      { file: PARCEL_FILE, from: "return checksum === encoded.checksum;", to: "return encoded.checksum >= 0;" },
    ],
  },
  take(
    "H47a",
    "the folder of a new object is not synced",
    BUCKET_FILES,
    "    try {\n      await this.disk.syncDirectory(dirname(path));\n    } catch (error) {\n      const message =",
    "    try {\n      await this.disk.stat(path);\n    } catch (error) {\n      const message =",
  ),
  take(
    "H47b",
    "bytes of a local object are not synced",
    PARCEL_FILE,
    "    await this.#withFile((file) => file.datasync());\n",
    "",
  ),
  take(
    "H57",
    "arrival follows the wall clock back",
    "src/log/frames/sync-group.ts",
    "arrivalMs = Math.max(arrivalMs, input.arrivalMs);",
    "arrivalMs = input.arrivalMs;",
  ),
  take(
    "H58",
    "what landed counts as registered before the catalog knows of it",
    "src/delivery/outbox.ts",
    '        await this.#tell(register, objects);\n        await journal.append({ type: "registered", parcelIds: objects.map(({ parcelId }) => parcelId) }, signal);',
    '        await journal.append({ type: "registered", parcelIds: objects.map(({ parcelId }) => parcelId) }, signal);\n        await this.#tell(register, objects);',
  ),
  take(
    "H62a",
    "what a snapshot holds is counted again where it lands under a new name",
    "src/delivery/snapshots.ts",
    "for (const { name } of intents) hidden.add(name);",
    "for (const { name } of intents) hidden.has(name);",
  ),
  take(
    "H62b",
    "a snapshot leaves out what is in parcels on their way",
    "src/delivery/snapshots.ts",
    "...Array.from(journal.state.parcels.values(), ({ intent }) => this.#rangeOfIntent(intent)),",
    "",
  ),
  take(
    "H48a",
    "what a target refuses is left out of the journal",
    "src/delivery/stage-two.ts",
    "...(children.length > 0 ? { children } : {}),",
    "...(children.length > 1e9 ? { children } : {}),",
  ),
  take(
    "H48b",
    "nobody says that what was given up may be there",
    "src/delivery/attempts.ts",
    "progress.isDoubtful ||= error instanceof DestinationError && error.isDoubtful;",
    "progress.isDoubtful &&= error instanceof DestinationError && error.isDoubtful;",
  ),
  take(
    "H48c",
    "what a dead process may have sent is not in doubt",
    "src/delivery/attempts.ts",
    "progress.isDoubtful = pending.recovered;",
    "progress.isDoubtful = false;",
  ),
  take(
    "H48d",
    "what a target refuses counts as delivered too",
    STATE,
    "this.deliveredRecords += landed - refused;",
    "this.deliveredRecords += landed;",
  ),
  take(
    "H48e",
    "what is written once more for a lost file forgets its doubt",
    "src/delivery/refusals.ts",
    "const refusal = { code, message, attempts: 1, inDoubt };",
    "const refusal = { code, message, attempts: 1 };",
  ),
];
