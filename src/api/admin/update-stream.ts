import { requireStream } from "../firehose/control-context.ts";
import { fromDeclared } from "../firehose/declared.ts";
import { describeDestination } from "../firehose/describe-destination.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { streamView } from "./stream-view.ts";
import { wantedChange } from "./wanted-change.ts";

/**
 * PUT /api/streams/NAME/definition?version=&check=true, the members of an UpdateDestination request and a `lakehose` section =>
 * {updated, version, destination, extensions}, as they are then. What an update does not name stays; the section is replaced as
 * a whole. With `check` nothing is changed: the answer shows what would be. A body without a `lakehose` section leaves that.
 */
export function updateStream({ streams }: AdminContext): Endpoint {
  return {
    method: "PUT",
    path: "streams/:name/definition",
    action: "lakehose:UpdateStream",
    role: "admin",
    audited: false,
    async handle({ stream, query, json, changes }) {
      const asked = await json();
      const wanted = wantedChange(requireStream(streams, stream), asked);
      const destination = describeDestination(fromDeclared(wanted.declared));
      const version = requireStream(streams, stream).versionId;
      if (query.get("check") === "true") return { updated: false, version, destination, extensions: wanted.extensions };
      changes(asked);
      const expected = query.get("version") ?? undefined;
      const { versionId, ...after } = await streams.update(stream, expected, (current) => wantedChange(current, asked));
      const view = streamView({ ...after, versionId });
      return {
        updated: true,
        version: versionId,
        destination: view.destination ?? {},
        extensions: view.extensions ?? {},
      };
    },
  };
}
