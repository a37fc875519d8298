/** Makes JSON of each line of an access log, common or combined format. What is no such line is for the error output. */
export const handler = async (event) => ({ records: event.records.map(answer) });

const LINE =
  /^(?<host>\S+) \S+ (?<user>\S+) \[(?<time>[^\]]+)\] "(?<request>(?:\\.|[^"\\])*)" (?<status>\d{3}) (?<bytes>\d+|-)(?: "(?<referer>(?:\\.|[^"\\])*)" "(?<agent>(?:\\.|[^"\\])*)")?\s*$/;

function answer({ recordId, data }) {
  const line = LINE.exec(Buffer.from(data, "base64").toString("utf8"))?.groups;
  const time = line && timeOf(line.time);
  if (time === undefined) return { recordId, result: "ProcessingFailed", data };
  // What speaks no HTTP is logged as well, and has no method and no path.
  const [, method = null, path = null, query = null] = /^([A-Z]+) ([^? ]+)(?:\?(\S*))? HTTP\//.exec(line.request) ?? [];
  const row = {
    time,
    host: line.host,
    user: known(line.user),
    method,
    path,
    query,
    status: Number(line.status),
    bytes: line.bytes === "-" ? 0 : Number(line.bytes),
    referer: known(line.referer),
    agent: known(line.agent),
  };
  return { recordId, result: "Ok", data: Buffer.from(`${JSON.stringify(row)}\n`).toString("base64") };
}

/** `20/Jan/2020:09:30:00 +0100` becomes `2020-01-20T08:30:00Z`. */
function timeOf(text) {
  const [, day, month, year, clock, zone] = /^(\d\d)\/(\w{3})\/(\d{4}):([\d:]{8}) ([+-]\d{4})$/.exec(text) ?? [];
  const ms = Date.parse(`${day} ${month} ${year} ${clock} ${zone}`);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(".000", "");
}

/** Web servers write a dash for nothing. */
function known(text = "-") {
  return text === "-" ? null : text;
}
