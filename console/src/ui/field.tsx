import { type ReactNode, useId } from "react";

export interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
  /** The control, with the ids that tie it to its label and its hint. */
  readonly children: (ids: { readonly id: string; readonly "aria-describedby": string }) => ReactNode;
}

export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": about })}
      <span id={about}>
        {hint !== undefined && <span className="hint">{hint}</span>}
        {problem !== undefined && <span className="problem"> {problem}</span>}
      </span>
    </div>
  );
}
