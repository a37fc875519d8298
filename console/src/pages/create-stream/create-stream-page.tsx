import { type ComponentType, type FormEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { DestinationStep } from "./destination-step.tsx";
import { type Draft, EMPTY_DRAFT } from "./draft.ts";
import { type Problems, problemsOf, type StepName } from "./problems.ts";
import { ReviewStep } from "./review-step.tsx";
import { SettingsStep } from "./settings-step.tsx";
import { SourceStep } from "./source-step.tsx";
import type { StepProps } from "./step.ts";
import { StepHeading } from "./step-heading.tsx";
import { TransformStep } from "./transform-step.tsx";

interface Step {
  readonly name: StepName;
  readonly title: string;
  readonly Fields: ComponentType<StepProps>;
}

const STEPS: readonly Step[] = [
  { name: "source", title: "Source", Fields: SourceStep },
  { name: "transform", title: "Transform", Fields: TransformStep },
  { name: "destination", title: "Destination", Fields: DestinationStep },
  { name: "settings", title: "Settings", Fields: SettingsStep },
];

const TITLES = [...STEPS.map(({ title }) => title), "Review"];

/** A stream in five steps; nothing exists before the last one. */
export default function CreateStreamPage() {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [at, setAt] = useState(0);
  const [problems, setProblems] = useState<Problems>({});
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const step = STEPS[at];
  const next = (event: FormEvent) => {
    event.preventDefault();
    if (step === undefined) return;
    const found = problemsOf(draft, step.name);
    setProblems(found);
    if (Object.keys(found).length === 0) setAt(at + 1);
  };
  const back = () => {
    setProblems({});
    setAt(at - 1);
  };
  return (
    <>
      <PageHead title="Create a stream" about="Where records come from, what happens to them, and where they land." />
      <Steps at={at} />
      {step === undefined ? (
        <ReviewStep draft={draft} onBack={back} />
      ) : (
        <form className="card" onSubmit={next} noValidate aria-label={step.title}>
          <StepHeading title={step.title} />
          <step.Fields draft={draft} problems={problems} change={change} />
          <div className="actions">
            {at > 0 && <Button onClick={back}>Back</Button>}
            <Button type="submit" kind="primary">
              Next
            </Button>
          </div>
        </form>
      )}
    </>
  );
}

function Steps({ at }: { readonly at: number }) {
  return (
    <ol className="steps" aria-label="Steps">
      {TITLES.map((title, index) => (
        <li key={title} aria-current={index === at ? "step" : undefined} data-done={index < at}>
          {title}
        </li>
      ))}
    </ol>
  );
}
