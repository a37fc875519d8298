import { diffLines, withoutFarLines } from "./diff-lines.ts";

const SIGNS = { same: " ", removed: "-", added: "+" } as const;
const WORDS = { same: "", removed: "Removed: ", added: "Added: " } as const;

/** Two values as JSON, line against line. */
export function DiffText({ before, after }: { readonly before: object; readonly after: object }) {
  const lines = withoutFarLines(diffLines(linesOf(before), linesOf(after)));
  if (lines.every((line) => line === undefined)) return <p>Nothing would be different.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys
    <section className="diff" aria-label="Difference" tabIndex={0}>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text are told apart by where they stand.
        <div key={at} data-kind={line?.kind ?? "left-out"}>
          {line === undefined ? (
            "⋯"
          ) : (
            <>
              <span aria-hidden="true">{SIGNS[line.kind]} </span>
              <span className="visually-hidden">{WORDS[line.kind]}</span>
              {line.text}
            </>
          )}
        </div>
      ))}
    </section>
  );
}

function linesOf(value: object): readonly string[] {
  return JSON.stringify(value, null, 2).split("\n");
}
