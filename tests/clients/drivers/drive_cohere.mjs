// cohere-ai: `CohereClientV2.chatStream`, and `chat`.
import { CohereClientV2 } from "cohere-ai";
import { answer, at, drive } from "./common.mjs";

const client = (base) => new CohereClientV2(at({ token: "none", environment: base }));
const asked = (model) => ({ model, messages: [{ role: "user", content: "x" }] });
const counted = (usage) => usage?.tokens && [usage.tokens.inputTokens, usage.tokens.outputTokens];

async function stream(base, _, model) {
  let text = "", reasoning = "", finish = null, usage = null;
  const calls = new Map();
  for await (const event of await client(base).chatStream(asked(model))) {
    if (event.type === "content-delta") {
      text += event.delta.message.content.text ?? "";
      reasoning += event.delta.message.content.thinking ?? "";
    } else if (event.type === "tool-call-start") {
      const call = event.delta.message.toolCalls;
      calls.set(event.index, [call.id, call.function.name, call.function.arguments ?? ""]);
    } else if (event.type === "tool-call-delta") calls.get(event.index)[2] += event.delta.message.toolCalls.function.arguments ?? "";
    else if (event.type === "message-end") [finish, usage] = [event.delta.finishReason, event.delta.usage];
  }
  return answer({ text, reasoning, calls: [...calls.values()], finish, usage: counted(usage) });
}

async function plain(base, _, model) {
  const final = await client(base).chat(asked(model));
  const of = (type) => (final.message.content ?? []).filter((part) => part.type === type);
  return answer({
    text: of("text").map((part) => part.text).join(""), reasoning: of("thinking").map((part) => part.thinking).join(""),
    calls: (final.message.toolCalls ?? []).map((call) => [call.id, call.function.name, call.function.arguments]),
    finish: final.finishReason, usage: counted(final.usage),
  });
}

await drive({ "chatStream()": stream }, { "chatStream()": plain });
