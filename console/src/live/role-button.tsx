import { useId } from "react";
import { Button, type ButtonProps } from "../ui/button.tsx";
import { type Role, useWhyNot } from "./use-role.ts";

export interface RoleButtonProps extends ButtonProps {
  readonly needs: Role;
}

/** A button that who lacks the role sees, cannot press, and is told why. */
export function RoleButton({ needs, disabled, ...rest }: RoleButtonProps) {
  const reason = useWhyNot(needs);
  const id = useId();
  if (reason === undefined) return <Button {...rest} disabled={disabled} />;
  return (
    <>
      <Button {...rest} disabled title={reason} aria-describedby={id} />
      <span id={id} className="visually-hidden">
        {reason}
      </span>
    </>
  );
}
