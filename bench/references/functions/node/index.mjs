/** Parses each record, adds a field, serialises it: as such handlers are written. */
export const handler = async (event) => ({
  records: event.records.map(({ recordId, data }) => {
    const record = JSON.parse(Buffer.from(data, "base64").toString("utf8"));
    record.processed = true;
    return { recordId, result: "Ok", data: Buffer.from(`${JSON.stringify(record)}\n`).toString("base64") };
  }),
});
