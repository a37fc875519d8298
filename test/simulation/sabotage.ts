import { decodeSegmentHeader } from "../../src/log/frames/segment-header.ts";
import type { PretendDisk } from "../fakes/pretend-disk.ts";
import type { Draw } from "./draw.ts";
import { BACKUP_ID, PRIMARY_ID, type SabotageKind } from "./scenario.ts";
import type { World } from "./world.ts";

const BLOCK_BYTES = 4096;

/** A folder as it was, to be put back. */
type Copy = ReadonlyMap<string, Buffer>;

/**
 * What must never be gone over: a journal that is lost or another's, a log that lost its end, a byte that decayed among
 * acknowledged records. The process has to say so, in a start during which nobody sends anything; then the damage is
 * repaired and life goes on. Resolves to false when there was nothing to harm.
 */
export async function sabotage(options: SabotageOptions): Promise<boolean> {
  const { world, kind } = options;
  const { service, disk } = world;
  const uids = service?.list().flatMap(({ uid, status }) => (status === "ACTIVE" ? [uid] : [])) ?? [];
  const [uid] = uids;
  if (uid === undefined || !world.alive || !isOpen(world, uid)) return false;
  world.healDisk();
  const harm = await prepare(options, uid);
  world.crash("kill");
  if (harm === undefined) return false;
  const before = copyOf(disk, harm.folder);
  if (!(await harm.apply(before))) return false;
  await world.start();
  await world.clock.advance(3_000);
  if (world.alive && !world.hasComplained(harm.complaint))
    world.ledger.fail(`nobody complained of sabotage ${kind} in ${harm.folder}`);
  world.crash("kill");
  world.healDisk();
  await putBack(world, harm.folder, before);
  world.count(`sabotage-${kind}`);
  return true;
}

export interface SabotageOptions {
  readonly world: World;
  readonly kind: SabotageKind;
  readonly draw: Draw;
  /** Lets the log grow, and the deliveries read it. */
  readonly grow: () => Promise<void>;
}

interface Harm {
  readonly folder: string;
  readonly complaint: RegExp;
  /** False when there turned out to be nothing to harm. */
  readonly apply: (before: Copy) => Promise<boolean>;
}

async function prepare({ world, kind, draw, grow }: SabotageOptions, uid: string): Promise<Harm | undefined> {
  const journal = `/data/deliveries/${uid}/${PRIMARY_ID}/journal`;
  const log = `/data/log/${uid}`;
  switch (kind) {
    case "journal-lost":
      return harmOf(world, journal, /its journal is missing/, () => new Map());
    case "journal-foreign": {
      const others = `/data/deliveries/${uid}/${BACKUP_ID}/journal`;
      const other = [...copyOf(world.disk, others)].map(
        ([path, bytes]) => [path.replace(others, journal), bytes] as const,
      );
      if (other.length === 0) return undefined;
      return harmOf(world, journal, /belongs to another log or stream/, () => new Map(other));
    }
    case "log-older": {
      // What is on its way while the copy is made is in the copy, or not: nobody could say how far it reaches.
      const { end, pendingAppends } = logOf(world, uid);
      if (pendingAppends > 0) return undefined;
      const older = copyOf(world.disk, log);
      await grow();
      if (!world.alive || readPositionOf(world, uid) <= end) return undefined;
      return harmOf(world, log, /Acknowledged records are missing|were acknowledged/, () => older);
    }
    case "bit-flip":
      // Damage shows where later groups prove that what it hit was durable once.
      for (let group = 0; group < 3 && world.alive; group++) await grow();
      return harmOf(world, log, /is damaged at byte/, (before) => flipped(before, draw));
  }
}

function harmOf(world: World, folder: string, complaint: RegExp, change: (before: Copy) => Copy | undefined): Harm {
  return {
    folder,
    complaint,
    apply: async (before) => {
      const harmed = before.size === 0 ? undefined : change(before);
      if (harmed === undefined) return false;
      await putBack(world, folder, harmed);
      return true;
    },
  };
}

/** False for a stream that a full disk has kept from opening: it is in trouble already. */
function isOpen(world: World, uid: string): boolean {
  try {
    return readPositionOf(world, uid) >= 0;
  } catch {
    return false;
  }
}

function logOf(world: World, uid: string) {
  const name = world.service?.list().find((document) => document.uid === uid)?.name ?? "";
  return world.service?.health(name).log ?? { end: 0, pendingAppends: 0 };
}

/** How far the slowest delivery of a stream has read. */
function readPositionOf(world: World, uid: string): number {
  const name = world.service?.list().find((document) => document.uid === uid)?.name;
  const deliveries = name === undefined ? undefined : world.service?.health(name).deliveries;
  return Math.min(...(deliveries ?? []).map(({ read }) => read));
}

/** One bit of the first frame in the newest segment, if groups behind it prove that it was durable. */
function flipped(before: Copy, draw: Draw): Copy | undefined {
  const path = [...before.keys()]
    .filter((name) => name.endsWith(".seg"))
    .sort()
    .at(-1);
  const content = path === undefined ? undefined : before.get(path);
  const salt = content && decodeSegmentHeader(content.subarray(0, BLOCK_BYTES))?.salt;
  if (path === undefined || content === undefined || salt === undefined) return undefined;
  const groups = groupsIn(content, salt);
  if (groups.length < 3) return undefined;
  const harmed = Buffer.from(content);
  const place = (groups[0] ?? 0) + draw.between(0, 95);
  harmed.writeUInt8(harmed.readUInt8(place) ^ (1 << draw.between(0, 7)), place);
  return new Map(before).set(path, harmed);
}

/** Where frames of this use of the file stand at block borders and begin a group. */
function groupsIn(content: Buffer, salt: bigint): number[] {
  const groups: number[] = [];
  for (let at = BLOCK_BYTES; at + 96 <= content.length; at += BLOCK_BYTES) {
    const begins = content.readBigUInt64LE(at + 8) === salt && content.readBigUInt64LE(at + 40) === BigInt(at);
    if (content.toString("latin1", at, at + 4) === "LKB1" && begins) groups.push(at);
  }
  return groups;
}

function copyOf(disk: PretendDisk, folder: string): Copy {
  return new Map(disk.pathsBelow(folder).map((path) => [path, disk.contentOf(path)]));
}

/** Makes a folder what the copy says, durably. */
async function putBack(world: World, folder: string, copy: Copy): Promise<void> {
  const { disk } = world;
  disk.faults.clear();
  for (const path of disk.pathsBelow(folder)) await disk.unlink(path);
  const folders = new Set([folder]);
  for (const [path, bytes] of copy) {
    const parent = path.slice(0, path.lastIndexOf("/"));
    await disk.makeDirectory(parent);
    folders.add(parent);
    const file = await disk.open(path, "create");
    await file.write([bytes], 0);
    await file.truncate(bytes.length);
    await file.datasync();
    await file.close();
  }
  for (const one of folders) await disk.syncDirectory(one);
  world.healDisk();
}
