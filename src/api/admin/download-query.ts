import { DOWNLOAD_FORMS, type DownloadForm } from "../../query/downloads/result-download.ts";
import { WireError } from "../protocol/wire-error.ts";
import { type AdminContext, type Endpoint, FileAnswer } from "./endpoint.ts";
import { findQuery } from "./find-query.ts";

const CONTENT_TYPES: Readonly<Record<DownloadForm, string>> = {
  csv: "text/csv; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
};

/** GET /api/queries/ID/file?form=csv => the whole result of a query as a file: `csv` (the default) or `parquet` */
export function downloadQuery({ queries }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "queries/:id/file",
    action: "lakehose:DownloadQuery",
    role: "viewer",
    async handle({ id, query }) {
      findQuery(queries, id);
      const form = formIn(query);
      return new FileAnswer(`query-${id.slice(0, 8)}.${form}`, CONTENT_TYPES[form], await queries.download(id, form));
    },
  };
}

function formIn(query: URLSearchParams): DownloadForm {
  const asked = query.get("form") ?? "csv";
  const form = DOWNLOAD_FORMS.find((one) => one === asked);
  if (form !== undefined) return form;
  throw new WireError("InvalidArgumentException", `form is one of ${DOWNLOAD_FORMS.join(", ")}, got ${asked}`);
}
