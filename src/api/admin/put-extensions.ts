import type { AdminContext, Endpoint } from "./endpoint.ts";
import { streamView } from "./stream-view.ts";

/**
 * PUT /api/streams/NAME/extensions, the `lakehose:` section as JSON => the stream. Replaces the section as a whole; tags go
 * on winning over it. `?version=N` refuses the change when the stream is at another version.
 */
export function putExtensions({ streams }: AdminContext): Endpoint {
  return {
    method: "PUT",
    path: "streams/:name/extensions",
    action: "lakehose:PutExtensions",
    role: "admin",
    async handle({ stream, query, json }) {
      const extensions = await json();
      return streamView(await streams.update(stream, query.get("version") ?? undefined, () => ({ extensions })));
    },
  };
}
