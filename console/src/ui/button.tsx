import type { ButtonHTMLAttributes } from "react";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: "plain" | "primary" | "danger";
}

export function Button({ kind = "plain", type = "button", ...rest }: ButtonProps) {
  return <button {...rest} type={type} className="button" data-kind={kind} />;
}
