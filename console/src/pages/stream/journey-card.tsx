import { useId } from "react";
import type { StreamDetails, StreamHealth } from "../../api/admin-api.ts";
import type { StreamSample } from "../../live/stream-samples.ts";
import { Card } from "../../ui/card.tsx";
import { journeyOf, STAGE_WIDTH, type Stage } from "./journey.ts";

export interface JourneyCardProps {
  readonly stream: StreamDetails;
  readonly health: StreamHealth;
  readonly samples: readonly StreamSample[];
}

export function JourneyCard({ stream, health, samples }: JourneyCardProps) {
  const { width, height, stages, flows, summary } = journeyOf(stream, health, samples);
  const id = useId();
  return (
    <Card title="Journey" about="Where the records of this stream are now.">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys */}
      <section className="journey" aria-label="Journey of a record" tabIndex={0}>
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby={id}>
          <title id={id}>{summary}</title>
          {flows.map(({ id: flow, path, moving }) => (
            <path className="flow" data-moving={moving} d={path} key={flow} />
          ))}
          {stages.map((stage) => (
            <StageBox key={stage.id} stage={stage} />
          ))}
        </svg>
      </section>
    </Card>
  );
}

function StageBox({ stage: { x, y, height, title, value, notes, tone } }: { readonly stage: Stage }) {
  const middle = y + height / 2;
  return (
    <g className="stage" data-tone={tone}>
      <rect x={x} y={y} width={STAGE_WIDTH} height={height} rx={10} />
      <text className="stage-title" x={x + 14} y={middle - 30}>
        {title}
      </text>
      <text className="stage-value" x={x + 14} y={middle - 3}>
        {value}
      </text>
      {notes.map((note, at) => (
        <text key={note} x={x + 14} y={middle + 19 + at * 18}>
          {note}
        </text>
      ))}
    </g>
  );
}
