import { Link } from "@tanstack/react-router";
import { useStreamHealth } from "../../live/use-stream-health.ts";
import { Note } from "../../ui/note.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { Tiles } from "../../ui/tiles.tsx";
import { NoStreams } from "./no-streams.tsx";
import { StreamTable } from "./stream-table.tsx";
import { summarise } from "./summarise.ts";

export default function StreamsPage() {
  const { data, error, samples } = useStreamHealth();
  return (
    <>
      <PageHead
        title="Streams"
        about="Where producers put records, and where each of them stands on its way to the lake."
      >
        <Link className="button" data-kind="primary" to="/create-stream">
          Create a stream
        </Link>
      </PageHead>
      {error !== null && <Note tone="bad">The server does not answer as expected: {error.message}</Note>}
      {data !== undefined && data.streams.length === 0 && <NoStreams />}
      {data !== undefined && data.streams.length > 0 && (
        <>
          <Tiles tiles={summarise(data.streams, samples)} />
          <StreamTable streams={data.streams} samples={samples} />
        </>
      )}
    </>
  );
}
