import { type ChartData, type ChartSettings, nameOf, numberOf } from "./chart.ts";

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });

export interface BigNumberProps {
  readonly data: ChartData;
  readonly settings: ChartSettings;
}

/** One value of the first row, as large as it is important. */
export function BigNumber({ data: { columns, rows }, settings: { y } }: BigNumberProps) {
  const value = rows[0]?.[columns.findIndex(({ name }) => name === y)];
  const number = numberOf(value);
  return (
    <p className="big-number">
      <strong>{number === undefined ? nameOf(value) : NUMBER.format(number)}</strong>
      <span>{y}</span>
    </p>
  );
}
