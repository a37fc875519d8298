import { z } from "zod";
import { redriveBody } from "../redrive-stream.ts";
import { replayBody } from "../replay-stream.ts";
import { type Contracts, jsonObject, wholeNumber } from "./contract.ts";
import {
  deliveryLog,
  redriveStatus,
  replayStatus,
  streamDetails,
  streamHealthList,
  streamView,
} from "./stream-schemas.ts";

export const streamContracts: Contracts = {
  "lakehose:ListStreams": {
    summary: "All delivery streams in name order, with what their deliveries have to do.",
    answer: z.strictObject({ streams: z.array(streamView) }),
  },
  "lakehose:ListStreamHealth": {
    summary: "How every stream does; small enough to be asked every second.",
    answer: streamHealthList,
  },
  "lakehose:GetStream": {
    summary: "One stream with its health and the balance of each delivery.",
    answer: streamDetails,
  },
  "lakehose:CreateStream": {
    summary: "Creates a stream from a CreateDeliveryStream request with a `lakehose` section, or only checks it.",
    query: z.strictObject({
      check: z
        .enum(["true", "false"])
        .optional()
        .meta({ description: "True: create nothing, say whether it could be." }),
    }),
    body: jsonObject,
    answer: z.strictObject({ created: z.boolean(), stream: streamView.exactOptional() }),
  },
  "lakehose:DeleteStream": {
    summary: "Deletes a stream: it takes no more records, and what is left is delivered behind the answer.",
    query: z.strictObject({
      force: z
        .enum(["true", "false"])
        .optional()
        .meta({ description: "True: give up what cannot be delivered in time." }),
    }),
    answer: z.strictObject({ name: z.string() }),
  },
  "lakehose:PutExtensions": {
    summary: "Replaces the stream's `lakehose:` section as a whole; tags go on winning over it.",
    query: z.strictObject({
      version: z.string().optional().meta({ description: "Refuses the change when the stream is at another version." }),
    }),
    body: jsonObject,
    answer: streamView,
  },
  "lakehose:FlushStream": {
    summary: "Delivers all that was accepted before the call; true when it has landed, false when that takes longer.",
    answer: z.strictObject({ flushed: z.boolean() }),
  },
  "lakehose:ReadDeliveryLog": {
    summary: "The newest events of the stream's delivery logs, oldest first.",
    query: z.strictObject({ logStream: z.string().optional(), limit: wholeNumber.max(10_000).optional() }),
    answer: deliveryLog,
  },
  "lakehose:RedriveStream": {
    summary: "Puts error records of one delivery back through it; the job goes on by itself.",
    body: redriveBody,
    answer: redriveStatus,
  },
  "lakehose:ListRedrives": {
    summary: "Redrives under way and the last ones before, oldest first per delivery.",
    answer: z.strictObject({ redrives: z.array(redriveStatus) }),
  },
  "lakehose:CancelRedrive": {
    summary: "Ends a redrive for good; what it has put into the stream stays.",
    query: z.strictObject({ delivery: z.string().optional() }),
    answer: redriveStatus,
  },
  "lakehose:ReplayStream": {
    summary: "Delivers a second time what the log still holds or the lake has; it goes on by itself.",
    body: replayBody,
    answer: replayStatus,
  },
  "lakehose:ListReplays": {
    summary: "Replays that run and the last that have ended, oldest first.",
    answer: z.strictObject({ replays: z.array(replayStatus) }),
  },
  "lakehose:CancelReplay": {
    summary: "Ends a replay for good; objects that it has written stay.",
    answer: replayStatus,
  },
};
