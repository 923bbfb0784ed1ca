// A backend with ai 4, and the reader of its `useChat` that asks it.
//
//   MODELS=URL node ai_data.mjs serve PORT        STREAMKIT_URL=URL node ai_data.mjs ask
import { createServer } from "node:http";
import { createOpenAI } from "@ai-sdk/openai";
import { callChatApi } from "@ai-sdk/ui-utils";
import { createDataStreamResponse, streamText, tool } from "ai";
import { z } from "zod";

const openai = createOpenAI({ baseURL: `${process.env.MODELS}/v1`, apiKey: "none" });
const tools = {
  weather: tool({ parameters: z.object({ city: z.string() }), execute: async () => ({ rain: true }) }),
  clock: tool({ parameters: z.object({ zone: z.string() }), execute: async () => ({ time: "12:00" }) }),
};
const streamed = (model, settings) => streamText({ model: openai(model), prompt: "What are streams?", maxRetries: 0, onError() {}, ...settings });

const routes = {
  text: () => streamed("plain").toDataStreamResponse(),
  steps: () => streamed("turns", { tools, maxSteps: 2, toolCallStreaming: true }).toDataStreamResponse(),
  error: () => streamed("error").toDataStreamResponse(),
  limited: () => streamed("limited").toDataStreamResponse(),
  custom: () => createDataStreamResponse({ execute(writer) {
    writer.writeData({ status: "searching" });
    writer.writeSource({ sourceType: "url", id: "s-1", url: "https://example.com", title: "Rain" });
    streamed("plain").mergeIntoDataStream(writer);
  } }),
};

async function serve(port) {
  process.on("unhandledRejection", () => {}); // of promises of a result that nobody reads, after an error of the model
  createServer(async (request, response) => {
    request.resume();
    const route = routes[request.url.split("/").at(-1)];
    if (!route) return response.writeHead(404).end();
    const made = await route();
    response.writeHead(made.status, Object.fromEntries(made.headers));
    for await (const chunk of made.body) response.write(chunk);
    response.end();
  }).listen(Number(port), "127.0.0.1");
}

async function ask() {
  for (const name of Object.keys(routes)) {
    const api = `${process.env.STREAMKIT_URL}/api/${name}`;
    const ignore = () => {};
    await callChatApi({ api, body: { messages: [] }, streamProtocol: "data", restoreMessagesOnFailure: ignore, onUpdate: ignore, onFinish: ignore, generateId: () => "m-1" }).catch(ignore);
  }
}

await (process.argv[2] === "serve" ? serve(process.argv[3]) : ask());
