import { test } from "node:test";
import { lake, many, refused } from "./sql-lake.ts";

/** Each of these ends at the limit: it is short, since they wait for it. */
lake({ durationMs: 1_500 });

const endless: readonly (readonly [string, string, RegExp])[] = [
  ["a product of everything", `select count(*) from ${many("unnest(sequence(1, 100000))", 4)}`, /limit/],
  [
    "a recursion without an end",
    "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t",
    /ran for 1\.5 s, which is the limit/,
  ],
  [
    "more memory than there is",
    `select count(distinct cast(a.x as varchar) || '-' || cast(b.x as varchar) || repeat('x', 100)) from ${many("unnest(sequence(1, 4000))", 2)}`,
    /limit|more memory/,
  ],
  [
    "a forest over a product of everything",
    `select * from table(random_cut_forest(table(select a.x from ${many("unnest(sequence(1, 100000))", 3)})))`,
    /limit|more memory/,
  ],
  [
    "scores without an end",
    "select count(*) from table(random_cut_forest(table(select x from unnest(sequence(1, 1000000)) as t(x)), 1000, 256))",
    /ran for 1\.5 s, which is the limit/,
  ],
];

for (const [name, sql, expected] of endless) test(name, () => refused(sql, expected));
