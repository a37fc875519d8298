/**
 * What is wrong with a configuration, in the order in which AWS would find it: the first problem is the answer. Each area
 * is a generator of texts, so that later checks may rely on the earlier ones having passed.
 */
export type Problems = Generator<string, void>;

export function firstProblem(problems: Problems): string | undefined {
  const first = problems.next();
  return first.done === true ? undefined : first.value;
}
