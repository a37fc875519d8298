import { EmptyState } from "../../ui/empty-state.tsx";

export function NoStreams() {
  const create = [
    "aws firehose create-delivery-stream \\",
    `  --endpoint-url ${location.origin} \\`,
    "  --delivery-stream-name clicks \\",
    "  --extended-s3-destination-configuration \\",
    "  RoleARN=arn:aws:iam::000000000000:role/any,BucketARN=arn:aws:s3:::lake,Prefix=clicks/",
  ].join("\n");
  return (
    <EmptyState title="No stream yet">
      <p>
        A delivery stream takes records from producers, keeps them until they are safe, and puts them into the lake. The
        AWS command line, any AWS SDK and Terraform make one; only the endpoint is another:
      </p>
      <pre>
        <code>{create}</code>
      </pre>
      <p>Then send it something, and watch it arrive here:</p>
      <pre>
        <code>lakehose generate taxi --stream clicks --count 0 --rate 100</code>
      </pre>
    </EmptyState>
  );
}
