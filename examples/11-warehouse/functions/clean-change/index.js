// Makes plain JSON of a change as a DynamoDB stream tells it: {"N": "7"} becomes 7, the keys and the new image one object.
exports.handler = async (event) => ({
  records: event.records.map(({ recordId, data }) => {
    const { eventName, dynamodb } = JSON.parse(Buffer.from(data, "base64"));
    const { ApproximateCreationDateTime: seconds, SequenceNumber: sequence, Keys, NewImage } = dynamodb;
    const row = {
      change: eventName.toLowerCase(),
      happened_at: new Date(seconds * 1000).toISOString(),
      sequence,
      ...plainMap({ ...Keys, ...NewImage }),
    };
    return { recordId, result: "Ok", data: Buffer.from(JSON.stringify(row)).toString("base64") };
  }),
});

function plainMap(attributes) {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, plain(value)]));
}

/** A typed attribute value has one member, named by its type. */
function plain(attribute) {
  const [[type, value]] = Object.entries(attribute);
  switch (type) {
    case "N":
      return Number(value);
    case "NULL":
      return null;
    case "L":
      return value.map(plain);
    case "M":
      return plainMap(value);
    case "NS":
      return value.map(Number);
    default:
      return value;
  }
}
