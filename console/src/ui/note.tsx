import type { ReactNode } from "react";

export interface NoteProps {
  readonly tone?: "plain" | "warn" | "bad";
  readonly children: ReactNode;
}

/** Something to know about the page; a bad one is read out at once. */
export function Note({ tone = "plain", children }: NoteProps) {
  return (
    <div className="note" data-tone={tone} role={tone === "bad" ? "alert" : "note"}>
      {children}
    </div>
  );
}
