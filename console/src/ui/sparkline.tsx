import { linePath } from "./line-path.ts";

const WIDTH = 104;
const HEIGHT = 28;

/** The shape of the last minutes, for the eye alone: the number beside it says what it is. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const line = linePath(values, WIDTH, HEIGHT);
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" preserveAspectRatio="none">
      {line !== "" && <path className="area" d={`${line}V${HEIGHT}H0Z`} />}
      {line !== "" && <path d={line} />}
    </svg>
  );
}
