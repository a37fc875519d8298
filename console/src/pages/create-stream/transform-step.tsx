import { Button } from "../../ui/button.tsx";
import { CheckInput, TextInput } from "../../ui/inputs.tsx";
import type { PartitionKey } from "./draft.ts";
import type { StepProps } from "./step.ts";

export function TransformStep({ draft, problems, change }: StepProps) {
  const { partitionKeys } = draft;
  const add = () => {
    const id = Math.max(0, ...partitionKeys.map((key) => key.id)) + 1;
    change({ partitionKeys: [...partitionKeys, { id, name: "", query: "." }] });
  };
  const replace = (changed: PartitionKey) =>
    change({ partitionKeys: partitionKeys.map((key) => (key.id === changed.id ? changed : key)) });
  const remove = ({ id }: PartitionKey) => change({ partitionKeys: partitionKeys.filter((key) => key.id !== id) });
  return (
    <>
      <TextInput
        label="Lambda function"
        hint="Its name, when records go through code of yours; unmodified AWS handlers run here. Leave it empty for none."
        value={draft.functionName}
        onChange={(functionName) => change({ functionName })}
      />
      <fieldset className="radios">
        <legend>Partitions by content</legend>
        <p>Records with the same values land below the same prefix. Each key is a jq query into the record.</p>
        {partitionKeys.map((key) => (
          <div className="row" key={key.id}>
            <TextInput
              label="Key"
              placeholder="country"
              value={key.name}
              onChange={(name) => replace({ ...key, name })}
            />
            <TextInput
              label="Query"
              placeholder=".customer.country"
              value={key.query}
              onChange={(query) => replace({ ...key, query })}
            />
            <Button onClick={() => remove(key)}>Remove {key.name || "key"}</Button>
          </div>
        ))}
        {problems.partitionKeys !== undefined && <p className="problem">{problems.partitionKeys}</p>}
        <div className="actions">
          <Button onClick={add}>Add a key</Button>
        </div>
      </fieldset>
      <CheckInput
        label="Put a line feed after each record"
        checked={draft.appendsLineFeed}
        onChange={(appendsLineFeed) => change({ appendsLineFeed })}
      />
    </>
  );
}
