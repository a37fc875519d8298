import { SelectInput, TextInput } from "../../ui/inputs.tsx";
import { type DestinationField, type FieldValues, typedValue } from "./destination-kinds.ts";

export type ShownField = Pick<
  DestinationField,
  "name" | "label" | "hint" | "placeholder" | "optional" | "secret" | "choices"
>;

export interface KindFieldsProps {
  readonly fields: readonly ShownField[];
  readonly values: FieldValues;
  readonly onChange: (values: FieldValues) => void;
}

/** The form of one kind of destination, made of its table. */
export function KindFields({ fields, values, onChange }: KindFieldsProps) {
  return fields.map((field) => {
    const value = typedValue(field, values);
    const change = (next: string) => onChange({ ...values, [field.name]: next });
    const { name, label, hint, placeholder, choices, secret, optional } = field;
    if (choices !== undefined) {
      const all = choices.map((choice) => ({ value: choice, label: choice }));
      return <SelectInput key={name} label={label} value={value} choices={all} onChange={change} />;
    }
    return (
      <TextInput
        key={name}
        label={label}
        hint={hint ?? (optional === true ? "May stay empty." : undefined)}
        secret={secret === true}
        value={value}
        onChange={change}
        {...(placeholder !== undefined && { placeholder })}
      />
    );
  });
}
