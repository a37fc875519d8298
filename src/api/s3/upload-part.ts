import type { ReceivedFile } from "../../storage/local-lake.ts";
import { rangeOf } from "./byte-range.ts";
import { copyResult } from "./copy-object.ts";
import { openCopySource } from "./copy-source.ts";
import { checksumHeaders, refuseUnkept } from "./object-attributes.ts";
import { PUT_BYTES_MAX } from "./put-object.ts";
import { emptyAnswer, patientAnswer, quoted } from "./s3-answers.ts";
import type { S3Call, S3Operation } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";
import { PARTS_MAX, uploadOf } from "./uploads.ts";

/** PUT /bucket/key?partNumber&uploadId */
export const uploadPart: S3Operation = {
  name: "UploadPart",
  method: "PUT",
  on: "object",
  subresource: "uploadId",
  handle: async (call) => {
    call.authorize("PutObject");
    refuseUnkept(call);
    await call.lake.uploads.find(uploadOf(call));
    const partNumber = partNumberOf(call);
    const received = await call.lake.receive(call.payload.read(PUT_BYTES_MAX), call.payload.declaredBytes);
    const { etag } = await keepPart(call, partNumber, received);
    return emptyAnswer({ etag: quoted(etag), ...checksumHeaders(call.payload.checksums) });
  },
};

/** PUT /bucket/key?partNumber&uploadId with x-amz-copy-source, and x-amz-copy-source-range: bytes=first-last */
export const uploadPartCopy: S3Operation = {
  name: "UploadPartCopy",
  method: "PUT",
  on: "object",
  subresource: "uploadId",
  header: "x-amz-copy-source",
  handle: async (call) => {
    call.authorize("PutObject");
    refuseUnkept(call);
    await call.lake.uploads.find(uploadOf(call));
    const partNumber = partNumberOf(call);
    const source = await openCopySource(call);
    const work = async () => {
      const { bytes } = source.object;
      const { start, end } = rangeOf(call.header("x-amz-copy-source-range"), bytes) ?? { start: 0, end: bytes };
      const received = await call.lake.receive(source.read(start, end), end - start);
      return copyResult("CopyPartResult", await keepPart(call, partNumber, received));
    };
    return patientAnswer(
      call,
      work().finally(() => source.close()),
    );
  },
};

async function keepPart(call: S3Call, partNumber: number, received: ReceivedFile) {
  try {
    return await call.lake.uploads.putPart(uploadOf(call), partNumber, received);
  } finally {
    await received.discard();
  }
}

function partNumberOf(call: S3Call): number {
  if (!call.query.has("partNumber")) throw new S3Error("InvalidArgument", "An upload's part needs partNumber");
  return call.number("partNumber", 0, 1, PARTS_MAX);
}
