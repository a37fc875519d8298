import type { AdminContext, Endpoint } from "./endpoint.ts";

/** POST /api/streams/NAME/pause => {paused}: every delivery of the stream reads no further: what it had read lands, the log takes records until its budget is spent */
export function pauseStream({ streams }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "streams/:name/pause",
    action: "lakehose:PauseStream",
    role: "operator",
    async handle({ stream }) {
      await streams.setPaused(stream, true);
      return { paused: true };
    },
  };
}
