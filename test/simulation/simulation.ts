import type { DeliveryDefinition } from "../../src/model/delivery-definition.ts";
import { Draw } from "./draw.ts";
import { FreshReader } from "./fresh-reader.ts";
import type { Life } from "./life.ts";
import { Operator } from "./operator.ts";
import { checkBalance, checkBudget, checkLake } from "./oracle.ts";
import { Producers } from "./producers.ts";
import { Puller } from "./puller.ts";
import { sabotage } from "./sabotage.ts";
import { drawScenario, PRIMARY_BUCKETS, PRIMARY_ID, type Scenario } from "./scenario.ts";
import { World } from "./world.ts";

export interface SimulationReport {
  readonly seed: number;
  readonly failures: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Runs one world from its first process to the last receipt, and holds what is in the lake against what producers know. */
export async function simulate(seed: number, onEvent?: (text: string) => void): Promise<SimulationReport> {
  const run = new Simulation(drawScenario(seed), onEvent);
  try {
    await run.live();
    await run.recover();
    await run.judge();
  } catch (error) {
    run.world.ledger.fail(error instanceof Error ? `${error.message}\n${error.stack}` : String(error));
  }
  const { world } = run;
  world.count("records", world.ledger.records.size);
  for (const [fault, count] of Object.entries(world.network.counts)) world.count(`store-call-${fault}`, count);
  return { seed, failures: world.ledger.failures, counts: Object.fromEntries(world.counts) };
}

/** How long a healed world may take to deliver everything. */
const DRAIN_MS_MAX = 30 * 60_000;

/** Starts that may fail one after another on a sound disk, crashes that were ordered for them aside. */
const STARTS_MAX = 6;

/** The longest pause of an outbox that the catalog said no to, and its next attempts. */
const REGISTERED_MS_MAX = 60_000;

class Simulation {
  readonly world: World;
  readonly #scenario: Scenario;
  readonly #draw: Draw;
  readonly #operator: Operator;
  readonly #producers: Producers;
  readonly #puller: Puller;
  readonly #reader: FreshReader;
  #fullUntilMs = 0;
  /** The last life that was asked to end by itself. */
  #stopping: Life | undefined;

  constructor(scenario: Scenario, onEvent: ((text: string) => void) | undefined) {
    this.#scenario = scenario;
    this.world = new World(scenario);
    this.world.onEvent = onEvent && ((text) => onEvent(`${this.world.clock.monotonic()} ${text}`));
    this.#draw = new Draw(scenario.seed, "simulation");
    this.#operator = new Operator(this.world, new Draw(scenario.seed, "operator"));
    this.#producers = new Producers(this.world, new Draw(scenario.seed, "producers"));
    this.#puller = new Puller(this.world, new Draw(scenario.seed, "puller"));
    this.#reader = new FreshReader(this.world, new Draw(scenario.seed, "fresh reader"));
  }

  async live(): Promise<void> {
    const { world } = this;
    await world.start();
    await this.#createAll();
    world.crashRate = this.#scenario.faults.crash / 4;
    const twinAt = this.#scenario.faults.twin ? this.#draw.between(3, this.#scenario.steps - 1) : -1;
    const sabotageAt = this.#scenario.faults.sabotage ? this.#draw.between(5, this.#scenario.steps - 1) : -1;
    for (let step = 0; step < this.#scenario.steps; step++) {
      if (!world.alive) await this.#restart();
      this.#operator.observe();
      if (step === sabotageAt) await this.#sabotage();
      else if (step === twinAt) await this.#makeTwin();
      else this.#act();
      this.#reader.mayRead(this.#operator.incarnations);
      this.#disturb();
      await world.clock.advance(this.#pause());
      checkBudget(world);
      if (this.#draw.chance(0.1)) await this.#lookAtLake();
    }
  }

  /** Everything is mended; after at most one more start the lag has to go to zero by itself. */
  async recover(): Promise<void> {
    const { world } = this;
    world.heal();
    world.catalog.mend();
    if (this.#stopping?.isAlive()) world.crash("kill");
    await world.removeStrangers();
    await this.#startUntilSound();
    this.#operator.observe();
    this.#producers.retryAllInDoubt();
    await world.clock.advance(5_000);
    while (world.network.busy || world.target.busy) await world.clock.advance(10_000);
    // Some answer about a stranger's object may have been on its way.
    await this.#startUntilSound();
    await this.#finishDeletions();
    await this.#waitForRoom();
    await this.#flushAll();
    await this.#tryOneMore();
    await this.#flushAll();
    this.#operator.observe();
    await world.clock.advance(REGISTERED_MS_MAX);
  }

  async #startUntilSound(): Promise<void> {
    const { world } = this;
    for (let start = 0; !world.alive || this.#isBroken(); start++) {
      if (start === STARTS_MAX)
        throw new Error(`After ${start} starts something is broken still: ${world.alarms.join("; ")}`);
      world.crash("kill");
      this.#operator.onDeath();
      await world.start();
      world.heal();
      await world.clock.advance(0);
    }
  }

  async judge(): Promise<void> {
    const { world } = this;
    if (!world.alive) throw new Error("The process died in a sound world");
    const objects = await this.#lookAtLake();
    const tallies = checkLake(world, this.#operator.incarnations, objects);
    checkBalance(world, this.#operator.incarnations, tallies);
  }

  async #createAll(): Promise<void> {
    const twin = this.#scenario.faults.twin;
    for (const name of this.#scenario.streamNames) {
      this.#operator.create(name, twin ? twinDeliveries() : undefined);
      await this.world.clock.advance(2_000);
      this.#operator.observe();
      if (twin) this.#producers.sendOne(name);
    }
  }

  #act(): void {
    const name = this.#draw.pick(this.#scenario.streamNames as [string, ...string[]]);
    const { service } = this.world;
    if (service?.get(name) === undefined) {
      this.#operator.create(name);
      return;
    }
    const action = this.#draw.weighted({
      send: 60,
      retry: 18,
      update: 7,
      tag: 2,
      flush: 5,
      encrypt: this.#scenario.encryption ? 3 : 0,
      pull: this.#scenario.puller ? 12 : 0,
      delete: 1.5,
      force: 0.7,
      stop: 3,
    });
    if (action === "send") for (let call = this.#draw.between(1, 5); call > 0; call--) this.#producers.send(name);
    else if (action === "retry") this.#producers.retry();
    else if (action === "update") this.#operator.update(name);
    else if (action === "tag") this.#operator.tag(name);
    else if (action === "encrypt") this.#operator.encrypt(name);
    else if (action === "pull") this.#puller.pull(name);
    else if (action === "flush") this.#operator.flush(name);
    else if (action === "stop") void this.#stop();
    else this.#operator.delete(name, action === "force");
  }

  /** A stop as it should be: the process ends by itself. */
  async #stop(): Promise<void> {
    const { world } = this;
    const { service, life } = world;
    world.count("stop");
    this.#stopping = life;
    await service?.close().catch(() => undefined);
    if (life.isAlive()) world.crash("kill");
  }

  #disturb(): void {
    const { world } = this;
    const { crash, failedSync, fullDisk, clockJump, storeGone } = this.#scenario.faults;
    const draw = this.#draw;
    if (draw.chance(crash) && world.alive) {
      if (draw.chance(0.7)) world.orderCrash(draw.between(0, 40));
      else world.crash();
    }
    if (draw.chance(failedSync)) {
      world.disk.failNext("datasync", "EIO", {
        pathPart: draw.pick(["", "/log/", "/journal/", "/staging/", "/staging/", "/parcels/"]),
      });
      world.count("failed-sync");
    }
    if (world.clock.monotonic() > this.#fullUntilMs) world.disk.capacityBytes = Number.POSITIVE_INFINITY;
    if (draw.chance(fullDisk)) {
      world.disk.capacityBytes = world.disk.usedBytes() + draw.between(0, 8_192);
      this.#fullUntilMs = world.clock.monotonic() + draw.between(1_000, 60_000);
      world.count("full-disk");
    }
    if (draw.chance(clockJump)) {
      world.clock.jump(draw.pick([-3_600_000, -60_000, 3_600_000, 86_400_000]));
      world.count("clock-jump");
    }
    if (draw.chance(storeGone)) {
      world.network.goAway(draw.pick([20_000, 120_000, 3_600_000]));
      world.count("store-gone");
    }
  }

  #pause(): number {
    const kind = this.#draw.weighted({ none: 3, short: 8, long: 5, minutes: 0.3 });
    if (kind === "none") return 0;
    if (kind === "short") return this.#draw.between(1, 1_200);
    if (kind === "long") return this.#draw.between(1_000, 12_000);
    return this.#draw.between(60_000, 300_000);
  }

  async #restart(): Promise<void> {
    const { world } = this;
    this.#operator.onDeath();
    await world.clock.advance(this.#draw.between(0, 3_000));
    for (let start = 0; start < STARTS_MAX; start++) {
      const crashing = this.#draw.chance(0.25) && this.#scenario.faults.crash > 0;
      if (crashing) world.orderCrash(this.#draw.between(0, 80));
      try {
        await world.start();
      } catch (error) {
        // A full disk, a failing sync: whoever runs the server starts it again.
        world.count("start-failed");
        world.onEvent?.(`start failed: ${String(error)}`);
        world.crash("kill");
        await world.clock.advance(20_000);
        world.healDisk();
      }
      if (world.alive) return;
    }
    world.healDisk();
    await world.start();
  }

  /** Makes a stream go and come again with the same name, at the same second of the wall clock, with the same first word. */
  async #makeTwin(): Promise<void> {
    const { world } = this;
    const [name] = this.#scenario.streamNames;
    if (name === undefined) return;
    const wallMs = [...world.ledger.records.values()].find((record) => record.stream === name)?.arrivalLowMs;
    this.#operator.delete(name, true);
    for (let wait = 0; wait < 60 && world.alive && world.service?.get(name) !== undefined; wait++)
      await world.clock.advance(500);
    this.#operator.observe();
    if (!world.alive || wallMs === undefined || world.service?.get(name) !== undefined) return;
    world.count("twin");
    world.clock.jump(wallMs - 500 - world.clock.now());
    this.#operator.create(name, twinDeliveries());
    await world.clock.advance(500);
    this.#operator.observe();
    this.#producers.sendOne(name);
  }

  async #sabotage(): Promise<void> {
    const { world } = this;
    const { sabotage: kind } = this.#scenario.faults;
    if (kind === undefined) return;
    const grow = async () => {
      for (const name of this.#scenario.streamNames) this.#producers.sendOne(name);
      await world.clock.advance(4_000);
    };
    await sabotage({ world, kind, draw: this.#draw, grow });
    this.#operator.onDeath();
  }

  async #lookAtLake() {
    const { world } = this;
    const objects = await world.objects();
    world.lake.lookAtAll(objects, world.powerLost);
    return objects;
  }

  /** True when something has stopped that only a new start can wake. */
  #isBroken(): boolean {
    const { world } = this;
    const { service } = world;
    if (service === undefined) return true;
    return service.list().some(({ name, status }) => {
      if (status === "CREATING_FAILED") return false;
      try {
        return service.health(name).deliveries.some(({ state }) => state === "failed" || state === "stopped");
      } catch {
        return true;
      }
    });
  }

  async #finishDeletions(): Promise<void> {
    const { world } = this;
    // Whoever was told that it failed, or was told nothing, asks again.
    const askAgain = (all: boolean) => {
      for (const { name, status } of world.service?.list() ?? []) {
        if (all ? status !== "ACTIVE" : status === "DELETING_FAILED")
          this.#operator.delete(name, status === "CREATING_FAILED");
      }
    };
    askAgain(true);
    const deadline = world.clock.monotonic() + DRAIN_MS_MAX;
    const leaving = () => world.service?.list().some(({ status }) => status !== "ACTIVE");
    while (leaving() && world.clock.monotonic() < deadline) {
      await world.clock.advance(1_000);
      askAgain(false);
    }
    if (leaving()) world.ledger.fail("a stream that is deleted does not go, although everything is mended");
  }

  /** No stream stays full for good because of what has gathered and is not due: it is handed on early. */
  async #waitForRoom(): Promise<void> {
    const { world } = this;
    const deadline = world.clock.monotonic() + DRAIN_MS_MAX;
    for (const { name, status } of world.service?.list() ?? []) {
      for (let taken = status !== "ACTIVE"; !taken; ) {
        const records = this.#producers.sendOne(name);
        await world.clock.advance(1_000);
        taken = records.every(({ acknowledgedAt }) => acknowledgedAt !== undefined);
        if (!taken && world.clock.monotonic() > deadline) {
          world.ledger.fail(`stream ${name} has no room for good, with records that nobody flushes`);
          return;
        }
        if (!taken) await world.clock.advance(15_000);
      }
    }
  }

  /** A world that is empty and sound takes records again: nothing that is done with counts against anybody. */
  async #tryOneMore(): Promise<void> {
    const { world } = this;
    for (const { name, status } of world.service?.list() ?? []) {
      if (status !== "ACTIVE") continue;
      const records = this.#producers.sendOne(name);
      await world.clock.advance(2_000);
      const taken = records.every(({ acknowledgedAt }) => acknowledgedAt !== undefined);
      if (!taken) world.ledger.fail(`stream ${name} takes no records, although nothing is left to deliver`);
    }
  }

  /** A delivery that leaves in the middle of a flush ends it with an error; then the others are asked again. */
  async #flushPatiently(name: string, signal: AbortSignal): Promise<true> {
    const { world } = this;
    for (let attempt = 1; ; attempt++) {
      try {
        await world.service?.flush(name, signal);
        return true;
      } catch (error) {
        if (attempt === 20) throw error;
        await world.clock.sleep(2_000);
      }
    }
  }

  async #flushAll(): Promise<void> {
    const { world } = this;
    for (const { name, status } of world.service?.list() ?? []) {
      if (status !== "ACTIVE") continue;
      const { signal } = new AbortController();
      const done = await world.until(this.#flushPatiently(name, signal), DRAIN_MS_MAX);
      if (done !== true)
        world.ledger.fail(
          `stream ${name} does not get rid of its records, although everything is mended: ${world.alarms.join("; ")}`,
        );
    }
    while (world.network.busy) await world.clock.advance(10_000);
    // The log is told once a second what it may let go of; deliveries that have left are done by then.
    await world.clock.advance(5_000);
  }
}

/** The same for both twins, so that only who they are tells their objects apart. */
function twinDeliveries(): DeliveryDefinition[] {
  return [
    {
      id: PRIMARY_ID,
      kind: "primary",
      processors: [],
      format: { type: "raw", options: { delimiter: "\n" } },
      compression: { type: "none" },
      naming: { timeZone: "UTC", prefix: "data/", errorPrefix: "err/!{firehose:error-output-type}/" },
      target: { type: "object-store", options: { bucket: PRIMARY_BUCKETS[0] } },
      roll: { records: 1 },
    },
  ];
}
