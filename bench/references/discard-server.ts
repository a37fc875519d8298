/**
 * The upper bound: `node:http` reads each body to its end, throws it away and says yes. No server on `node:http` that looks
 * at what it is sent can be faster.
 */
import { serve } from "./serve.ts";

const YES = Buffer.from('{"FailedPutCount":0}');

serve((request, response) => {
  request.on("data", () => undefined);
  request.once("end", () => {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1", "content-length": YES.length });
    response.end(YES);
  });
});
