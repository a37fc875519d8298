import { z } from "zod";
import { dryRunBody } from "../dry-run-stream.ts";
import { redriveBody } from "../redrive-stream.ts";
import { replayBody } from "../replay-stream.ts";
import { startDemoDataBody } from "../start-demo-data.ts";
import { type Contracts, jsonObject, wholeNumber } from "./contract.ts";
import { demoData, demoDataStatus, dryRunResult, errorSample, newestRecords } from "./look-schemas.ts";
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
  "lakehose:UpdateStream": {
    summary:
      "Changes a live stream by the members of UpdateDestination and a `lakehose` section, or only says what it would be.",
    query: z.strictObject({
      version: z.string().optional().meta({ description: "Refuses the change when the stream is at another version." }),
      check: z
        .enum(["true", "false"])
        .optional()
        .meta({ description: "True: change nothing, answer what the stream would be." }),
    }),
    body: jsonObject,
    answer: z.strictObject({
      updated: z.boolean(),
      version: z.string(),
      destination: jsonObject,
      extensions: jsonObject,
    }),
  },
  "lakehose:DryRunStream": {
    summary: "What a stream would do with sample records; nothing is made, nothing goes out, functions are called.",
    body: dryRunBody,
    answer: dryRunResult,
  },
  "lakehose:FlushStream": {
    summary: "Delivers all that was accepted before the call; true when it has landed, false when that takes longer.",
    answer: z.strictObject({ flushed: z.boolean() }),
  },
  "lakehose:PauseStream": {
    summary: "Has every delivery of the stream read no further, also across restarts; the log goes on taking records.",
    answer: z.strictObject({ paused: z.literal(true) }),
  },
  "lakehose:ResumeStream": {
    summary: "Has the deliveries of a paused stream read on.",
    answer: z.strictObject({ paused: z.literal(false) }),
  },
  "lakehose:ListRecords": {
    summary: "The newest records of the stream's log, oldest first, each with the beginning of what it holds.",
    query: z.strictObject({
      from: wholeNumber.optional().meta({ description: "Offset of the first one: `next` of the answer before." }),
      limit: wholeNumber.max(500).optional(),
    }),
    answer: newestRecords,
  },
  "lakehose:ListErrors": {
    summary: "The newest error records of a delivery, and how many there are of each kind.",
    query: z.strictObject({ delivery: z.string().optional(), limit: wholeNumber.max(500).optional() }),
    answer: errorSample,
  },
  "lakehose:GetDemoData": {
    summary: "What the server can make up, and what it is sending to this stream.",
    answer: demoData,
  },
  "lakehose:StartDemoData": {
    summary: "Sends made-up records to the stream, at a rate and for a time; what was being sent before ends.",
    body: startDemoDataBody,
    answer: demoDataStatus,
  },
  "lakehose:StopDemoData": {
    summary: "Ends what is being sent to the stream.",
    answer: z.strictObject({ sending: demoDataStatus.exactOptional() }),
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
