import { Button } from "../../ui/button.tsx";
import { SelectInput, TextInput } from "../../ui/inputs.tsx";
import { FURTHER_KINDS, type FurtherDestination } from "./further-kinds.ts";
import { KindFields } from "./kind-fields.tsx";
import type { StepProps } from "./step.ts";

const KINDS = FURTHER_KINDS.map(({ value, label }) => ({ value, label }));

/** Where the same records go as well, each with a delivery of its own. */
export function FurtherDestinations({ draft: { further }, problems, change }: StepProps) {
  const add = () => {
    const id = Math.max(0, ...further.map((one) => one.id)) + 1;
    change({ further: [...further, { id, name: "", kind: KINDS[0]?.value ?? "", values: {} }] });
  };
  const replace = (changed: FurtherDestination) =>
    change({ further: further.map((one) => (one.id === changed.id ? changed : one)) });
  return (
    <fieldset className="radios">
      <legend>Further destinations</legend>
      <p>Beyond AWS: the same records go there as well, and none waits for another.</p>
      {further.map((one) => (
        <fieldset className="part radios" key={one.id}>
          <legend>{one.name || "Further destination"}</legend>
          <TextInput
            label="Name of the destination"
            placeholder="bus"
            value={one.name}
            onChange={(name) => replace({ ...one, name })}
          />
          <SelectInput
            label="Kind"
            value={one.kind}
            choices={KINDS}
            onChange={(kind) => replace({ ...one, kind, values: {} })}
          />
          <KindFields
            fields={FURTHER_KINDS.find(({ value }) => value === one.kind)?.fields ?? []}
            values={one.values}
            onChange={(values) => replace({ ...one, values })}
          />
          <div className="actions">
            <Button onClick={() => change({ further: further.filter(({ id }) => id !== one.id) })}>
              Remove {one.name || "destination"}
            </Button>
          </div>
        </fieldset>
      ))}
      {problems.further !== undefined && <p className="problem">{problems.further}</p>}
      <div className="actions">
        <Button onClick={add}>Add a destination</Button>
      </div>
    </fieldset>
  );
}
