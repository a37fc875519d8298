import { CheckInput, NumberInput, TextInput } from "../../ui/inputs.tsx";
import { megabytesOf } from "./draft.ts";
import type { StepProps } from "./step.ts";

export function SettingsStep({ draft, problems, change }: StepProps) {
  const inForce = megabytesOf(draft);
  const more = inForce === draft.megabytes ? "" : ` ${inForce} MB are in force: AWS takes no less for such a stream.`;
  return (
    <>
      <NumberInput
        label="Size of an object in MB"
        hint={`An object is handed on when it has so many megabytes.${more}`}
        problem={problems.megabytes}
        value={draft.megabytes}
        onChange={(megabytes) => change({ megabytes })}
      />
      <NumberInput
        label="Age of an object in seconds"
        hint="Or so many seconds after its first record, whatever comes first."
        problem={problems.seconds}
        value={draft.seconds}
        onChange={(seconds) => change({ seconds })}
      />
      <TextInput
        label="Idle time"
        hint="Beyond AWS: or when nothing came for so long, such as 6h."
        value={draft.rollIdle}
        onChange={(rollIdle) => change({ rollIdle })}
      />
      <TextInput
        label="Time of day"
        hint="Beyond AWS: or every day at a time of a zone, such as 08:30 Europe/London."
        value={draft.rollAt}
        onChange={(rollAt) => change({ rollAt })}
      />
      <CheckInput
        label="Write errors to the delivery log"
        checked={draft.logsErrors}
        onChange={(logsErrors) => change({ logsErrors })}
      />
    </>
  );
}
