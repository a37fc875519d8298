import { type ReactNode, useId } from "react";

export interface Column {
  readonly label: string;
  /** Numbers stand at the right, so that their digits line up. */
  readonly number?: boolean;
}

export interface TableProps {
  /** Read out, and not shown: what the rows are. */
  readonly caption: string;
  readonly columns: readonly Column[];
  /** `<tr>`s, of which the first cell is `<th scope="row">`. */
  readonly children: ReactNode;
}

/** A table that scrolls sideways by itself where the window is narrow, by keyboard as well. */
export function Table({ caption, columns, children }: TableProps) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys
    <section className="table-scroll" aria-labelledby={id} tabIndex={0}>
      <table className="table">
        <caption id={id} className="visually-hidden">
          {caption}
        </caption>
        <thead>
          <tr>
            {columns.map(({ label, number }) => (
              <th scope="col" key={label} className={number === true ? "number" : undefined}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
