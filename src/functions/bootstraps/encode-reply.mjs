// What a handler answered, as JSON: always the bytes of `JSON.stringify`, but for what transformation functions nearly always
// answer, `{ records: [{ recordId, result, data }, …] }`, without looking at every letter. Nine tenths of such a reply are
// base64, and what is base64 from end to end needs no escaping; whether it is, the decoder says many times faster than a
// search for what would have to be escaped. That search took a sixth of the time of a small handler.

const MEMBERS = ["recordId", "result", "data"];
const RESULTS = new Set(["Ok", "Dropped", "ProcessingFailed"]);
const PLAIN_ID = /^[0-9A-Za-z]*$/;
/** More than quotes, names and commas of a record take, and more than its result. */
const RECORD_OVERHEAD_BYTES = 64;
/** Data that is longer once it is decoded goes the usual way. */
const DECODED_BYTES_MAX = 256 * 1024;
/** Text for one call: with each record alone a tenth of the time would go into the calls. */
const WRITTEN_AT_ONCE = 4 * 1024;
const EQUALS = 0x3d;

let scratch = Buffer.alloc(0);

/**
 * What can be written: `bytesMax` of room are enough for `write(memory, at)`, which returns where the reply ends.
 * Throws what `JSON.stringify` throws.
 */
export function encodeReply(result) {
  return isTransformation(result) ? encodeRecords(result.records) : encodeText(JSON.stringify(result) ?? "null");
}

function encodeText(text) {
  const bytesMax = Buffer.byteLength(text);
  // Where every character is one byte, none has to be looked at.
  const ascii = bytesMax === text.length;
  return { bytesMax, write: (memory, at) => at + (ascii ? memory.latin1Write(text, at) : memory.utf8Write(text, at)) };
}

function encodeRecords(records) {
  let bytesMax = RECORD_OVERHEAD_BYTES;
  for (const { recordId, data } of records) bytesMax += recordId.length + data.length + RECORD_OVERHEAD_BYTES;
  const write = (memory, from) => {
    let at = from;
    let text = '{"records":[';
    let before = '{"recordId":"';
    for (const { recordId, result, data } of records) {
      text += `${before}${recordId}","result":"${result}","data":"${data}`;
      before = '"},{"recordId":"';
      if (text.length < WRITTEN_AT_ONCE) continue;
      at += memory.latin1Write(text, at);
      text = "";
    }
    return at + memory.latin1Write(records.length > 0 ? `${text}"}]}` : `${text}]}`, at);
  };
  return { bytesMax, write };
}

function isTransformation(result) {
  if (!isPlain(result, ["records"]) || Object.prototype.toJSON !== undefined) return false;
  const { records } = result;
  if (!Array.isArray(records) || records.toJSON !== undefined) return false;
  // Unlike `every` this meets the holes of a list, too.
  for (const record of records) if (!isRecord(record)) return false;
  return true;
}

function isRecord(record) {
  if (!isPlain(record, MEMBERS)) return false;
  const { recordId, result, data } = record;
  return typeof recordId === "string" && PLAIN_ID.test(recordId) && RESULTS.has(result) && isBase64(data);
}

/** Whether it has just these members, in this order, and nothing that would be asked for its own idea of JSON. */
function isPlain(value, members) {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  let count = 0;
  for (const name in value) {
    if (name !== members[count]) return false;
    count++;
  }
  return count === members.length;
}

/** Either alphabet will do here. The decoder skips what is in neither, and then there is less than there should be. */
function isBase64(data) {
  if (typeof data !== "string" || data.length % 4 !== 0) return false;
  const { length } = data;
  if (length === 0) return true;
  const padding = data.charCodeAt(length - 1) !== EQUALS ? 0 : data.charCodeAt(length - 2) !== EQUALS ? 1 : 2;
  const decodedBytes = (length / 4) * 3 - padding;
  if (decodedBytes > DECODED_BYTES_MAX) return false;
  if (length > scratch.length) scratch = Buffer.allocUnsafeSlow(length * 2);
  return scratch.base64Write(data, 0, length) === decodedBytes;
}
