/** A table by hand, over what the function made of the lines. */
export const CREATE_REQUESTS = `
  CREATE EXTERNAL TABLE requests (
    time string, host string, user string, method string, path string, query string,
    status int, bytes bigint, referer string, agent string)
  PARTITIONED BY (dt string)
  ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
  LOCATION 's3://lake/logs/'`;

export function addPartition(dt: string): string {
  return `ALTER TABLE requests ADD IF NOT EXISTS PARTITION (dt = '${dt}') LOCATION 's3://lake/logs/dt=${dt}/'`;
}

/** And one over the lines themselves: a column for each group. A backslash is written twice, as in Hive and Athena. */
export const CREATE_LINES = String.raw`
  CREATE EXTERNAL TABLE lines (
    host string, identity string, user string, time string, request string, status string, bytes string,
    referer string, agent string)
  ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
  WITH SERDEPROPERTIES ('input.regex' =
    '^(\\S+) (\\S+) (\\S+) \\[([^\\]]+)\\] "((?:\\\\.|[^"\\\\])*)" (\\d{3}) (\\d+|-) "((?:\\\\.|[^"\\\\])*)" "((?:\\\\.|[^"\\\\])*)"$')
  LOCATION 's3://lake/lines/'`;

export const BY_STATUS = `
  SELECT status, count(*) AS requests, sum(bytes) AS bytes
  FROM requests WHERE dt BETWEEN '2020-01-20-08' AND '2020-01-20-10' GROUP BY 1 ORDER BY 1`;

/** Null is the line that was cut off. */
export const LINES_BY_STATUS = `
  SELECT CAST(status AS integer) AS status, count(*) AS requests, coalesce(sum(TRY_CAST(bytes AS bigint)), 0) AS bytes
  FROM lines GROUP BY 1 ORDER BY 1`;

/** Requests and failures of each ten seconds, and how unlike all before them they are. */
export const UNUSUAL = `
  SELECT at, requests, errors, round(anomaly_score, 2) AS score
  FROM TABLE(random_cut_forest(
    INPUT => TABLE(
      SELECT substr(time, 12, 7) || '0' AS at, count(*) AS requests, count_if(status >= 400) AS errors
      FROM requests WHERE dt BETWEEN '2020-01-20-08' AND '2020-01-20-10' GROUP BY 1 ORDER BY 1),
    COLUMNS => DESCRIPTOR(requests, errors),
    NUMBER_OF_TREES => 50, SUB_SAMPLE_SIZE => 128)) AS scored
  ORDER BY anomaly_score DESC, at LIMIT 6`;

/** Where requests crowd: in seconds since midnight, and by the last part of the address. */
export const CROWDS = `
  SELECT hotspots_result AS crowds
  FROM TABLE(hotspots(
    INPUT => TABLE(
      SELECT to_unixtime(from_iso8601_timestamp(time)) - 1579478400 AS second,
             CAST(split_part(host, '.', 4) AS integer) AS address
      FROM requests WHERE dt = '2020-01-20-09' AND time < '2020-01-20T09:48:00Z' ORDER BY time, host),
    WINDOW_SIZE => 1000, SCAN_RADIUS => 2, MINIMUM_NUMBER_OF_POINTS_IN_A_HOTSPOT => 20)) AS found
  ORDER BY second DESC LIMIT 1`;
