import { type Choice, SelectInput } from "../ui/inputs.tsx";
import { CHART_KINDS, CHART_LABELS, type ChartColumn, type ChartSettings, measureOf } from "./chart.ts";

export interface ChartFormProps {
  readonly columns: readonly ChartColumn[];
  readonly settings: ChartSettings;
  readonly onChange: (settings: ChartSettings) => void;
}

const KINDS = CHART_KINDS.map((value) => ({ value, label: CHART_LABELS[value] }));

const NONE: Choice<string> = { value: "", label: "Nothing" };

/** Which columns go where. */
export function ChartForm({ columns, settings, onChange }: ChartFormProps) {
  const { kind, x, y, split } = settings;
  const all = columns.map(({ name }) => ({ value: name, label: name }));
  const numbers = columns
    .filter(({ type }) => measureOf(type) === "number")
    .map(({ name }) => ({ value: name, label: name }));
  const values = kind === "big-number" || numbers.length === 0 ? all : numbers;
  const heat = kind === "heat-map";
  return (
    <div className="chart-form">
      <SelectInput
        label="Chart"
        value={kind}
        choices={KINDS}
        onChange={(value) => onChange(withX({ ...settings, kind: value }, columns))}
      />
      {kind !== "big-number" && (
        <SelectInput label="Across" value={x} choices={all} onChange={(value) => onChange({ ...settings, x: value })} />
      )}
      <SelectInput
        label={heat || kind === "big-number" ? "Value" : "Up"}
        value={y}
        choices={values}
        onChange={(value) => onChange({ ...settings, y: value })}
      />
      {kind !== "big-number" && (
        <SelectInput
          label={heat ? "Down" : "Colour by"}
          value={split}
          choices={[NONE, ...all]}
          onChange={(value) => onChange({ ...settings, split: value })}
        />
      )}
    </div>
  );
}

/** A chart that had no x axis before gets the first column that is not its value. */
function withX(settings: ChartSettings, columns: readonly ChartColumn[]): ChartSettings {
  if (settings.x !== "" || settings.kind === "big-number") return settings;
  const other = columns.find(({ name }) => name !== settings.y) ?? columns[0];
  return { ...settings, x: other?.name ?? "" };
}
