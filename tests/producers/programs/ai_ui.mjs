// A backend with ai, the Vercel AI SDK, and the transport of `useChat` that asks it.
//
//   MODELS=URL node ai_ui.mjs serve PORT        STREAMKIT_URL=URL node ai_ui.mjs ask
import { createServer } from "node:http";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createUIMessageStream, createUIMessageStreamResponse, DefaultChatTransport, readUIMessageStream, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const PATIENCE_MS = 5000;
const place = { baseURL: `${process.env.MODELS}/v1`, apiKey: "none" };
const openai = createOpenAI(place);
const compatible = createOpenAICompatible({ name: "model", ...place });
const anthropic = createAnthropic(place);
const anything = z.object({}).loose();
const tools = {
  weather: tool({ description: "The weather", inputSchema: z.object({ city: z.string() }), execute: async () => ({ rain: true }) }),
  clock: tool({ description: "The time", inputSchema: z.object({ zone: z.string() }), execute: async () => ({ time: "12:00" }) }),
};
const failing = { ...tools, weather: tool({ inputSchema: anything, execute: async () => { throw new Error("no weather today"); } }) };
const asked = { prompt: "What are streams?", maxRetries: 0, onError() {} };
const answered = (settings) => streamText({ ...asked, ...settings }).toUIMessageStreamResponse();

const routes = {
  text: () => answered({ model: openai.chat("plain") }),
  responses: () => answered({ model: openai.responses("model-s") }),
  reasoning: () => answered({ model: compatible("reasoning") }),
  thinking: () => answered({ model: anthropic("model-a"), tools }),
  steps: () => answered({ model: openai.chat("turns"), tools, stopWhen: stepCountIs(3) }),
  failing: () => answered({ model: openai.chat("tools"), tools: failing }),
  error: () => answered({ model: openai.chat("error") }),
  cut: () => answered({ model: openai.chat("cut") }),
  limited: () => answered({ model: openai.chat("limited") }),
  custom: () => createUIMessageStreamResponse({ stream: createUIMessageStream({ execute({ writer }) {
    writer.write({ type: "data-weather", id: "w-1", data: { status: "loading" } });
    writer.write({ type: "source-url", sourceId: "s-1", url: "https://example.com", title: "Rain" });
    writer.merge(streamText({ ...asked, model: openai.chat("plain") }).toUIMessageStream());
    writer.write({ type: "data-weather", id: "w-1", data: { status: "done" } });
  } }) }),
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
    const transport = new DefaultChatTransport({ api: `${process.env.STREAMKIT_URL}/api/${name}` });
    const messages = [{ id: "u-1", role: "user", parts: [{ type: "text", text: "x" }] }];
    // After a model's connection was reset, ai 7 leaves its own stream open: the client gives up.
    const abortSignal = AbortSignal.timeout(PATIENCE_MS);
    try {
      const stream = await transport.sendMessages({ chatId: "c-1", messages, trigger: "submit-message", abortSignal });
      for await (const _ of readUIMessageStream({ stream, onError() {} }));
    } catch (error) {
      if (error.name !== "TimeoutError" && error.name !== "AbortError") throw error;
    }
  }
}

await (process.argv[2] === "serve" ? serve(process.argv[3]) : ask());
