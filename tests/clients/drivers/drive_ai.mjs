// ai, the Vercel AI SDK: `streamText` over its provider packages.
import { generateText, jsonSchema, streamText, tool } from "ai";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createCohere } from "@ai-sdk/cohere";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { RETRIES, answer, at, drive } from "./common.mjs";

const apiKey = "none";
const openai = (base, api, model) => {
  const provider = createOpenAI(at({ baseURL: `${base}/v1`, apiKey }));
  if (api === "openai_responses") return provider.responses(model);
  return api === "openai_completions" ? provider.completion(model) : provider.chat(model);
};

const reading = (made) => async (base, api, model, tools) => {
  const named = tools.map((name) => [name, tool({ description: "x", inputSchema: jsonSchema({ type: "object" }) })]);
  const errors = [];
  const streaming = streamText({
    model: made(base, api, model), prompt: "x", ...RETRIES, tools: Object.fromEntries(named),
    onError: ({ error }) => errors.push(error),
  });
  let text = "", reasoning = "", finish = null, usage = null;
  const calls = [];
  for await (const part of streaming.fullStream) {
    if (part.type === "text-delta") text += part.text;
    else if (part.type === "reasoning-delta") reasoning += part.text;
    else if (part.type === "tool-call") calls.push([part.toolCallId, part.toolName, part.invalid ? `invalid: ${JSON.stringify(part.input)}` : part.input]);
    else if (part.type === "error") errors.push(part.error);
    else if (part.type === "finish") [finish, usage] = [part.finishReason, part.totalUsage];
  }
  if (errors.length) throw errors[0];
  return answer({ text, reasoning, calls, finish, usage: usage && [usage.inputTokens, usage.outputTokens] });
};

const whole = (made) => async (base, api, model) => {
  const final = await generateText({ model: made(base, api, model), prompt: "x", ...RETRIES });
  return answer({
    text: final.text, reasoning: final.reasoningText ?? "", finish: final.finishReason,
    calls: final.toolCalls.map((call) => [call.toolCallId, call.toolName, call.input]),
    usage: final.usage && [final.usage.inputTokens, final.usage.outputTokens],
  });
};

const providers = {
  "@ai-sdk/openai": openai,
  "@ai-sdk/openai-compatible": (base, _, model) => createOpenAICompatible({ name: "x", baseURL: `${base}/v1`, apiKey, includeUsage: true })(model),
  "@ai-sdk/anthropic": (base, _, model) => createAnthropic(at({ baseURL: `${base}/v1`, apiKey }))(model),
  "@ai-sdk/google": (base, _, model) => createGoogleGenerativeAI(at({ baseURL: `${base}/v1beta`, apiKey }))(model),
  "@ai-sdk/cohere": (base, _, model) => createCohere(at({ baseURL: `${base}/v2`, apiKey }))(model),
};
const each = (read) => Object.fromEntries(Object.entries(providers).map(([name, made]) => [name, read(made)]));
await drive(each(reading), each(whole));
