import type { StreamState } from "../../api/admin-api.ts";
import { ratesOf, type StreamSamples } from "../../live/stream-samples.ts";
import { formatBytes, formatCount, formatDuration, formatRate } from "../../ui/format-value.ts";
import type { Tile } from "../../ui/tiles.tsx";

/** All streams in four numbers. */
export function summarise(streams: readonly StreamState[], samples: StreamSamples): readonly Tile[] {
  const newest = streams.flatMap(({ name }) => samples.of(name).at(-1) ?? []);
  const rates = streams.map(({ name }) => ratesOf(samples.of(name), "accepted").at(-1) ?? 0);
  const errored = total(newest.map((sample) => sample.errored));
  const pending = total(
    streams.map(({ health }) => Math.max(0, ...(health?.balance ?? []).map((balance) => balance.pending))),
  );
  return [
    { label: "Records accepted", value: formatRate(total(rates)), note: `in ${streamCount(streams.length)}` },
    {
      label: "On their way",
      value: formatCount(pending),
      note: `oldest waits for ${formatDuration(Math.max(0, ...newest.map((sample) => sample.freshnessMs)))}`,
    },
    {
      label: "In the error output",
      value: formatCount(errored),
      note: errored === 0 ? "nothing was rejected" : "rejected with a reason, and kept",
    },
    { label: "Log on disk", value: formatBytes(total(newest.map((sample) => sample.logBytes))) },
  ];
}

function streamCount(count: number): string {
  return count === 1 ? "1 stream" : `${count} streams`;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
