import { gunzipSync } from "node:zlib";
import type { DeliveryDefinition } from "../../src/model/delivery-definition.ts";
import type { LakeObject } from "./lake.ts";
import type { SentRecord } from "./ledger.ts";
import type { Incarnation } from "./operator.ts";
import { BACKUP_BUCKET, BACKUP_ID, FUNCTION_TYPE, NOT_TAKEN, PICKY_TYPE, PRIMARY_ID } from "./scenario.ts";
import { isNotTaken, isRefused, valueOfId } from "./sorter.ts";
import { checkTarget, type Tallies, tallyOf } from "./tallies.ts";
import type { LastWord } from "./whimsical-processor.ts";
import type { World } from "./world.ts";

const CONVERSION_FAILED = "format-conversion-failed";
/** Codes of what was tried until the time for retries was over. */
const GIVEN_UP = /^Target\./;
const REWRITTEN = /^What the target said was lost/;
const LIMIT_EXCEEDED = "DynamicPartitioning.ActivePartitionsLimitExceeded";

const NAME =
  /^(?<prefix>.*?)(?<stream>orders|clicks)-(?<version>\d+)-(?<time>\d{4}(?:-\d\d){5})-[0-9a-f-]{36}(?<extension>\.gz)?$/;
const SIGNAL = /(^|\/)_SUCCESS(-\d{4}-\d\d-\d\d)?$/;

/** Holds every object against what was sent: whose it is, where it lies, in which order, whether anything is there twice. */
export function checkLake(
  world: World,
  incarnations: ReadonlyMap<string, Incarnation>,
  objects: readonly LakeObject[],
): Tallies {
  const tallies: Tallies = new Map();
  for (const object of objects) checkObject(world, incarnations, object, tallies);
  for (const incarnation of incarnations.values()) checkTarget(world, incarnation, tallies);
  for (const incarnation of incarnations.values()) {
    for (const id of incarnation.members.keys()) checkComplete(world, incarnation, id, tallies);
  }
  return tallies;
}

function checkObject(
  world: World,
  incarnations: ReadonlyMap<string, Incarnation>,
  { bucket, key, bytes }: LakeObject,
  tallies: Tallies,
): void {
  const { ledger } = world;
  const name = `${bucket}/${key}`;
  const groups = NAME.exec(key)?.groups;
  if (groups === undefined) {
    if (!SIGNAL.test(key)) ledger.fail(`${name} is no object of ours, and it is visible`);
    return;
  }
  const { prefix = "", version = "", time = "" } = groups;
  const deliveryId = bucket === BACKUP_BUCKET ? BACKUP_ID : PRIMARY_ID;
  const text = groups.extension ? gunzipSync(bytes).toString() : bytes.toString();
  const error = prefix.startsWith("err/");
  const lines = linesOf(text, error);
  const errorType = lines[0]?.errorType ?? "";
  const [first] = lines;
  const owner = first && ledger.recordOf(first.line)?.uid;
  const incarnation = owner === undefined ? undefined : incarnations.get(owner);
  const definition = incarnation && definitionAt(incarnation, version, deliveryId);
  if (incarnation === undefined || definition === undefined) {
    ledger.fail(`${name} belongs to no stream or version that ever was: ${text.slice(0, 60)}`);
    return;
  }
  const atMs = Date.parse(`${time.slice(0, 10)}T${time.slice(11).replaceAll("-", ":")}Z`);
  const value = first && keyValueOf(world, definition, first.line);
  const place = { prefix, atMs, error, errorType, value };
  checkPlace(world, name, definition, { ...place, gzip: groups.extension !== undefined, bucket });
  checkRegistered(world, name, incarnation, deliveryId, error || definition.table === undefined);
  const tally = tallyOf(tallies, incarnation.uid, deliveryId);
  let before = -1;
  for (const { line, offset, code, inDoubt } of lines) {
    const record = ledger.recordOf(line);
    if (record === undefined || record.uid !== incarnation.uid) {
      ledger.fail(`${name} holds what nobody sent: ${line.slice(0, 60)}`);
      continue;
    }
    if (tally.found.has(record.id)) ledger.fail(`${record.id} of ${record.stream} is there twice, again in ${name}`);
    tally.found.set(record.id, inDoubt ? "doubt" : error ? "error" : "data");
    if (error) tally.errors++;
    else tally.data++;
    if (record.offset !== undefined && record.offset < before) ledger.fail(`${name} is out of order at ${record.id}`);
    before = record.offset ?? before;
    if (offset !== undefined && record.offset !== undefined && offset !== record.offset)
      ledger.fail(`${name} says that ${record.id} had offset ${offset}, it was told ${record.offset}`);
    checkContent(world, name, record, line, { error, errorType, code, value, definition, incarnation, version });
    checkHour(world, name, record, definition, place);
  }
}

/** Of the version in a name; a delivery that is leaving goes on under its last definition, whatever the version is. */
function definitionAt(incarnation: Incarnation, version: string, deliveryId: string): DeliveryDefinition | undefined {
  if (!incarnation.versions.has(version)) return undefined;
  for (let number = Number(version); number > 0; number--) {
    const deliveries = incarnation.versions.get(String(number))?.deliveries;
    const found = deliveries?.find(({ id }) => id === deliveryId);
    if (found || !isLeaving(incarnation, deliveryId)) return found;
  }
  return undefined;
}

/** Whoever leaves waits for the catalog only so long. */
function checkRegistered(
  { catalog, ledger }: World,
  name: string,
  incarnation: Incarnation,
  deliveryId: string,
  isOfNoTable: boolean,
): void {
  if (isOfNoTable || incarnation.gone || incarnation.forced || isLeaving(incarnation, deliveryId)) return;
  if (!catalog.told.has(name)) ledger.fail(`${name} has landed, and the catalog does not know`);
}

function isLeaving(incarnation: Incarnation, deliveryId: string): boolean {
  return (incarnation.members.get(deliveryId)?.leaveAskedAt ?? 0) < Number.POSITIVE_INFINITY;
}

/** Lines of records; those of error objects are the raw data, with the offset that the error record names. */
function linesOf(text: string, error: boolean): Line[] {
  const lines = text.split("\n");
  if (!error) return lines.map((line) => ({ line }));
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const { rawData, errorCode, errorMessage = "", lakehose } = JSON.parse(line) as ErrorLine;
      // Whose file was lost has one code for all.
      const code = REWRITTEN.test(errorMessage) ? "Target.Lost" : errorCode;
      const { offset, errorType, inDoubt } = lakehose;
      return { line: Buffer.from(rawData, "base64").toString(), offset, errorType, code, inDoubt };
    });
}

interface ErrorLine {
  readonly rawData: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly lakehose: { readonly offset: number; readonly errorType: string; readonly inDoubt?: boolean };
}

interface Line {
  readonly line: string;
  readonly offset?: number;
  readonly errorType?: string;
  readonly code?: string | undefined;
  readonly inDoubt?: boolean | undefined;
}

/** Of a stream's function, if its definition has one. */
function wordOn({ functions }: World, { processors }: DeliveryDefinition, text: string): LastWord | undefined {
  return processors.some(({ type }) => type === FUNCTION_TYPE) ? functions.lastWords.get(text) : undefined;
}

/** The value of the partition key that the record of a line has to lie under. */
function keyValueOf(world: World, definition: DeliveryDefinition, line: string): string | undefined {
  if (definition.partition === undefined) return undefined;
  const text = world.ledger.recordOf(line)?.text ?? "";
  return definition.partition.keys[0]?.name === "query:k" ? valueOfId(text) : wordOn(world, definition, text)?.value;
}

interface Place {
  readonly prefix: string;
  readonly atMs: number;
  readonly error: boolean;
  readonly errorType: string;
  readonly value: string | undefined;
  readonly gzip: boolean;
  readonly bucket: string;
}

/** Prefix, bucket and compression are those of the version in the name. */
function checkPlace(world: World, name: string, definition: DeliveryDefinition, place: Place): void {
  const expected = prefixAt(definition, place.atMs, place);
  if (place.prefix !== expected) world.ledger.fail(`${name} lies under ${place.prefix}, its version says ${expected}`);
  const { errorTarget = definition.target } = definition;
  if (errorTarget.options.bucket !== place.bucket) world.ledger.fail(`${name} is in the bucket of another version`);
  const compresses = definition.compression.type === "gzip" && place.errorType !== CONVERSION_FAILED;
  if (compresses !== place.gzip) world.ledger.fail(`${name} is compressed as another version is`);
}

function prefixAt(
  { naming }: DeliveryDefinition,
  atMs: number,
  { error, errorType, value = "" }: Pick<Place, "error" | "errorType" | "value">,
): string {
  const iso = new Date(atMs).toISOString();
  const hour = `${iso.slice(0, 4)}/${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(11, 13)}/`;
  const template = error ? (naming.errorPrefix ?? "") : (naming.prefix ?? "");
  const written = template
    .replace("!{timestamp:yyyy/MM/dd/HH}/", hour)
    .replace("!{timestamp:yyyy-MM-dd}", iso.slice(0, 10))
    .replace(/!\{partitionKeyFrom(Query|Lambda):k\}/, value)
    .replace("!{firehose:error-output-type}", errorType);
  return !error && !template.includes("!{") ? written + hour : written;
}

/** A record lies in the folder that its own arrival names, as far as producers can know its arrival. */
function checkHour(
  world: World,
  name: string,
  record: SentRecord,
  definition: DeliveryDefinition,
  place: Omit<Place, "gzip" | "bucket">,
): void {
  const { prefix, atMs } = place;
  const high = Math.min(record.arrivalHighMs, world.clock.latestWallMs);
  const possible =
    prefixAt(definition, record.arrivalLowMs, place) <= prefix && prefix <= prefixAt(definition, high, place);
  const older = atMs <= high;
  if (!possible || !older)
    world.ledger.fail(`${name} holds ${record.id}, which arrived between ${iso(record.arrivalLowMs)} and ${iso(high)}`);
}

function checkContent(
  world: World,
  name: string,
  record: SentRecord,
  line: string,
  {
    error,
    errorType,
    code,
    value,
    definition,
    incarnation,
    version,
  }: Pick<Place, "error" | "errorType" | "value"> & {
    readonly code: string | undefined;
    readonly definition: DeliveryDefinition;
    readonly incarnation: Incarnation;
    readonly version: string;
  },
): void {
  const { ledger } = world;
  // A function may have been asked under a plan that gave way before its answer was durable.
  const word = wordOn(world, definition, record.text);
  const refuses = definition.format.type === PICKY_TYPE && isRefused(record.text);
  if (refuses !== (errorType === CONVERSION_FAILED) && (refuses ? !error : true))
    ledger.fail(`${name} holds ${record.id}, which its format ${refuses ? "refuses" : "takes"}`);
  if (!error && keyValueOf(world, definition, line) !== value)
    ledger.fail(`${name} holds ${record.id}, which belongs to another partition`);
  if (errorType === NOT_TAKEN) {
    if (isNotTaken(record.text) !== (code === "400") && !GIVEN_UP.test(code ?? ""))
      ledger.fail(`${name} holds ${record.id} with the code ${code}, which the target takes`);
    if (line !== record.text) ledger.fail(`${name} has other bytes for ${record.id} than were sent`);
  } else if (error && errorType !== CONVERSION_FAILED) {
    const byLimit = code === LIMIT_EXCEEDED && hadLimit(incarnation, definition.id, version);
    const expected = byLimit ? word === undefined || word.result === "kept" : word?.result === "rejected";
    if (!expected) ledger.fail(`${name} holds ${record.id}, of which the function said last: ${word?.result}`);
    if (line !== record.text) ledger.fail(`${name} has other bytes for ${record.id} than were sent`);
  } else if (word !== undefined) {
    if (word.result !== "kept" || word.text !== line)
      ledger.fail(
        `${name} holds an answer for ${record.id} that was not the last: ${line.slice(-20)}, last ${word.result} ${word.text.slice(-20)}`,
      );
  } else if (line !== record.text) ledger.fail(`${name} has other bytes for ${record.id} than were sent`);
  if (!isLeaving(incarnation, definition.id)) checkVersion(world, name, record, incarnation, version, word?.mark);
}

/** A record that was refused under a limit gathers on when the limit goes, and is then named by the newer version. */
function hadLimit({ versions }: Incarnation, deliveryId: string, version: string): boolean {
  return [...versions].some(([number, { deliveries }]) => {
    const limited = deliveries.some(({ id, partition }) => id === deliveryId && partition?.activeMax !== undefined);
    return limited && Number(number) <= Number(version);
  });
}

/** What was sent after a change was in force follows it. */
function checkVersion(
  world: World,
  name: string,
  record: SentRecord,
  incarnation: Incarnation,
  version: string,
  mark: number | undefined,
): void {
  const { ledger } = world;
  const marks = new Set<unknown>();
  for (const [id, { deliveries, inForceAt }] of incarnation.versions) {
    const newer = Number(id) > Number(version);
    if (newer && inForceAt < record.sentAt)
      ledger.fail(`${name} holds ${record.id}, sent when version ${id} was in force`);
    const processors = deliveries.find((one) => one.id === PRIMARY_ID)?.processors ?? [];
    const superseded = [...incarnation.versions].some(
      ([other, { inForceAt: since }]) => Number(other) > Number(id) && since < record.sentAt,
    );
    if (!superseded) for (const { options } of processors) marks.add(options.mark);
  }
  if (mark !== undefined && !marks.has(mark)) ledger.fail(`${record.id} was given to the function of an older version`);
}

/** Every acknowledged record of a member is there, or its function has dropped it. */
function checkComplete(world: World, incarnation: Incarnation, deliveryId: string, tallies: Tallies): void {
  const { ledger, functions } = world;
  const member = incarnation.members.get(deliveryId);
  if (member === undefined) return;
  const tally = tallyOf(tallies, incarnation.uid, deliveryId);
  for (const record of ledger.records.values()) {
    if (record.uid !== incarnation.uid) continue;
    const there = tally.found.has(record.id);
    const acknowledgedAt = record.acknowledgedAt ?? Number.POSITIVE_INFINITY;
    if (acknowledgedAt < member.joinAskedAt && there)
      ledger.fail(`${record.id} is in ${deliveryId}, which joined later`);
    const due = record.sentAt > member.joinedAt && acknowledgedAt < member.leaveAskedAt && !incarnation.forced;
    if (!due || there || record.acknowledgedAt === undefined) continue;
    const word = deliveryId === PRIMARY_ID ? functions.lastWords.get(record.text) : undefined;
    if (word?.result === "dropped") continue;
    ledger.fail(
      `${record.id} of ${record.stream} was acknowledged and is lost (${deliveryId}, offset ${record.offset})`,
    );
  }
}

/** accepted = delivered + errored + dropped + pending, by the public numbers, and those against what is there. */
export function checkBalance(world: World, incarnations: ReadonlyMap<string, Incarnation>, tallies: Tallies): void {
  const { ledger, service } = world;
  for (const { name, uid, status } of service?.list() ?? []) {
    if (status !== "ACTIVE") continue; // A stream that does not go was told of already.
    const health = service?.health(name);
    const incarnation = incarnations.get(uid);
    for (const { id, counters, hold, read, state } of health?.deliveries ?? []) {
      const label = `${name}/${id}`;
      if (incarnation === undefined || isLeaving(incarnation, id)) continue;
      if (state !== "running") ledger.fail(`${label} is ${state}`);
      const sum = counters.delivered + counters.errored + counters.dropped + counters.pending;
      if (counters.read !== sum) ledger.fail(`${label} has read ${counters.read} and accounts for ${sum}`);
      if (counters.pending !== 0) ledger.fail(`${label} has ${counters.pending} records pending after a flush`);
      const tally = tallyOf(tallies, uid, id);
      if (counters.delivered !== tally.data)
        ledger.fail(`${label} says ${counters.delivered} delivered, ${tally.data} are there`);
      if (counters.errored !== tally.errors)
        ledger.fail(`${label} says ${counters.errored} errors, ${tally.errors} are there`);
      const end = health?.log.end ?? 0;
      if (read !== end || hold !== end)
        ledger.fail(`${label} has read ${read} and holds ${hold}, the log ends at ${end}`);
    }
    checkRoom(world, name);
  }
}

/**
 * Log, staging and encoded files stay in proportion to the budget: intake stops at it, and what was accepted before may
 * still grow on its way, by staging, by its encoded file, and as an error record in base64.
 */
export function checkBudget(world: World): void {
  const { service, scenario } = world;
  if (service === undefined || !world.alive) return;
  for (const { name, status } of service.list()) {
    if (status !== "ACTIVE") continue;
    const bytes = usedBytes(world, name);
    if (bytes > 3 * scenario.budgetBytes + 16 * 4096)
      world.ledger.fail(`${name} takes ${bytes} bytes of disk, its budget is ${scenario.budgetBytes}`);
  }
}

function usedBytes({ service }: World, name: string): number {
  try {
    const health = service?.health(name);
    if (health === undefined) return 0;
    return health.log.bytes + health.deliveries.reduce((sum, { spilledBytes }) => sum + spilledBytes, 0);
  } catch {
    return 0; // A stream that could not be opened has no numbers.
  }
}

/** What is delivered is let go: nothing but the last segment is left. */
function checkRoom(world: World, name: string): void {
  const health = world.service?.health(name);
  if (health === undefined) return;
  const { bytes } = health.log;
  const most = 4 * world.scenario.segmentBytes;
  if (bytes > most) world.ledger.fail(`${name} still takes ${bytes} bytes of log with nothing left to deliver`);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
