// biome-ignore-all lint: written for a Node of long ago, and run as it is.

// Leaves out the log of every request that no rule stopped.
exports.handler = function (event, context, callback) {
  var records = event.records.map(function (record) {
    var log = new Buffer(record.data, "base64").toString("utf8");
    var result = log.indexOf("Default_Action") === -1 ? "Ok" : "Dropped";
    return { recordId: record.recordId, result: result, data: record.data };
  });
  console.log("looked at " + records.length + " logs");
  callback(null, { records: records });
};
