/**
 * What Trino's functions are in DuckDB. A statement may call what is named here and nothing else: DuckDB also has functions
 * that read files, run texts as SQL, and tell about the process.
 *
 * There are four kinds: the same name and meaning (`NATIVE`), another name (`RENAMED`), an expression (`MACROS`), and those
 * whose call has to be written anew because DuckDB wants a constant or a lambda there (`translate-call.ts`).
 */
const NATIVE = `
  abs acos any_value arbitrary array_agg array_distinct array_intersect array_sort asin atan atan2 avg
  bool_and bool_or cbrt ceil chr concat concat_ws contains corr cos cosh count count_if count_star
  covar_pop covar_samp cume_dist current_date current_timestamp date date_part date_trunc day degrees dense_rank
  ends_with exp filter first_value flatten floor from_base64 from_hex geometric_mean get_current_timestamp greatest grouping
  histogram hour if isfinite json_array_length json_extract kurtosis lag last_value lead least length
  like_escape listagg ln localtime localtimestamp log log10 log2 lower lpad ltrim map map_concat map_entries map_from_entries map_keys map_values
  max max_by millisecond min min_by minute mod month not_like_escape nullif now nth_value ntile percent_rank pi position pow
  quarter radians random rank regexp_extract_all regr_intercept regr_slope repeat replace reverse round row row_number
  rpad rtrim second sign sin skewness split split_part sqrt starts_with stddev stddev_pop stddev_samp string_agg
  strpos substr substring sum tan tanh timezone to_base64 to_hex translate trim try typeof
  unnest upper url_decode url_encode uuid var_pop var_samp variance week xor year
`;

/** Signs and forms of the language, under the names that DuckDB's parser gives them. */
const OPERATORS = `
  + - * / % || ~~ !~~ list_value struct_pack to_years to_months to_days to_hours to_minutes to_seconds to_weeks
  to_milliseconds list_concat
`;

export const RENAMED: Readonly<Record<string, string>> = {
  approx_percentile: "approx_quantile",
  array_join: "array_to_string",
  array_max: "list_max",
  array_min: "list_min",
  array_position: "trino_array_position",
  array_union: "trino_array_union",
  arrays_overlap: "list_has_any",
  bitwise_xor: "xor",
  cardinality: "trino_cardinality",
  ceiling: "ceil",
  char_length: "length",
  character_length: "length",
  codepoint: "unicode",
  date_diff: "date_sub",
  day_of_month: "day",
  day_of_week: "isodow",
  day_of_year: "dayofyear",
  dow: "isodow",
  doy: "dayofyear",
  every: "bool_and",
  from_utf8: "decode",
  hamming_distance: "hamming",
  is_nan: "isnan",
  json_extract: "trino_json_extract",
  levenshtein_distance: "levenshtein",
  md5: "trino_md5",
  power: "pow",
  rand: "random",
  regexp_extract: "trino_regexp_extract",
  regexp_like: "regexp_matches",
  regexp_replace: "trino_regexp_replace",
  regexp_split: "string_split_regex",
  sequence: "generate_series",
  sha1: "trino_sha1",
  sha256: "trino_sha256",
  slice: "trino_slice",
  to_utf8: "encode",
  transform: "list_transform",
  truncate: "trunc",
  week_of_year: "week",
  year_of_week: "isoyear",
  yow: "isoyear",
};

/** Bodies of macros by their heads. Under a name of our own where DuckDB has another function of that name. */
const MACROS: readonly (readonly [name: string, ...overloads: string[]])[] = [
  ["approx_distinct", "(x) AS approx_count_distinct(x)", "(x, e) AS approx_count_distinct(x)"],
  ["at_timezone", "(t, zone) AS timezone(zone, t)"],
  ["bitwise_and", "(a, b) AS a & b"],
  ["bitwise_or", "(a, b) AS a | b"],
  [
    "date_add",
    "(unit, n, t) AS t + CASE lower(unit) WHEN 'millisecond' THEN to_milliseconds(n) WHEN 'second' THEN to_seconds(n) WHEN 'minute' THEN to_minutes(n) WHEN 'hour' THEN to_hours(n) WHEN 'day' THEN to_days(CAST(n AS INTEGER)) WHEN 'week' THEN to_days(CAST(7 * n AS INTEGER)) WHEN 'month' THEN to_months(CAST(n AS INTEGER)) WHEN 'quarter' THEN to_months(CAST(3 * n AS INTEGER)) WHEN 'year' THEN to_years(CAST(n AS INTEGER)) ELSE error('date_add takes the units millisecond, second, minute, hour, day, week, month, quarter and year, got ' || unit) END",
  ],
  ["element_at", "(container, key) AS container[key]"],
  ["from_iso8601_date", "(t) AS CAST(t AS DATE)"],
  ["from_iso8601_timestamp", "(t) AS CAST(t AS TIMESTAMPTZ)"],
  ["from_unixtime", "(seconds) AS to_timestamp(seconds)"],
  ["json_array_get", "(j, i) AS json_extract(j, '$[' || i || ']')"],
  [
    "json_extract_scalar",
    "(j, path) AS CASE WHEN json_type(j, path) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string(j, path) END",
  ],
  ["json_format", "(j) AS CAST(j AS VARCHAR)"],
  ["json_parse", "(t) AS CAST(t AS JSON)"],
  [
    "json_size",
    "(j, path) AS CASE json_type(j, path) WHEN 'OBJECT' THEN len(json_keys(j, path)) WHEN 'ARRAY' THEN json_array_length(j, path) ELSE 0 END",
  ],
  // A repeated key keeps its first value; Trino promises one of them, DuckDB's own maps refuse them.
  [
    "map_agg",
    "(k, v) AS map(list_distinct(list(k)), list_transform(list_distinct(list(k)), lambda u: list(v)[list_position(list(k), u)]))",
  ],
  ["to_iso8601", "(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ')"],
  ["to_unixtime", "(t) AS epoch(t)"],
  ["trino_array_position", "(l, x) AS coalesce(list_position(l, x), 0)"],
  ["trino_array_union", "(a, b) AS list_distinct(list_concat(a, b))"],
  [
    "trino_cardinality",
    "(x) AS CASE WHEN json_type(to_json(x)) = 'ARRAY' THEN json_array_length(to_json(x)) ELSE len(json_keys(to_json(x))) END",
  ],
  ["trino_json_extract", "(j, path) AS json_extract(j, path)"],
  ["trino_md5", "(b) AS unhex(md5(b))"],
  // DuckDB answers with an empty text where nothing matches, Trino with null.
  [
    "trino_regexp_extract",
    "(t, p) AS CASE WHEN regexp_matches(t, p) THEN regexp_extract(t, p) END",
    "(t, p, g) AS CASE WHEN regexp_matches(t, p) THEN regexp_extract(t, p, g) END",
  ],
  [
    "trino_regexp_replace",
    "(t, p) AS regexp_replace(t, p, '', 'g')",
    "(t, p, r) AS regexp_replace(t, p, regexp_replace(r, '\\$(\\d)', '\\\\\\1', 'g'), 'g')",
  ],
  ["trino_sha1", "(b) AS unhex(sha1(b))"],
  ["trino_sha256", "(b) AS unhex(sha256(b))"],
  ["trino_slice", "(l, first, n) AS list_slice(l, first, first + n - 1)"],
  ["url_extract_fragment", "(u) AS coalesce(nullif(regexp_extract(u, '#(.*)$', 1), ''), '')"],
  ["url_extract_host", "(u) AS regexp_extract(u, '^[^:/?#]+://(?:[^@/?#]*@)?([^:/?#]*)', 1)"],
  [
    "url_extract_parameter",
    "(u, name) AS CASE WHEN regexp_matches(u, '[?&]' || regexp_escape(name) || '(=|&|#|$)') THEN url_decode(regexp_extract(u, '[?&]' || regexp_escape(name) || '=([^&#]*)', 1)) END",
  ],
  ["url_extract_path", "(u) AS regexp_extract(u, '^[^:/?#]+://[^/?#]*([^?#]*)', 1)"],
  ["url_extract_port", "(u) AS TRY_CAST(nullif(regexp_extract(u, '^[^:/?#]+://[^/?#]*:(\\d+)', 1), '') AS BIGINT)"],
  ["url_extract_protocol", "(u) AS regexp_extract(u, '^([^:/?#]+)://', 1)"],
  ["url_extract_query", "(u) AS regexp_extract(u, '\\?([^#]*)', 1)"],
];

/** The statements that make a session of DuckDB know Trino's functions. */
export const MACRO_STATEMENTS: readonly string[] = MACROS.map(
  ([name, ...overloads]) => `CREATE MACRO ${name} ${overloads.join(", ")}`,
);

/** Written by `translate-call.ts`. */
const WRITTEN_ANEW = "strptime strftime len list_filter";

const ALLOWED: ReadonlySet<string> = new Set([
  ...words(NATIVE),
  ...words(OPERATORS),
  ...words(WRITTEN_ANEW),
  ...Object.values(RENAMED),
  ...MACROS.map(([name]) => name),
]);

export function isAllowedFunction(name: string): boolean {
  return ALLOWED.has(name);
}

/** Names under which DuckDB's parser knows forms of the language, which nobody calls. */
const OF_THE_PARSER: ReadonlySet<string> = new Set(
  words("count_star date_part get_current_timestamp like_escape not_like_escape timezone"),
);

/** Every name that Trino's users may call, in order; for the documentation and its test. */
export const FUNCTION_NAMES: readonly string[] = [
  ...new Set([
    ...words(NATIVE).filter((name) => !OF_THE_PARSER.has(name)),
    ...Object.keys(RENAMED),
    ...MACROS.map(([name]) => name).filter((name) => !name.startsWith("trino_")),
    "all_match",
    "any_match",
    "date_format",
    "date_parse",
    "none_match",
  ]),
].sort();

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
