import type { ErrorComponentProps } from "@tanstack/react-router";
import { Button } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { PageHead } from "../ui/page-head.tsx";

/** A page that broke. The rest of the console goes on; loading it again is what helps after an upgrade of the server. */
export function PageFailure({ error }: ErrorComponentProps) {
  return (
    <>
      <PageHead title="This page failed" about="The server goes on: what you see here is a fault of the console." />
      <Note tone="bad">{error instanceof Error ? error.message : String(error)}</Note>
      <div className="actions">
        <Button onClick={() => location.reload()}>Load it again</Button>
      </div>
    </>
  );
}
