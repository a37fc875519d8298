export type Tone = "plain" | "good" | "warn" | "bad";

/** Shapes as well as colours: a dot, a check, a triangle, a square. */
const SHAPES: Readonly<Record<Tone, string>> = {
  plain: "M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1Zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z",
  good: "m4.7 10.5-4-4L2.3 5l2.4 2.4L9.800 2l1.600 1.500Z",
  warn: "M6 0.5 12 11.5H0Z",
  bad: "M1 1h10v10H1Z",
};

export interface BadgeProps {
  readonly tone: Tone;
  readonly children: string;
}

/** A state in a word, so that nobody has to know what a colour means. */
export function Badge({ tone, children }: BadgeProps) {
  return (
    <span className="badge" data-tone={tone}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={SHAPES[tone]} />
      </svg>
      {children}
    </span>
  );
}
