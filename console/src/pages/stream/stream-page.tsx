import { useParams } from "@tanstack/react-router";
import type { StreamDetails, StreamState } from "../../api/admin-api.ts";
import { ApiError } from "../../api/api-error.ts";
import type { StreamSample } from "../../live/stream-samples.ts";
import { useStream } from "../../live/use-stream.ts";
import { useStreamHealth } from "../../live/use-stream-health.ts";
import { Badge } from "../../ui/badge.tsx";
import { Note } from "../../ui/note.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { stateOf } from "../streams/state-of.ts";
import { BalanceCard } from "./balance-card.tsx";
import { DeliveryLogCard } from "./delivery-log-card.tsx";
import { JourneyCard } from "./journey-card.tsx";
import { MetricsCard } from "./metrics-card.tsx";
import { RateCard } from "./rate-card.tsx";
import { RedrivesCard } from "./redrives-card.tsx";
import { SettingsCard } from "./settings-card.tsx";
import { StreamActions } from "./stream-actions.tsx";
import { Crumbs, StreamHead } from "./stream-head.tsx";

export default function StreamPage() {
  const { name = "" } = useParams({ strict: false });
  const stream = useStream(name);
  const { data: all, error, samples } = useStreamHealth();
  const live = all?.streams.find((one) => one.name === name);
  if (stream.error instanceof ApiError && stream.error.status === 404) return <NoSuchStream name={name} />;
  const failure = stream.error ?? error;
  return (
    <>
      {failure !== null && <Note tone="bad">The server does not answer as expected: {failure.message}</Note>}
      {stream.data === undefined ? (
        <StreamHead name={name} />
      ) : (
        <StreamParts stream={stream.data} live={live ?? stream.data} samples={samples.of(name)} />
      )}
    </>
  );
}

interface StreamPartsProps {
  readonly stream: StreamDetails;
  readonly live: StreamState;
  readonly samples: readonly StreamSample[];
}

function StreamParts({ stream, live, samples }: StreamPartsProps) {
  const state = stateOf(live);
  return (
    <>
      <StreamHead
        name={stream.name}
        about={
          <>
            <Badge tone={state.tone}>{state.label}</Badge> <span>Version {stream.versionId}</span>
          </>
        }
      >
        <StreamActions stream={stream} live={live} />
      </StreamHead>
      <Problems stream={stream} live={live} />
      {live.health !== undefined && (
        <>
          <JourneyCard stream={stream} health={live.health} samples={samples} />
          <BalanceCard health={live.health} />
          <RateCard samples={samples} />
        </>
      )}
      <MetricsCard stream={stream.name} />
      <SettingsCard stream={stream} />
      <RedrivesCard stream={stream.name} />
      <DeliveryLogCard stream={stream.name} />
    </>
  );
}

/** What somebody has to know or do. */
function Problems({ stream, live }: Omit<StreamPartsProps, "samples">) {
  const failing = (live.health?.deliveries ?? []).flatMap(({ id, state, lastError }) =>
    lastError === undefined || state === "running" ? [] : [{ id, lastError }],
  );
  return (
    <>
      {live.health?.paused === true && (
        <Note tone="warn">
          This stream is paused: it takes records, and its deliveries read no further until somebody resumes it.
        </Note>
      )}
      {live.unavailable !== undefined && <Note tone="bad">{live.unavailable}</Note>}
      {stream.failure !== undefined && <Note tone="bad">{stream.failure.details}</Note>}
      {failing.map(({ id, lastError }) => (
        <Note tone="bad" key={id}>
          {id} does not get on: {lastError.message} ({lastError.code})
        </Note>
      ))}
      {stream.settingsProblem !== undefined && <Note tone="warn">{stream.settingsProblem}</Note>}
      {stream.warnings.map(({ code, message }) => (
        <Note tone="warn" key={message}>
          {message} ({code})
        </Note>
      ))}
    </>
  );
}

function NoSuchStream({ name }: { readonly name: string }) {
  return (
    <>
      <Crumbs />
      <PageHead title="There is no such stream" about={`Nothing is called ${name} here; it may have been deleted.`} />
    </>
  );
}
