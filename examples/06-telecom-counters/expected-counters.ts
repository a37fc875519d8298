/** What a cell counted in an hour, with nothing that is suspect. */
export interface CellHour {
  readonly hour: string;
  readonly cell: string;
  readonly attempts: number;
  readonly success: number;
  readonly aborts: number;
}

/**
 * Adds up the attach counters of the generator's files by regular expression: by another way than the function's, so that
 * both are not wrong alike.
 */
export function expectedCounters(files: readonly string[]): CellHour[] {
  const sums = new Map<string, CellHour>();
  for (const file of files) {
    const hour = /beginTime="\d+-\d+-\d+T(\d+)/.exec(file)?.[1] ?? "";
    for (const [info] of file.matchAll(/<measInfo[ >].*?<\/measInfo>/gs)) {
      for (const [value, cell = ""] of info.matchAll(/<measValue measObjLdn="Cell=(.*?)">.*?<\/measValue>/gs)) {
        if (!info.includes("MM.AttachAttempts") || value.includes("<suspect>true")) continue;
        const [attempts = 0, success = 0, aborts = 0] = resultsOf(value);
        const before = sums.get(`${hour} ${cell}`) ?? { attempts: 0, success: 0, aborts: 0 };
        sums.set(`${hour} ${cell}`, {
          hour,
          cell,
          attempts: before.attempts + attempts,
          success: before.success + success,
          aborts: before.aborts + aborts,
        });
      }
    }
  }
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, cellHour]) => cellHour);
}

function resultsOf(value: string): number[] {
  const listed = /<measResults>(.*?)<\/measResults>/.exec(value)?.[1]?.split(" ");
  const numbered = [...value.matchAll(/<r p="\d+">(.*?)<\/r>/g)].map(([, result]) => result);
  return (listed ?? numbered).map(Number);
}
