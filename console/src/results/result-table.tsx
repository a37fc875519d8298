import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { measureOf } from "../charts/chart.ts";
import { columnWidths } from "./column-widths.ts";
import { type ResultRow, readRows } from "./read-rows.ts";
import "./results.css";

export interface ResultTableProps {
  readonly id: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number;
}

const ROW_HEIGHT = 32;

/** Rows that are asked for at a time. */
const PAGE_ROWS = 250;

/** Beyond some millions of pixels browsers lose rows; who wants more downloads the result. */
const SHOWN_MAX = 250_000;

/** A table of any length: only the rows in sight are there. A screen reader hears of all of them by their numbers. */
export function ResultTable({ id, columns, rows }: ResultTableProps) {
  const place = useRef<HTMLDivElement>(null);
  const shown = Math.min(rows, SHOWN_MAX);
  const virtual = useVirtualizer({
    count: shown,
    getScrollElement: () => place.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollPaddingStart: ROW_HEIGHT,
  });
  const items = virtual.getVirtualItems();
  const pages = usePages(id, rows, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  const first = pages.get(0);
  const widths = useMemo(() => columnWidths(columns, first ?? []), [columns, first]);
  const template = { gridTemplateColumns: widths.map((width) => `minmax(${width}ch, ${width}fr)`).join(" ") };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys */}
      <section className="result-scroll" ref={place} tabIndex={0} aria-label="Rows of the result">
        <table aria-label="Result" aria-rowcount={rows + 1} aria-colcount={columns.length} className="result-table">
          <thead className="result-head">
            <tr aria-rowindex={1} className="result-row" style={template}>
              {columns.map(({ name, type }, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: names may come twice
                <th scope="col" key={at} className={cellClass(type)} title={type}>
                  {name}
                  <small>{type}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="result-body" style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, start }) => (
              <tr
                key={index}
                aria-rowindex={index + 2}
                className="result-row"
                style={{ ...template, transform: `translateY(${start}px)` }}
              >
                <Cells columns={columns} row={pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS]} />
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows > shown && (
        <p className="result-empty">{`These are the first ${SHOWN_MAX} rows; the downloads have all.`}</p>
      )}
    </>
  );
}

/** The pages of the rows in sight, by their numbers. A page that was not full is read again when there are more rows. */
function usePages(id: string, rows: number, from: number, to: number): ReadonlyMap<number, readonly ResultRow[]> {
  const first = Math.floor(from / PAGE_ROWS);
  const numbers = [
    ...new Set([0, ...Array.from({ length: Math.floor(to / PAGE_ROWS) - first + 1 }, (_, at) => first + at)]),
  ];
  return useQueries({
    queries: numbers.map((page) => {
      const count = Math.min(PAGE_ROWS, rows - page * PAGE_ROWS);
      return {
        queryKey: ["query-rows", id, page, count],
        queryFn: ({ signal }: { signal: AbortSignal }) => readRows(id, page * PAGE_ROWS, count, signal),
        staleTime: Number.POSITIVE_INFINITY,
        placeholderData: keepPreviousData,
      };
    }),
    combine: (results) => new Map(numbers.map((page, at) => [page, results[at]?.data ?? []])),
  });
}

interface CellsProps {
  readonly columns: ResultTableProps["columns"];
  readonly row: ResultRow | undefined;
}

function Cells({ columns, row }: CellsProps) {
  return columns.map(({ type }, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: names may come twice
    <td key={at} className={cellClass(type)}>
      {row === undefined ? "" : <Value value={row[at]} />}
    </td>
  ));
}

function Value({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined) return <span className="null">null</span>;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function cellClass(type: string): string {
  return measureOf(type) === "number" ? "result-cell number" : "result-cell";
}
