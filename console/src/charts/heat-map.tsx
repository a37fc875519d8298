import type { HeatCells } from "./heat-cells.ts";

const ROW_HEIGHT = 26;
const NAMES_WIDTH = 120;
const FOOT_HEIGHT = 28;
const LABEL_WIDTH = 84;
const NAME_LENGTH_MAX = 12;

/** A column narrower than this has no room for a number in its cells. */
const VALUE_WIDTH_MIN = 44;

const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export interface HeatMapProps {
  readonly cells: HeatCells;
  readonly width: number;
  readonly label: string;
}

/** Darker is more. Cells say their numbers where there is room, so that nobody has to compare colours. */
export function HeatMap({ cells: { columns, rows, cells, min, max }, width, label }: HeatMapProps) {
  const step = Math.max(8, (width - NAMES_WIDTH) / Math.max(1, columns.length));
  const height = rows.length * ROW_HEIGHT + FOOT_HEIGHT;
  const every = Math.ceil(LABEL_WIDTH / step);
  return (
    <svg className="chart" role="img" aria-label={label} width={width} height={height}>
      {rows.map((name, at) => (
        <text key={name} x={NAMES_WIDTH - 8} y={at * ROW_HEIGHT + 17} textAnchor="end">
          {cut(name)}
        </text>
      ))}
      {cells.map(({ column, row, value }) => {
        const share = max === min ? 1 : (value - min) / (max - min);
        const x = NAMES_WIDTH + column * step;
        const y = row * ROW_HEIGHT;
        return (
          <g key={`${column} ${row}`} className="heat-cell">
            <rect x={x} y={y} width={step - 1} height={ROW_HEIGHT - 1} fillOpacity={0.08 + share * 0.92}>
              <title>{`${columns[column]}, ${rows[row]}: ${value}`}</title>
            </rect>
            {step >= VALUE_WIDTH_MIN && (
              <text x={x + step / 2} y={y + 17} textAnchor="middle">
                {COMPACT.format(value)}
              </text>
            )}
          </g>
        );
      })}
      {columns.map(
        (name, at) =>
          at % every === 0 && (
            <text key={name} x={NAMES_WIDTH + (at + 0.5) * step} y={rows.length * ROW_HEIGHT + 18} textAnchor="middle">
              {cut(name)}
            </text>
          ),
      )}
    </svg>
  );
}

function cut(name: string): string {
  return name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX - 1)}…` : name;
}
