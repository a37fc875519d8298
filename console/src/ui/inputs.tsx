import type { ReactNode } from "react";
import { Field } from "./field.tsx";

interface InputProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
}

export interface TextInputProps extends InputProps {
  readonly value: string;
  readonly placeholder?: string;
  /** What a browser may fill in. Default: nothing. */
  readonly autoComplete?: string;
  /** What is typed is not shown. */
  readonly secret?: boolean;
  readonly onChange: (value: string) => void;
}

export function TextInput({
  value,
  placeholder,
  autoComplete = "off",
  secret = false,
  onChange,
  ...field
}: TextInputProps) {
  return (
    <Field {...field}>
      {(ids) => (
        <input
          {...ids}
          type={secret ? "password" : "text"}
          className="input"
          autoComplete={autoComplete}
          spellCheck={false}
          placeholder={placeholder}
          aria-invalid={field.problem !== undefined}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export interface TextAreaInputProps extends InputProps {
  readonly value: string;
  /** Lines that are seen at once. Default: 6. */
  readonly rows?: number;
  readonly onChange: (value: string) => void;
}

export function TextAreaInput({ value, rows = 6, onChange, ...field }: TextAreaInputProps) {
  return (
    <Field {...field}>
      {(ids) => (
        <textarea
          {...ids}
          className="input text"
          rows={rows}
          spellCheck={false}
          aria-invalid={field.problem !== undefined}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export interface NumberInputProps extends InputProps {
  readonly value: number;
  readonly onChange: (value: number) => void;
}

export function NumberInput({ value, onChange, ...field }: NumberInputProps) {
  return (
    <Field {...field}>
      {(ids) => (
        <input
          {...ids}
          className="input"
          type="number"
          aria-invalid={field.problem !== undefined}
          value={Number.isNaN(value) ? "" : value}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />
      )}
    </Field>
  );
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

export interface SelectInputProps<Value extends string> extends InputProps {
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
}

export function SelectInput<Value extends string>({ value, choices, onChange, ...field }: SelectInputProps<Value>) {
  const choose = (text: string) => {
    const chosen = choices.find((choice) => choice.value === text);
    if (chosen !== undefined) onChange(chosen.value);
  };
  return (
    <Field {...field}>
      {(ids) => (
        <select
          {...ids}
          className="input"
          aria-invalid={field.problem !== undefined}
          value={value}
          onChange={(event) => choose(event.target.value)}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface CheckInputProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckInput({ label, checked, onChange }: CheckInputProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}

export interface RadioInputProps<Value extends string> {
  readonly legend: string;
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
}

export function RadioInput<Value extends string>({ legend, value, choices, onChange }: RadioInputProps<Value>) {
  return (
    <fieldset className="radios">
      <legend>{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className="check">
          <input type="radio" name={legend} checked={choice.value === value} onChange={() => onChange(choice.value)} />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}
