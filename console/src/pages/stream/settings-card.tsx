import type { DeliveryDefinition, StreamDetails } from "../../api/admin-api.ts";
import { Card } from "../../ui/card.tsx";
import { Facts } from "../../ui/facts.tsx";
import { formatTime } from "../../ui/format-value.ts";
import { formatOf, rollText, targetText } from "./delivery-text.ts";

const SOURCES: Readonly<Record<StreamDetails["type"], string>> = {
  DirectPut: "Producers, by PutRecord and PutRecordBatch",
  KinesisStreamAsSource: "A Kinesis data stream",
  MSKAsSource: "A Kafka topic",
  DatabaseAsSource: "A database",
};

export function SettingsCard({ stream }: { readonly stream: StreamDetails }) {
  const tags = Object.entries(stream.tags).map(([key, value]) => ({ label: `Tag ${key}`, value }));
  return (
    <Card title="Definition" about="As AWS's Describe tells it, in plain words.">
      <Facts
        facts={[
          { label: "ARN", value: stream.arn },
          { label: "Source", value: SOURCES[stream.type] },
          { label: "Encryption at rest", value: stream.encryption.toLowerCase() },
          { label: "Created", value: formatTime(stream.createdAt) },
          ...(stream.updatedAt === undefined ? [] : [{ label: "Changed", value: formatTime(stream.updatedAt) }]),
          ...tags,
        ]}
      />
      {stream.deliveries.map((delivery) => (
        <Delivery key={delivery.id} delivery={delivery} />
      ))}
    </Card>
  );
}

function Delivery({ delivery }: { readonly delivery: DeliveryDefinition }) {
  const { id, kind, naming, roll, processors } = delivery;
  const chain = processors.map(({ type }) => type).join(", then ");
  return (
    <div className="part">
      <h3>
        {id} ({kind})
      </h3>
      <Facts
        facts={[
          { label: "Target", value: targetText(delivery.target) },
          { label: "Objects", value: formatOf(delivery) },
          { label: "Prefix", value: naming.prefix || "by arrival: yyyy/MM/dd/HH/" },
          { label: "Error prefix", value: naming.errorPrefix || "as the prefix" },
          { label: "Time zone", value: naming.timeZone },
          { label: "An object is handed on", value: rollText(roll) },
          { label: "Processors", value: chain === "" ? "none: records stay as they are" : chain },
        ]}
      />
    </div>
  );
}
