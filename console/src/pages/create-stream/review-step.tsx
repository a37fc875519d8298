import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { adminApi } from "../../api/admin-api.ts";
import { DryRunCard } from "../../dry-run/dry-run-card.tsx";
import { RoleButton } from "../../live/role-button.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { RadioInput } from "../../ui/inputs.tsx";
import { Note } from "../../ui/note.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { cliText } from "./cli-text.ts";
import { type Draft, requestOf, type StreamRequest } from "./draft.ts";
import { StepHeading } from "./step-heading.tsx";
import { terraformText } from "./terraform-text.ts";
import { yamlText } from "./yaml-text.ts";

const FORMS = [
  { value: "yaml", label: "YAML" },
  { value: "cli", label: "AWS CLI" },
  { value: "terraform", label: "Terraform" },
] as const;

type Form = (typeof FORMS)[number]["value"];

/** The whole stream once more, in three languages; the server has looked at it before anybody presses the button. */
export function ReviewStep({ draft, onBack }: { readonly draft: Draft; readonly onBack: () => void }) {
  const request = requestOf(draft);
  const navigate = useNavigate();
  const check = useQuery({
    queryKey: ["check-stream", request],
    queryFn: ({ signal }) => adminApi.createStream(draft.name, request, { check: "true" }, { signal }),
    retry: false,
  });
  const create = useMutation({
    mutationFn: () => adminApi.createStream(draft.name, request),
    onSuccess: async () => {
      showToast("good", `${draft.name} takes records now`);
      await navigate({ to: "/streams/$name", params: { name: draft.name } });
    },
  });
  const problem = create.error ?? check.error;
  return (
    <div className="card">
      <StepHeading title="Review" />
      {problem === null ? (
        <p role="status">
          {check.isSuccess ? "The server has checked it: it can be created." : "The server checks it…"}
        </p>
      ) : (
        <Note tone="bad">{problem.message}</Note>
      )}
      <StreamText request={request} />
      <DryRunCard stream={draft.name} wanted={{ request }} />
      <div className="actions">
        <Button onClick={onBack}>Back</Button>
        <RoleButton
          needs="admin"
          kind="primary"
          onClick={() => create.mutate()}
          disabled={!check.isSuccess || create.isPending}
        >
          Create the stream
        </RoleButton>
      </div>
    </div>
  );
}

function StreamText({ request }: { readonly request: StreamRequest }) {
  const [form, setForm] = useState<Form>("yaml");
  const text = textOf(form, request);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => showToast("good", "Copied"),
      () => showToast("bad", "The browser does not let pages of this address copy; select the text instead"),
    );
  return (
    <Card title="The same as text" aside={<Button onClick={() => void copy()}>Copy</Button>}>
      <RadioInput legend="Show it as" value={form} choices={FORMS} onChange={setForm} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys */}
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </Card>
  );
}

function textOf(form: Form, request: StreamRequest): string {
  switch (form) {
    case "yaml":
      return yamlText(request);
    case "cli":
      return cliText(request, location.origin);
    case "terraform":
      return terraformText(request, location.origin);
  }
}
