import type { AdminContext, Endpoint } from "./endpoint.ts";

/** POST /api/streams/NAME/resume => {paused}: every delivery of the stream reads on */
export function resumeStream({ streams }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "streams/:name/resume",
    action: "lakehose:ResumeStream",
    role: "operator",
    async handle({ stream }) {
      await streams.setPaused(stream, false);
      return { paused: false };
    },
  };
}
