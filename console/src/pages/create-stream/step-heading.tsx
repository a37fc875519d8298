import { useEffect, useRef } from "react";

/** Takes the focus when a step begins, so that it is read out and the next key is the first field. */
export function StepHeading({ title }: { readonly title: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step has a title of its own
  useEffect(() => heading.current?.focus({ preventScroll: true }), [title]);
  return (
    <h2 ref={heading} tabIndex={-1} className="step-heading">
      {title}
    </h2>
  );
}
