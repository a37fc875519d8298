import { useQuery } from "@tanstack/react-query";
import { adminApi } from "../../api/admin-api.ts";
import { SelectInput, TextInput } from "../../ui/inputs.tsx";
import { DESTINATION_KINDS } from "./destination-kinds.ts";
import { COMPRESSIONS, type Draft, suggestedErrorPrefix, suggestedPrefix } from "./draft.ts";
import { FurtherDestinations } from "./further-destinations.tsx";
import { KindFields } from "./kind-fields.tsx";
import type { StepProps } from "./step.ts";

const FORMATS = [
  { value: "as-is", label: "Records as they are" },
  { value: "parquet", label: "Parquet, with the columns of a table" },
] as const satisfies readonly { value: Draft["format"]; label: string }[];

const KINDS = [
  { value: "s3", label: "A bucket" },
  ...DESTINATION_KINDS.map(({ value, label }) => ({ value, label })),
] as const satisfies readonly { value: Draft["destination"]; label: string }[];

export function DestinationStep({ draft, problems, change }: StepProps) {
  const kind = DESTINATION_KINDS.find(({ value }) => value === draft.destination);
  return (
    <>
      <SelectInput
        label="Destination"
        problem={problems.destination}
        value={draft.destination}
        choices={KINDS}
        onChange={(destination) => change({ destination, values: {} })}
      />
      {kind !== undefined && (
        <>
          <KindFields fields={kind.fields} values={draft.values} onChange={(values) => change({ values })} />
          {problems.values !== undefined && <p className="problem">{problems.values}</p>}
          <p>What it refuses goes to a bucket, and all records if you choose so later.</p>
        </>
      )}
      <TextInput
        label="Bucket"
        hint="A folder of the local lake, or a bucket of the S3 store that the configuration names."
        problem={problems.bucket}
        value={draft.bucket}
        onChange={(bucket) => change({ bucket })}
      />
      <TextInput
        label="Prefix"
        hint="Left empty it is what you see in grey."
        placeholder={suggestedPrefix(draft)}
        value={draft.prefix}
        onChange={(prefix) => change({ prefix })}
      />
      <TextInput
        label="Prefix of errors"
        hint="Where rejected records go, each with its reason."
        placeholder={suggestedErrorPrefix(draft)}
        value={draft.errorPrefix}
        onChange={(errorPrefix) => change({ errorPrefix })}
      />
      <SelectInput label="Format" value={draft.format} choices={FORMATS} onChange={(format) => change({ format })} />
      {draft.format === "parquet" ? (
        <TableSelect draft={draft} problems={problems} change={change} />
      ) : (
        <SelectInput
          label="Compression"
          value={draft.compression}
          choices={COMPRESSIONS.map((value) => ({ value, label: value === "UNCOMPRESSED" ? "None" : value }))}
          onChange={(compression) => change({ compression })}
        />
      )}
      <FurtherDestinations draft={draft} problems={problems} change={change} />
    </>
  );
}

function TableSelect({ draft, problems, change }: StepProps) {
  const { data } = useQuery({ queryKey: ["tables"], queryFn: ({ signal }) => adminApi.listTables({ signal }) });
  const tables = (data?.tables ?? []).map(({ database, name }) => `${database}.${name}`);
  const none = tables.length === 0 ? "There is no table yet" : "Choose a table";
  return (
    <SelectInput
      label="Table"
      hint="Tables come from the Glue API, the configuration, SQL (CREATE TABLE) and crawlers."
      problem={problems.table}
      value={draft.table}
      choices={[{ value: "", label: none }, ...tables.map((table) => ({ value: table, label: table }))]}
      onChange={(table) => change({ table })}
    />
  );
}
