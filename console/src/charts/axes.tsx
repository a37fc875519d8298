import type { ReactNode } from "react";
import { type Frame, LABEL_LENGTH_MAX } from "./frame.ts";

export interface ChartFrameProps {
  readonly frame: Frame;
  /** What the picture shows, for who does not see it. */
  readonly label: string;
  readonly children: ReactNode;
}

/** The picture with its axes; marks are its children. */
export function ChartFrame({ frame, label, children }: ChartFrameProps) {
  const { width, height, left, right, bottom, xTicks, yTicks } = frame;
  return (
    <svg className="chart" role="img" aria-label={label} width={width} height={height}>
      {yTicks.map((tick) => (
        <g key={tick.label}>
          <line className="chart-line" x1={left} x2={right} y1={tick.at} y2={tick.at} />
          <text x={left - 8} y={tick.at + 4} textAnchor="end">
            {tick.label}
          </text>
        </g>
      ))}
      {xTicks.map((tick) => (
        <text key={`${tick.at} ${tick.label}`} x={tick.at} y={bottom + 20} textAnchor="middle">
          {tick.label.length > LABEL_LENGTH_MAX ? `${tick.label.slice(0, LABEL_LENGTH_MAX - 1)}…` : tick.label}
        </text>
      ))}
      <line className="chart-axis" x1={left} x2={right} y1={bottom} y2={bottom} />
      {children}
    </svg>
  );
}
