import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../ui/empty-state.tsx";

export function NoTables() {
  return (
    <EmptyState title="No table yet">
      <p>
        SQL reads tables. A crawler makes them of the files that lie in a bucket already; the{" "}
        <Link to="/lake">lake</Link> page starts one. By hand, a statement says what a folder holds:
      </p>
      <pre>
        <code>
          {"CREATE DATABASE IF NOT EXISTS raw;\n\n"}
          {"CREATE EXTERNAL TABLE raw.clicks (user_id bigint, page string)\n"}
          {"ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\n"}
          {"LOCATION 's3://lake/clicks/'"}
        </code>
      </pre>
      <p>Statements without a table work at once: SELECT current_timestamp.</p>
    </EmptyState>
  );
}
