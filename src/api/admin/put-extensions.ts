import type { JsonObject } from "../../std/json.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { withoutHidden } from "./hidden-secrets.ts";
import { streamView } from "./stream-view.ts";

/**
 * PUT /api/streams/NAME/extensions, the `lakehose:` section as JSON => the stream. Replaces the section as a whole; tags go
 * on winning over it. `?version=N` refuses the change when the stream is at another version. Secrets that come back hidden, as
 * they were shown, stay what they are.
 */
export function putExtensions({ streams }: AdminContext): Endpoint {
  return {
    method: "PUT",
    path: "streams/:name/extensions",
    action: "lakehose:PutExtensions",
    role: "admin",
    async handle({ stream, query, json }) {
      const wanted = await json();
      const change = ({ extensions }: { readonly extensions: JsonObject }) => ({
        extensions: withoutHidden(wanted, extensions) as JsonObject,
      });
      return streamView(await streams.update(stream, query.get("version") ?? undefined, change));
    },
  };
}
